"""One spelling for many, and the consonants that two scripts share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language.normalise import light_stem, normalise, skeleton, to_ascii_digits, without_clitics


@pytest.mark.parametrize(
    ("written", "evened"),
    [
        ("", ""),
        ("   ", ""),
        ("?!…", ""),
        ("  Hello,   WORLD! ", "hello world"),
        ("Côte-d'Ivoire", "cote d ivoire"),
        ("J’ai besoin d’aide", "j ai besoin d aide"),
        ("ÇA VA ?", "ca va"),
        ("Straße", "strasse"),
        ("ﬁn", "fin"),
        ("𝐇𝐄𝐋𝐏 ᴍᴱ", "help ᴍe"),  # letters in disguise
        ("heeeelp", "help"),
        ("need food", "need food"),  # two letters are spelling, three are feeling
        ("3000", "3000"),  # a number keeps its zeros
        ("مـــرحبا", "مرحبا"),  # tatweel
        ("مَرْحَبًا", "مرحبا"),  # vowel marks
        ("أإآٱا", "ا"),  # one letter, five forms, then stretched
        ("مساعدة", "مساعده"),
        ("على", "علي"),
        ("شيء", "شي"),
        ("ڨابس", "قابس"),
        ("کیف", "كيف"),  # Persian kaf and yeh, from other keyboards
        ("٣ ۴", "3 4"),  # Arabic and Persian digits
        ("٠٩١", "091"),
        ("ساااعدوني", "ساعدوني"),
        ("سا\u200bعد\u200fوني", "ساعدوني"),  # zero width space and direction mark
        ("م\u200dر\ufeffحبا", "مرحبا"),
        ("كيف الحال؟", "كيف الحال"),
        ("7oush / 5obz", "7oush 5obz"),
        ("help😭😭", "help 😭 😭"),
        ("👍", "👍"),
        ("❤️", "❤"),  # the variation selector goes
    ],
)
def test_spellings_are_evened_out(written, evened):
    assert normalise(written) == evened


@given(st.text(max_size=60))
def test_evening_out_twice_changes_nothing(text):
    assert normalise(normalise(text)) == normalise(text)


@given(st.text(alphabet="ابتثجحخدذرزسشصضطظعغفقكلمنهويأإآىئؤةءـًٌٍَُِّْ ٣۴👍!،؟", max_size=40))
def test_evening_out_arabic_twice_changes_nothing(text):
    assert normalise(normalise(text)) == normalise(text)


@given(st.text(max_size=60))
def test_an_evened_text_has_single_spaces_only(text):
    assert normalise(text) == " ".join(normalise(text).split())


@pytest.mark.parametrize(("written", "ascii_digits"), [("٠٩١-۲۳", "091-23"), ("१२", "12"), ("abc é", "abc é"), ("²", "²")])
def test_digits_of_every_script_become_ascii(written, ascii_digits):
    assert to_ascii_digits(written) == ascii_digits


@given(st.text(max_size=60))
def test_places_in_the_text_stay_where_they_were(text):
    assert len(to_ascii_digits(text)) == len(text)


@pytest.mark.parametrize(
    ("word", "bare"),
    [("والبحر", "بحر"), ("بالبيت", "بيت"), ("للسفر", "سفر"), ("لطرابلس", "طرابلس"), ("هالبيت", "بيت"), ("بحر", "حر")],
)
def test_an_arabic_word_loses_what_is_written_onto_its_front(word, bare):
    assert without_clitics(word) == bare


@pytest.mark.parametrize("word", ["بيت", "بلدي", "فلوس", "ولد", "لازم", "بحر", "وين", "لاجي"])
def test_a_letter_at_the_front_of_a_short_word_is_its_own(word):
    assert light_stem(word) == word


@pytest.mark.parametrize(
    ("word", "stem"),
    [("البيت", "بيت"), ("والبحر", "بحر"), ("بالفلوس", "فلوس"), ("للسفر", "سفر"), ("عالبحر", "بحر"), ("لطرابلس", "طرابلس")],
)
def test_articles_and_what_is_written_before_long_words_are_no_part_of_the_stem(word, stem):
    assert light_stem(word) == stem


@pytest.mark.parametrize(
    ("latin", "arabic"),
    [
        ("7oush", "الحوش"), ("5obz", "خبز"), ("khobz", "الخبز"), ("3arbi", "عربي"), ("shahr", "شهر"), ("flous", "فلوس"),
        ("blad", "بلاد"), ("bel7oush", "بالحوش"), ("3albe7r", "عالبحر"),
    ],
)  # fmt: skip
def test_arabizi_and_arabic_script_share_their_consonants(latin, arabic):
    assert skeleton(normalise(latin)) == skeleton(normalise(arabic)) != ""


@pytest.mark.parametrize("word", ["2026", "٢٠٢٦", "aeiou", ""])
def test_what_has_no_consonants_has_no_skeleton(word):
    assert skeleton(normalise(word)) == ""
