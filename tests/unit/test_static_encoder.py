"""The encoder: what it sees of a text, what its file must be, and that the shipped one knows meaning across languages."""

from __future__ import annotations

import io

import numpy as np
import pytest

from bot.domain.errors import ConfigurationError
from bot.understanding.static_encoder import VERSION, WEIGHTS, StaticEncoder, encoder, encoder_features

LARGEST = 35_000_000
HOME = [
    ("أريد العودة إلى بلدي", "ar"),
    ("je veux rentrer au pays", "fr"),
    ("I want to go home", "en"),
    ("3ayez arja3 baladi", "ar"),
]
FOOTBALL = [
    ("فريقنا فاز في مباراة كرة القدم", "ar"),
    ("notre équipe a gagné le match de football", "fr"),
    ("our team won the football match last night", "en"),
]


def features_of(text, language, kinds):
    """Return the features of some kinds."""
    return {one for one in encoder_features((text, language)) if one[0] in kinds}


def make_encoder(names, **parts):
    """Return the bytes of an encoder's file, each feature with an axis of its own; parts replace the right ones."""
    right = {
        "version": np.array(VERSION),
        "features": np.frombuffer("\n".join(names).encode(), dtype=np.uint8),
        "table": np.eye(len(names), dtype=np.int8) * 127,
        "scales": np.full(len(names), 0.5, dtype=np.float16),
    }
    file = io.BytesIO()
    np.savez(file, **{name: part for name, part in {**right, **parts}.items() if part is not None})
    return file.getvalue()


# What it sees


def test_arabic_script_and_arabizi_share_their_skeletons():
    assert features_of("7oush", "ar", "s") == features_of("الحوش", "ar", "s") == {"sh$"}
    assert features_of("7oushna kbir", "ar", "t") == features_of("حوشنا كبير", "ar", "t") != set()


def test_latin_letters_mean_something_else_in_arabic():
    arabizi, french = (features_of("men", language, "wcWC") for language in ("ar", "fr"))
    assert not arabizi & french
    assert {one.lower() for one in arabizi} == french
    assert features_of("من", "ar", "WC") == set()


def test_only_arabic_has_skeletons():
    assert features_of("la maison du père", "fr", "st") == set()


def test_an_arabic_word_is_the_same_with_and_without_its_article():
    assert features_of("المدرسة", "ar", "wc") == features_of("مدرسة", "ar", "wc")


# Vectors


def test_a_vector_has_length_one(tmp_path):
    path = tmp_path / "encoder.npz"
    path.write_bytes(make_encoder(["whome", "wgo", "pgo home"]))
    found = StaticEncoder.load(path).encode(("go home home", "en"))
    assert found == pytest.approx(np.array([2, 1, 1]) / np.sqrt(6))
    assert [float(np.linalg.norm(encoder().encode(one))) for one in HOME] == pytest.approx([1] * len(HOME), abs=1e-5)


@pytest.mark.parametrize("sample", [("", "en"), ("👍", "fr"), ("𒀀𒀁", "ar"), ("?!", "")])
def test_a_text_with_nothing_known_has_a_vector_of_zeros(sample):
    assert not encoder().encode(sample).any()
    assert encoder().encode(sample).shape == (encoder().size,)


def test_spelling_that_is_evened_out_changes_nothing():
    assert encoder().encode(("JE VEUX RENTRER!", "fr")) == pytest.approx(encoder().encode(("je veux rentrer", "fr")))


# Its file


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "cannot be read"),
        (b"version https://git-lfs.github.com/spec/v1\n", "cannot be read"),
        (make_encoder(["whome"], table=None), "cannot be read"),
        (make_encoder(["whome"], version=np.array(VERSION + 1)), "of another version"),
        pytest.param(
            make_encoder(["whome"])[:-40],
            "cannot be read",
        ),
    ],
    ids=["empty", "a pointer", "without its table", "of another version", "cut off"],
)
def test_a_file_that_cannot_be_used_is_named_with_what_to_do(tmp_path, content, reason):
    path = tmp_path / "encoder.npz"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError, match="encoder_unreadable") as raised:
        StaticEncoder.load(path)
    assert reason in str(raised.value)
    assert str(path) in str(raised.value)
    assert str(raised.value).endswith("make encoder")


def test_a_missing_file_is_named_with_what_to_do(tmp_path):
    with pytest.raises(ConfigurationError, match=r"nowhere\.npz cannot be read .*make encoder"):
        StaticEncoder.load(tmp_path / "nowhere.npz")


def test_the_shipped_file_is_small_enough_for_a_repository():
    assert WEIGHTS.stat().st_size <= LARGEST


# Meaning


def test_the_same_wish_is_near_in_four_languages_and_football_is_far():
    home, football = (np.stack([encoder().encode(one) for one in samples]) for samples in (HOME, FOOTBALL))
    nearest_alike = (home @ home.T)[~np.eye(len(HOME), dtype=bool)].min()
    assert nearest_alike > (home @ football.T).max() + 0.2
    assert (football @ football.T).min() > (home @ football.T).max() + 0.2
