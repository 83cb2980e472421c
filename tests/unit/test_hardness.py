"""What makes a set harder than it looks: noise as of a hurried thumb, and distance from the training sentences."""

from __future__ import annotations

import unicodedata
from collections import Counter

import pytest
import yaml
from rapidfuzz.distance import Levenshtein

from bot.commands.hardness import NOISE_SHARE, THIRDS, noisy, thirds_of
from bot.language.normalise import has_arabic_script

TEXTS = {
    "ar": "نبي نروح لبلادي بس جوازي عند صاحب الشغل وما عنديش فلوس للسفر " * 8,
    "fr": "bonjour je veux rentrer chez moi mais on a pris mon passeport et je dors dehors " * 8,
    "en": "please they took my paper and I sleep under the bridge my mother is sick in Kano " * 8,
}
TRAINING = {
    "ar": {"greet": ["مرحبا يا اخي", "مرحبا بكم يا اخي"], "return_home": ["اريد العودة الى بلدي", "اريد العودة الى بلدي الان"]},
    "fr": {"greet": ["bonjour à vous", "bonjour mes amis"], "return_home": ["je veux rentrer au pays", "rentrer au pays vite"]},
    "en": {"greet": ["hello my friend", "hello to you"], "return_home": ["I want to go home", "I want to go back home"]},
}


@pytest.fixture
def data(tmp_path):
    """A folder of training sentences in three languages."""
    for language, topics in TRAINING.items():
        (tmp_path / language).mkdir()
        blocks = [
            {
                "intent": topic,
                "metadata": {"language": language, "variety": "plain"},
                "examples": "".join(f"- {text}\n" for text in texts),
            }
            for topic, texts in topics.items()
        ]
        content = yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True, sort_keys=False)
        (tmp_path / language / "topics.yml").write_text(content, encoding="utf-8")
    return tmp_path


# Noise


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


# Thirds


def test_texts_fall_into_thirds_by_their_nearest_training_sentence(data):
    far, middle, near = "𒀀 zzz", "bonjour zzz qqq xxx", "I want to go home"
    assert thirds_of([(far, "en"), (middle, "fr"), (near, "en")], data) == ["farthest", "middle", "nearest"]


@pytest.mark.parametrize("languages", [("ar",), ("fr", "en"), ("ar", "fr", "en")], ids="-".join)
def test_thirds_are_of_equal_size_and_ordered_by_likeness(data, languages):
    known = [(text, language) for language in languages for texts in TRAINING[language].values() for text in texts]
    likely = [
        (f"{greeting.split()[0]} {wish.split()[-1]}", language)
        for language in languages
        for greeting in TRAINING[language]["greet"]
        for wish in TRAINING[language]["return_home"]
    ]
    strange = [("zzz qqq xxx jjj", language) for _, language in known]
    found = thirds_of([*strange, *known, *likely], data)
    assert found == ["farthest"] * len(known) + ["nearest"] * len(known) + ["middle"] * len(known)


def test_likeness_means_the_same_in_every_language(data):
    """A training sentence itself is nearer than any other text, whatever the language of either."""
    changed, itself = ("العودة الى بلدي الان مرحبا", "ar"), ("bonjour à vous", "fr")
    assert thirds_of([changed, itself, ("zzz", "en")], data) == ["middle", "nearest", "farthest"]


@pytest.mark.parametrize("count", [1, 2, 4, 5, 7, 100])
def test_thirds_differ_by_one_text_at_most(data, count):
    sizes = Counter(thirds_of([(f"hello {number}", "en") for number in range(count)], data))
    assert sum(sizes.values()) == count
    assert max(sizes.values()) - min(sizes[name] for name in THIRDS) <= 1


def test_the_language_of_a_text_decides_whether_its_skeletons_are_compared(data):
    """In Arabic, Latin letters are near to the training sentences in Arabic script; as English they are not."""
    text = "orid el3awda ila baladi"
    assert thirds_of([(text, "en"), (text, "ar"), ("zzz", "en")], data)[1] == "nearest"


def test_no_text_has_no_third(data):
    assert thirds_of([], data) == []
