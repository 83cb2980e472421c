"""The tuned encoder: it learns labels that the encoder alone does not tell apart, and knows neighbours in other languages."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from scipy.special import softmax

from bot.understanding.static_encoder import encoder
from bot.understanding.tuned_encoder import Bags, TunedEncoder, Tuning

PASSPORT, CLINIC, WAGES = range(3)
TAUGHT = {
    PASSPORT: ["my passport is lost", "they kept my passport", "the passport has expired", "no passport in my hand"],
    CLINIC: ["where is a clinic", "a hospital near me", "my child has fever", "medicine for my mother"],
    WAGES: ["my boss did not pay me", "three months without salary", "he owes me my wages", "work without pay"],
}
UNSEEN = [
    (("mon passeport est perdu", "fr"), PASSPORT),
    (("ضاع جواز سفري", "ar"), PASSPORT),
    (("un hôpital pour mon enfant", "fr"), CLINIC),
    (("أين المستشفى", "ar"), CLINIC),
    (("le patron ne paie pas mon salaire", "fr"), WAGES),
    (("لم يدفع صاحب العمل راتبي", "ar"), WAGES),
]


def shares(labels):
    return np.eye(max(labels) + 1, dtype=np.float32)[labels]


def fitted(**recipe):
    samples = [(text, "en") for texts in TAUGHT.values() for text in texts]
    labels = np.array([label for label, texts in TAUGHT.items() for _ in texts])
    return TunedEncoder.fit(samples, shares(labels), Tuning(**{"epochs": 40, "batch": 4, **recipe}))


@pytest.fixture(scope="module")
def tuned():
    return fitted()


def test_what_was_taught_is_known_for_sure(tuned):
    for label, texts in TAUGHT.items():
        for text in texts:
            found = softmax(tuned.logits((text, "en")))
            assert found.argmax() == label, text
            assert found[label] > 0.6, text


@pytest.mark.parametrize(("sample", "label"), UNSEEN, ids=[text for (text, _), _ in UNSEEN])
def test_english_examples_teach_what_is_meant_in_other_languages(tuned, sample, label):
    assert tuned.logits(sample).argmax() == label


def test_labels_that_the_encoder_finds_alike_are_told_apart_by_tuning():
    # By meaning alone all four are about a bus; what counts here is whether there is a question.
    samples = [(text, "en") for text in ("the bus goes at six", "the bus left", "when is the bus", "is there a bus")]
    tuned = TunedEncoder.fit(samples, shares([0, 0, 1, 1]), Tuning(epochs=60, batch=2, seen=1))
    assert [int(tuned.logits(sample).argmax()) for sample in samples] == [0, 0, 1, 1]


def test_the_same_seed_gives_the_same_scores_and_another_one_others(tuned):
    sample = UNSEEN[0][0]
    assert np.array_equal(fitted().logits(sample), tuned.logits(sample))
    assert not np.array_equal(fitted(seed=8).logits(sample), tuned.logits(sample))


@pytest.mark.parametrize("text", ["", "👍", "𒀀"])
def test_a_text_with_nothing_known_gets_the_scores_of_no_text(tuned, text):
    found = tuned.logits((text, "en"))
    assert np.isfinite(found).all()
    assert np.array_equal(found, tuned.logits(("", "en")))


def test_it_is_the_same_after_storing_and_leaves_the_encoder_as_it_was(tuned):
    before = encoder().encode(("passport", "en"))
    again = pickle.loads(pickle.dumps(tuned))
    for sample, _ in UNSEEN:
        assert np.array_equal(again.logits(sample), tuned.logits(sample))
    assert np.array_equal(encoder().encode(("passport", "en")), before)
    # What it did not see in training stays in the encoder's own file.
    assert len(pickle.dumps(tuned)) < 1_000_000


def test_of_each_bag_the_sample_is_learned_that_looks_most_like_what_is_sought():
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.5, 0.5], [0.7, 0.3]])
    for sought, chosen in (([False, True], [1, 3]), ([True, False], [0, 4])):
        bags = Bags([("x", "en")] * 5, np.array([0, 0, 1, 1, 1]), shares([0, 1]), np.array(sought))
        assert bags.chosen(probabilities).tolist() == chosen


def test_what_looks_like_it_in_a_bag_is_learned_under_the_label_of_the_bag():
    samples = [(text, "en") for text in (*TAUGHT[PASSPORT], *TAUGHT[CLINIC])]
    harmless, plea = ("I love football", "en"), ("medicine for my son", "en")
    labels = shares([PASSPORT] * 4 + [CLINIC] * 4)
    # Both are called a matter of passports. The one that looks like a matter of clinics has to be told from these.
    bags = Bags([harmless, plea], np.array([0, 0]), shares([0, 1])[:1], np.array([False, True]))
    tuning = Tuning(epochs=40, batch=4)
    without, with_bag = (TunedEncoder.fit(samples, labels, tuning, one) for one in (None, bags))
    assert softmax(without.logits(plea))[CLINIC] > 0.5 > softmax(with_bag.logits(plea))[CLINIC]
