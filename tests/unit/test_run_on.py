"""Messages of several matters made of training sentences: whose label they get, and how long they are."""

from __future__ import annotations

import random

import pytest

from bot.understanding.pieces import STEP, WIDTH, pieces_of
from bot.understanding.run_on import TIMES, WORDS, run_ons

PLEA = ("my friend bleeds and does not answer!", "en")
OTHERS = [("what does the ticket cost?", "en"), ("when are you open...", "en"), ("where do I bring the papers", "en")]
SAMPLES = [PLEA, *OTHERS, ("الو", "ar"), (" ".join(["word"] * WORDS.stop), "en")]
IS_PLEA = [True, False, False, False, False, False]


@pytest.fixture
def made():
    return [one for seed in range(40) for one in run_ons(SAMPLES, IS_PLEA, random.Random(seed))]


def test_a_message_with_a_plea_is_one_and_all_others_have_two_labels(made):
    pleas = [(text, numbers) for (text, _), numbers in made if "bleeds" in text]
    assert {numbers for _, numbers in pleas} == {(0,)}
    others = [numbers for (text, _), numbers in made if "bleeds" not in text]
    assert len(others) == len(pleas) == 40 * TIMES
    assert all(len(numbers) == 2 and set(numbers) <= {1, 2, 3} for numbers in others)


def test_the_plea_stands_before_after_and_between_other_words_without_a_stop(made):
    places = {(not text.startswith("my"), not text.endswith("answer")) for (text, _), _ in made if "bleeds" in text}
    assert places == {(True, False), (False, True), (True, True)}
    assert not [text for (text, _), _ in made if any(stop in text for stop in ".!?")]


def test_it_is_one_piece_to_whoever_looks_at_pieces():
    long = [(" ".join(f"{kind}{number}" for number in range(12)), "en") for kind in ("plea", "other")]
    for seed in range(40):
        for (text, _), _ in run_ons(long, [True, False], random.Random(seed)):
            assert len(text.split()) <= WIDTH + STEP and list(pieces_of(text)) == [text]
            assert "plea0" in text or "other" in text


def test_the_same_seed_makes_the_same_messages():
    assert list(run_ons(SAMPLES, IS_PLEA, random.Random(3))) == list(run_ons(SAMPLES, IS_PLEA, random.Random(3)))


def test_a_language_without_other_sentences_gets_none():
    assert list(run_ons([PLEA], [True], random.Random(1))) == []
