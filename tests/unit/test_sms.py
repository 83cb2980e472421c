"""The size of a text on SMS, and values isolated inside right-to-left text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.contacts import Channel
from bot.language.isolation import direction, isolate
from bot.language.sms import not_gsm7, sms_size

GSM, UCS2 = "GSM-7", "UCS-2"


@pytest.mark.parametrize(
    ("text", "encoding", "units", "parts"),
    [
        ("", GSM, 0, 1),
        ("a" * 160, GSM, 160, 1),
        ("a" * 161, GSM, 161, 2),
        ("a" * 306, GSM, 306, 2),
        ("a" * 307, GSM, 307, 3),
        ("a" * 459, GSM, 459, 3),
        ("a" * 460, GSM, 460, 4),
        ("é" * 160, GSM, 160, 1),
        ("€", GSM, 2, 1),
        ("a" * 158 + "€", GSM, 160, 1),
        ("a" * 159 + "€", GSM, 161, 2),
        # Two units of an extension character are never torn: the 153rd place of the first part stays empty.
        ("a" * 152 + "€" + "a" * 152, GSM, 306, 3),
        ("ç", UCS2, 1, 1),
        ("’" + "a" * 69, UCS2, 70, 1),
        ("س" * 70, UCS2, 70, 1),
        ("س" * 71, UCS2, 71, 2),
        ("س" * 134, UCS2, 134, 2),
        ("س" * 135, UCS2, 135, 3),
        ("س" * 201, UCS2, 201, 3),
        ("س" * 202, UCS2, 202, 4),
        ("😀" * 35, UCS2, 70, 1),
        ("س" * 66 + "😀" + "س" * 66, UCS2, 134, 3),
    ],
)  # fmt: skip
def test_a_text_is_counted_as_the_networks_count(text, encoding, units, parts):
    size = sms_size(text)
    assert (size.encoding, size.units, size.parts) == (encoding, units, parts)


@pytest.mark.parametrize("character", list("^{}\\[~]|€"))
def test_an_extension_character_takes_two_units(character):
    assert sms_size(character).units == 2


@given(st.text(max_size=400), st.text(max_size=10))
def test_a_longer_text_never_takes_fewer_parts(text, more):
    assert sms_size(text + more).parts >= sms_size(text).parts


def test_characters_outside_gsm7_are_named_once():
    assert not_gsm7("çaçΩ’") == ["ç", "’"]


def test_a_number_inside_arabic_is_isolated_left_to_right():
    assert isolate("+218 21", "ar", Channel.TELEGRAM) == "\u2066+218 21\u2069"
    assert isolate("R-7K3QF-W", "ar", Channel.WHATSAPP) == "\u2068R-7K3QF-W\u2069"


@pytest.mark.parametrize(("language", "channel"), [("ar", Channel.SMS), ("fr", Channel.TELEGRAM), ("en", Channel.SMS)])
def test_isolates_are_used_in_arabic_and_never_on_sms(language, channel):
    assert isolate("+218 21", language, channel) == "+218 21"


def test_arabic_reads_from_the_right():
    assert [direction(language) for language in ("ar", "fr", "en")] == ["rtl", "ltr", "ltr"]
