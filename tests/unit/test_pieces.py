"""Messages in pieces: by the ends of sentences of each script, and by words where there are none."""

from __future__ import annotations

import pytest

from bot.understanding.pieces import STEP, WIDTH, pieces_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  \n ", []),
        ("help", ["help"]),
        ("Where is the office? They took my son.", ["Where is the office?", "They took my son."]),
        ("أين المكتب؟ أخذوا ابني، لا أعرف إلى أين", ["أين المكتب؟", "أخذوا ابني، لا أعرف إلى أين"]),
        ("Merci !\n\nOn nous frappe…  Venez", ["Merci !", "On nous frappe…", "Venez"]),
        ("call at 10.30 or write to 2.5", ["call at 10.30 or write to 2.5"]),
    ],
)
def test_a_text_is_cut_where_its_sentences_end(text, expected):
    assert list(pieces_of(text)) == expected


def test_a_long_sentence_without_stops_is_cut_into_pieces_that_overlap_and_nothing_is_lost():
    words = [f"w{number}" for number in range(100)]
    pieces = [piece.split() for piece in pieces_of(" ".join(words))]
    assert all(len(piece) <= WIDTH for piece in pieces)
    assert [piece[0] for piece in pieces] == words[: STEP * len(pieces) : STEP]
    assert {word for piece in pieces for word in piece} == set(words)
    assert set(pieces[0]) & set(pieces[1])


@pytest.mark.parametrize("count", range(1, 60))
def test_no_word_is_lost_whatever_the_length(count):
    words = [f"w{number}" for number in range(count)]
    assert {word for piece in pieces_of(" ".join(words)) for word in piece.split()} == set(words)
