"""The words that steer a form: back, skip, later, start again, leave, send, why, continue.

Whole messages only: inside a longer text they belong to an answer. What may itself be an answer to one of the questions
("return", "no") is none of them. "Cancel" and "quit" are understood, but never offered, since Twilio takes them as opt-out
(``bot.domain.commands.TWILIO_OPT_OUT``); commands are read before form words.
"""

from __future__ import annotations

from functools import lru_cache

from bot.domain.forms import FormWord
from bot.language.normalise import normalise
from bot.language.reading.spellings import PhraseBook, load, without_courtesies, words_of

LONGEST = 80
"""Characters; the longest phrase has fewer, and a longer text is not worth comparing."""


def read_form_word(text: str) -> FormWord | None:
    """Return the form word that a whole typed message is, or None."""
    if len(text) > LONGEST:
        return None
    words = words_of(text)
    for candidate in (words, without_courtesies(words)):
        found = _book().at(candidate, 0) if candidate else None
        if found and found.meaning and found.end == len(candidate):
            return FormWord(found.meaning)
    return None


@lru_cache(maxsize=1)
def _book() -> PhraseBook:
    kinds = load("form_words.yml").items()
    answers = {normalise(word): "" for word in load("courtesies.yml")["answers"]}
    return PhraseBook({normalise(word): kind for kind, words in kinds for word in words} | answers)
