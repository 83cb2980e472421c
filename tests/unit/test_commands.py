"""The words that are always obeyed: whole messages in three languages, never found inside a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.commands import TWILIO_OPT_OUT, Command, language_of_command, read_command
from bot.domain.contacts import LANGUAGES, Channel, Provider
from bot.language.catalogues import po_path, read_catalogue
from bot.wiring import LOCALES


def _read(text, channel=Channel.TELEGRAM, provider=Provider.TELEGRAM):
    return read_command(text, channel=channel, provider=provider)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("stop", Command.STOP), ("STOP", Command.STOP), ("/stop", Command.STOP), (" Stop! ", Command.STOP),
        ("stop...", Command.STOP), ("«stop»", Command.STOP), ("s\u0301top", Command.STOP), ("stop\n", Command.STOP),
        ("unsubscribe", Command.STOP), ("Stop messages", Command.STOP), ("_stop_", Command.STOP),
        ("arrêt", Command.STOP), ("ARRÊTER", Command.STOP), ("Arrêtez !", Command.STOP), ("arretez", Command.STOP),
        ("désabonner", Command.STOP), ("de\u0301sabonner", Command.STOP),
        ("توقف", Command.STOP), ("تَوَقُّف", Command.STOP), ("توقـــف", Command.STOP), ("أوقف", Command.STOP),
        ("إيقاف!", Command.STOP), ("اوقف؟", Command.STOP), ("إلغاء الاشتراك", Command.STOP), ("\u200fتوقف\u200e", Command.STOP),
        ("start", Command.START), ("/start", Command.START), ("Démarrer", Command.START), ("ابدأ", Command.START),
        ("إبدأ", Command.START), ("بدء", Command.START), ("unstop", Command.START),
        ("help", Command.HELP), ("HELP?", Command.HELP), ("/help", Command.HELP), ("Aide !", Command.HELP),
        ("مساعدة", Command.HELP), ("مساعده", Command.HELP), ("المساعدة.", Command.HELP), ("info", Command.HELP),
        ("erase", Command.ERASE), ("/erase", Command.ERASE), ("Effacer", Command.ERASE), ("امسح", Command.ERASE),
        ("امسح المحادثة", Command.ERASE), ("Erase   the chat", Command.ERASE), ("إمسح", Command.ERASE),
        ("open", Command.OPEN), ("Ouvrir", Command.OPEN), ("افتح", Command.OPEN), ("إفتح", Command.OPEN),
    ],
)  # fmt: skip
def test_a_word_is_obeyed_with_any_punctuation_marks_slash_and_case(text, command):
    assert _read(text) is command


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "/", "...", "1", "please stop", "stop it", "stop the boat", "how do I stop?", "can you help me", "help me",
        "I need help", "start again from the beginning", "open the door", "the office is open", "sto p", "stopped", "nonstop",
        "je veux arrêter le voyage", "arrêtez-les", "au secours, aide", "à l'aide",
        "لا تتوقف", "توقف القارب", "ساعدوني", "أحتاج مساعدة", "المكتب مفتوح", "stop stop", "help\nstop", "yes", "no",
    ],
)  # fmt: skip
def test_a_sentence_is_never_a_command(text):
    assert _read(text) is None


@pytest.mark.parametrize("word", sorted(TWILIO_OPT_OUT))
def test_after_a_word_of_twilios_on_sms_nothing_can_be_sent_so_it_is_a_stop(word):
    for text in (word, word.upper(), f" {word}. "):
        assert _read(text, Channel.SMS, Provider.TWILIO) is Command.STOP


@pytest.mark.parametrize("word", ["cancel", "end", "quit", "revoke", "optout"])
@pytest.mark.parametrize(
    ("channel", "provider"),
    [
        (Channel.TELEGRAM, Provider.TELEGRAM),
        (Channel.WHATSAPP, Provider.TWILIO),
        (Channel.SMS, Provider.GATEWAY),
        (Channel.SMS, Provider.SIMULATOR),
    ],
)
def test_elsewhere_those_words_are_only_words(word, channel, provider):
    assert _read(word, channel, provider) is None


@pytest.mark.parametrize(
    ("text", "language"),
    [("stop", None), ("/START", None), ("Arrêt", "fr"), ("aide", "fr"), ("EFFACER", "fr"), ("توقف", "ar"), ("مساعدة", "ar")],
)
def test_a_word_tells_its_language_but_english_ones_are_everybodys(text, language):
    assert language_of_command(text) == language


@given(st.text(max_size=200) | st.text(st.characters(categories=["Cs", "Mn", "Zs", "Cf"]), max_size=80))
def test_nothing_that_is_written_breaks_it(text):
    for channel, provider in ((Channel.SMS, Provider.TWILIO), (Channel.TELEGRAM, Provider.TELEGRAM)):
        assert read_command(text, channel=channel, provider=provider) in (None, *Command)
    assert language_of_command(text) in (None, *LANGUAGES)


@given(st.text(min_size=65))
def test_a_long_text_is_no_command(text):
    assert _read(text) is None


def _titles(language, part):
    return [str(m.string) for m in read_catalogue(po_path(LOCALES, language), language) if m.id == part and m.string]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_choice_on_sms_is_a_word_after_which_twilio_blocks_the_number(language):
    titles = _titles(language, "title_sms")
    assert len(titles) > 20
    assert [t for t in titles if _read(t, Channel.SMS, Provider.TWILIO) is Command.STOP] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_choice_is_a_word_for_stop(language):
    # "Stop" is obeyed even where it was offered.
    assert [t for t in _titles(language, "title") if _read(t) is Command.STOP] == []
