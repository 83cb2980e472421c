"""The few words that are obeyed on every channel, whatever is being talked about: stop, start, help, erase, open.

They are whole messages, never found inside a sentence. Twilio's opt-out words (its help page on opt-out keywords for SMS)
count as "stop" only where Twilio carries the SMS, since Twilio then blocks the number by itself.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum

from bot.domain.contacts import Channel, Provider


class Command(str, Enum):
    """What a whole message asks for."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    ERASE = "erase"
    OPEN = "open"


_WORDS = {
    Command.STOP: (
        "stop", "stopall", "unsubscribe", "arret", "arreter", "arretez", "desabonner", "stopper",
        "توقف", "توقفوا", "ايقاف", "اوقف", "اوقفوا", "قف", "الغاء الاشتراك", "stop messages",
    ),
    Command.START: ("start", "unstop", "demarrer", "commencer", "reprendre", "ابدا", "ابدء", "بدء", "استئناف"),
    Command.HELP: ("help", "info", "aide", "مساعده", "المساعده"),
    Command.ERASE: (
        "erase", "effacer", "efface", "effacez", "امسح", "امسحوا", "مسح", "امسح المحادثه", "erase chat", "erase the chat",
    ),
    Command.OPEN: ("open", "ouvrir", "ouvre", "افتح", "فتح"),
}  # fmt: skip
_COMMAND_OF = {word: command for command, words in _WORDS.items() for word in words}

TWILIO_OPT_OUT = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
"""One-word SMS after which Twilio blocks the number and answers in English itself: provider rules, section 5."""

_HARAKAT = re.compile("[\u064b-\u0652\u0670\u0640]")
_LETTERS = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ة": "ه", "ى": "ي"})
_LANGUAGE_OF_SCRIPT = re.compile("[\u0600-\u06ff]")
_FRENCH = frozenset(
    {"arret", "arreter", "arretez", "desabonner", "stopper", "demarrer", "commencer", "reprendre", "aide"}
    | {"effacer", "efface", "effacez", "ouvrir", "ouvre"}
)


def read_command(text: str, *, channel: Channel, provider: Provider) -> Command | None:
    """Return the command that a whole message is, or None."""
    word = _evened(text)
    if channel is Channel.SMS and provider is Provider.TWILIO and word in TWILIO_OPT_OUT:
        return Command.STOP
    return _COMMAND_OF.get(word)


def language_of_command(text: str) -> str | None:
    """Return the language that a command's word belongs to; None for English words, which everybody uses."""
    if _LANGUAGE_OF_SCRIPT.search(text):
        return "ar"
    return "fr" if _evened(text) in _FRENCH else None


def _evened(text: str) -> str:
    """Return a short text in lower case, without a slash, marks, punctuation and Arabic spelling variants."""
    if len(text) > 64:
        return ""
    decomposed = unicodedata.normalize("NFD", _HARAKAT.sub("", text.translate(_LETTERS)).casefold())
    plain = "".join(c for c in decomposed if unicodedata.category(c)[0] not in "MC")
    return " ".join(re.sub(r"[^\w\s]|_", " ", plain.translate(_LETTERS)).split())
