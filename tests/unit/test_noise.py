"""Noise as of a hurried thumb: the same for a seed, a tenth of the characters, and never an empty text."""

from __future__ import annotations

import unicodedata

import pytest
from rapidfuzz.distance import Levenshtein

from bot.language.normalise import has_arabic_script
from bot.understanding.noise import NOISE_SHARE, noisy

TEXTS = {
    "ar": "نبي نروح لبلادي بس جوازي عند صاحب الشغل وما عنديش فلوس للسفر " * 8,
    "fr": "bonjour je veux rentrer chez moi mais on a pris mon passeport et je dors dehors " * 8,
    "en": "please they took my paper and I sleep under the bridge my mother is sick in Kano " * 8,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_same_seed_makes_the_same_noise_and_another_one_another(text):
    assert noisy(text, 1) == noisy(text, 1)
    assert noisy(text, 1) != noisy(text, 2)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_noise_changes_about_a_tenth_of_the_characters(text):
    shares = [Levenshtein.distance(text, noisy(text, seed), weights=(1, 1, 1)) / len(text) for seed in range(20)]
    assert sum(shares) / len(shares) == pytest.approx(NOISE_SHARE, abs=0.02)
    assert all(0.03 < share < 0.2 for share in shares)


@pytest.mark.parametrize("text", ["a", "و", " ", "", "?", "12", "ok", "👍"])
def test_noise_never_empties_a_text(text):
    made = [noisy(text, seed) for seed in range(300)]
    assert all(one.strip() for one in made) == bool(text.strip())
    assert any(one != text for one in made) == any(character.isalpha() for character in text)


def test_noise_leaves_digits_and_signs_as_they_are():
    assert noisy("+218-91/234.5678!?" * 5, 1) == "+218-91/234.5678!?" * 5


def test_noise_drops_the_accents_of_latin_letters():
    made = [noisy("é à ç où être naïf Noël", seed) for seed in range(50)]
    assert not any(unicodedata.combining(c) for one in made for c in unicodedata.normalize("NFD", one))


def test_noise_leaves_arabic_letters_arabic_and_latin_letters_latin():
    for seed in range(50):
        assert all(c.isspace() or has_arabic_script(c) for c in noisy(TEXTS["ar"], seed))
        assert noisy(TEXTS["en"], seed).isascii()
