"""What ``daleel locales check`` says about the text of an SMS."""

from __future__ import annotations

import pytest

from bot.commands.locales import sms_problems
from bot.language.catalogues import Catalogues
from bot.wiring import LOCALES


class _OneTextReplaced:
    """The real catalogues, with other words for one SMS in one language."""

    def __init__(self, words: str, language: str) -> None:
        self._real = Catalogues.load(LOCALES)
        self._words, self._language = words, language

    def has(self, language, answer_id, part):
        return self._real.has(language, answer_id, part)

    def text(self, language, answer_id, part="text", **values):
        if (language, answer_id, part) == (self._language, "thank", "sms"):
            return self._words
        return self._real.text(language, answer_id, part, **values)


@pytest.mark.parametrize(
    ("words", "link"),
    [
        ("See https://libya.iom.int/x", "https:"),
        ("See HTTP://x", "HTTP:"),
        ("See www.example", "www."),
        ("Look at iom.int.", "iom.int"),
        ("Write on t.me/daleel", "t.me"),
        ("unhcr.org", "unhcr.org"),
    ],
)
def test_an_sms_holds_no_link(words, link):
    found = list(sms_problems(_OneTextReplaced(words, "en")))
    assert found == [f"en: thank sms: holds a link: {link}"]


def test_a_link_inside_arabic_is_found():
    assert list(sms_problems(_OneTextReplaced("انظر iom.int هنا", "ar"))) == ["ar: thank sms: holds a link: iom.int"]


@pytest.mark.parametrize("words", ["Thank you. Write again.", "Done...", "At 9.30 or 10.15", "Merci.\nEcrivez", "Wait. ok"])
def test_full_stops_are_no_links(words):
    assert list(sms_problems(_OneTextReplaced(words, "fr"))) == []
