"""What makes a set harder than it looks: distance from the training sentences, and another matter in the same message."""

from __future__ import annotations

from collections import Counter

import pytest
import yaml

from bot.commands.evaluate import Judged, beside_harmless
from bot.commands.hardness import THIRDS, beside, thirds_of

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


# Another matter


def test_two_messages_become_one_in_either_order_with_no_more_than_a_space_between():
    made = {beside("they took my son", "where is the office", seed) for seed in range(60)}
    expected = {
        between.join(order)
        for between in (". ", " ", "\n")
        for order in (("they took my son", "where is the office"), ("where is the office", "they took my son"))
    }
    assert made == expected
    assert beside("a", "b", 7) == beside("a", "b", 7)


ENTRIES = [
    ("en", {"topic": "return_cost", "register": "standard", "text": "what does it cost"}),
    ("en", {"topic": "emergency_sea", "register": "standard", "text": "our boat takes water"}),
    ("fr", {"topic": "greet", "register": "standard", "text": "bonjour"}),
]


def test_what_stands_beside_a_message_is_about_something_and_not_about_danger():
    # A lone French greeting has nothing to stand beside.
    assert [(entry["topic"], other) for _, entry, other, _ in beside_harmless(ENTRIES)] == [
        ("return_cost", "return_cost"),
        ("emergency_sea", "return_cost"),
    ]


@pytest.mark.parametrize(
    ("decision", "topic", "suggestions", "found"),
    [
        ("answer", "return_cost", ["contact_offices"], True),
        ("answer", "contact_offices", ["return_cost"], True),
        ("suggest", "menu", ["contact_offices", "return_cost"], True),
        ("answer", "return_cost", [], False),
        ("answer", "return_cost", ["return_what_is"], False),
        ("suggest", "return_cost", ["contact_offices"], False),
        ("check_safety", "return_cost", ["contact_offices", "return_cost"], False),
    ],
)
def test_two_questions_are_found_when_each_is_answered_or_offered(decision, topic, suggestions, found):
    result = {"decision": decision, "topic": topic, "suggestions": suggestions}
    judged = Judged("en", "standard", "x", "return_cost", result, other="contact_offices")
    assert judged.has_two_questions and judged.are_both_found is found


@pytest.mark.parametrize(
    ("topic", "other"), [("return_cost", "return_cost"), ("emergency_sea", "return_cost"), ("greet", "menu")]
)
def test_the_same_question_twice_danger_and_talk_are_no_two_questions(topic, other):
    assert not Judged("en", "standard", "x", topic, {}, other=other).has_two_questions
