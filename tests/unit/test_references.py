"""Public references: written, read, checked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.references import ALPHABET, CHECK_ALPHABET, check_character, new_reference, parse_reference

bodies = st.text(alphabet=ALPHABET, min_size=5, max_size=5)


def _written(body):
    return f"R-{body}-{check_character(body)}"


def test_the_check_character_is_the_value_modulo_37():
    assert check_character("00000") == "0"
    assert check_character("00010") == CHECK_ALPHABET[32]
    assert check_character("ZZZZZ") == CHECK_ALPHABET[(32**5 - 1) % 37]


@given(bodies)
def test_a_reference_is_read_as_it_was_written(body):
    assert parse_reference(_written(body)) == _written(body)


@given(bodies, st.sampled_from(["R{0}{1}", "r {0} {1}", "r–{0}–{1}", "my number is R-{0}-{1}.", "رقمي R-{0}-{1} شكرا"]))
def test_a_reference_is_found_in_whatever_way_it_is_written(body, pattern):
    check = check_character(body)
    assert parse_reference(pattern.format(body.lower(), check.lower())) == _written(body)


@given(bodies, st.data())
def test_a_wrong_check_character_is_refused(body, data):
    wrong = data.draw(st.sampled_from([c for c in CHECK_ALPHABET if c != check_character(body)]))
    assert parse_reference(f"R-{body}-{wrong}") is None


@given(bodies, st.integers(0, 4), st.data())
def test_one_wrong_character_is_noticed(body, position, data):
    wrong = data.draw(st.sampled_from([c for c in ALPHABET if c != body[position]]))
    changed = body[:position] + wrong + body[position + 1 :]
    assert parse_reference(f"R-{changed}-{check_character(body)}") is None


@pytest.mark.parametrize(("written", "meant"), [("O", "0"), ("o", "0"), ("I", "1"), ("l", "1"), ("L", "1")])
def test_look_alikes_are_read_as_digits(written, meant):
    body = f"A{meant}B{meant}C"
    assert parse_reference(f"R-A{written}B{written}C-{check_character(body)}") == _written(body)


def test_a_check_character_that_looks_like_another_is_accepted():
    body = next(b for n in range(999) if check_character(b := f"00{n:03}") == "1")
    assert parse_reference(f"R-{body}-l") == _written(body)


@pytest.mark.parametrize("text", ["", "R-", "R-ABCDE", "XR-7K3QF-W", "R-7K3QF-WW", "R-7K3UF-W", "please R 12"])
def test_what_is_no_reference_gives_none(text):
    assert parse_reference(text) is None


def test_new_references_are_random_and_valid():
    made = {new_reference() for _ in range(200)}
    assert len(made) == 200
    assert all(parse_reference(reference) == reference for reference in made)


def test_a_new_reference_uses_the_given_choice():
    assert new_reference(lambda alphabet: alphabet[7]) == f"R-77777-{check_character('77777')}"
