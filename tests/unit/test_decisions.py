"""What the assistant does with a message."""

from __future__ import annotations

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.domain import topics
from bot.domain.questions import FormKind
from bot.understanding import message as keys
from bot.understanding.decision_maker import MAX_SUGGESTIONS, NOT_SUGGESTED, DecisionMaker, decide

LIMITS = {
    "answer": 0.4, "answer_safety": 0.45, "answer_out_of_scope": 0.3, "suggest": 0.25, "danger": 0.65, "danger_sum": 0.2,
    "danger_in_form": 0.8, "danger_sum_in_form": 0.4,
}  # fmt: skip


@pytest.mark.parametrize(
    ("ranking", "danger", "decision"),
    [
        # A likely topic is answered, an unlikely one offered, nothing much admitted.
        ([("return_cost", 0.4), ("return_what_is", 0.1)], 0.0, "answer"),
        ([("return_cost", 0.39), ("return_what_is", 0.1)], 0.0, "suggest"),
        ([("return_cost", 0.1), ("return_what_is", 0.1), ("greet", 0.06)], 0.0, "suggest"),
        ([("return_cost", 0.1), ("return_what_is", 0.08), ("greet", 0.06)], 0.0, "fallback"),
        # What is none of our business is told sooner: no list offers it.
        ([("out_of_scope", 0.3), ("return_cost", 0.1)], 0.0, "answer"),
        ([("out_of_scope", 0.29), ("return_cost", 0.1)], 0.0, "suggest"),
        ([("out_of_scope", 0.3), ("emergency_sea", 0.2)], 0.0, "check_safety"),
        # Danger goes first: a clear safety topic is answered, any other sign of danger is asked about.
        ([("emergency_sea", 0.45)], 0.0, "answer"),
        ([("emergency_sea", 0.45)], 1.0, "answer"),
        ([("emergency_sea", 0.44), ("sea_journey", 0.4)], 0.7, "check_safety"),
        ([("return_cost", 0.95)], 0.65, "check_safety"),
        ([("return_cost", 0.95)], 0.64, "answer"),
        ([("return_cost", 0.6), ("emergency_sea", 0.12), ("report_detention", 0.08)], 0.0, "check_safety"),
        ([("return_cost", 0.6), ("emergency_sea", 0.12), ("report_detention", 0.07)], 0.0, "answer"),
        ([("greet", 0.1)], 0.9, "check_safety"),
    ],
)
def test_each_message_gets_one_of_four_decisions(ranking, danger, decision):
    assert decide(ranking, danger, LIMITS)[0] == decision


def test_suggestions_are_at_most_three_topics_that_can_be_picked():
    ranking = [("thank", 0.3), ("return_cost", 0.2), ("greet", 0.1), ("menu", 0.1), ("return_family", 0.05), ("repeat", 0.01)]
    assert decide(ranking, 0.0, LIMITS) == ("suggest", ["return_cost", "menu", "return_family"])


def test_an_answer_and_a_fallback_suggest_nothing():
    assert decide([("return_cost", 0.9)], 0.0, LIMITS)[1] == []
    assert decide([("return_cost", 0.1)], 0.0, LIMITS)[1] == []


@pytest.mark.parametrize(
    ("matters", "offered"),
    [
        ([("return_cost", 0.9), ("contact_offices", 0.5)], ["contact_offices"]),
        ([("request_return", 0.9), ("return_cost", 0.8), ("contact_offices", 0.7)], ["request_return"]),
        # Too unsure; the same; small talk; danger, which is asked about by other rules.
        ([("return_cost", 0.9), ("contact_offices", 0.49)], []),
        ([("return_cost", 0.9), ("return_cost", 0.8)], []),
        ([("greet", 0.99), ("return_cost", 0.9)], []),
        ([("emergency_sea", 0.55), ("return_cost", 0.9)], []),
        ([], []),
    ],
)
def test_the_second_question_of_a_message_is_offered_with_the_answer_to_the_first(matters, offered):
    message = _decided("how much and where", matters=matters)
    assert (message.get(keys.DECISION), message.get(keys.SUGGESTIONS)) == ("answer", offered)


UNCLEAR = [("menu", 0.2), ("return_family", 0.15)]


@pytest.mark.parametrize(
    ("matters", "decision", "topic", "offered"),
    [
        # What one piece asks for sure is answered, and what another asks is offered.
        ([("return_cost", 0.8), ("contact_offices", 0.7)], "answer", "return_cost", ["contact_offices"]),
        ([("greet", 0.99), ("return_cost", 0.8)], "answer", "return_cost", []),
        # A wish begins a form: it is offered, as is what is less sure, before what the whole resembles.
        (
            [("request_return", 0.99), ("contact_offices", 0.79)],
            "suggest",
            "menu",
            ["request_return", "contact_offices", "menu"],
        ),
        ([("return_cost", 0.79)], "suggest", "menu", ["return_cost", "menu", "return_family"]),
        ([("return_family", 0.49)], "suggest", "menu", ["menu", "return_family"]),
    ],
)
def test_where_the_whole_is_not_clear_its_pieces_say_what_is_asked(matters, decision, topic, offered):
    message = _decided("hello, how much, and where", UNCLEAR, matters=matters)
    found = (message.get(keys.DECISION), message.get(keys.SUGGESTIONS))
    assert found == (decision, offered)
    assert decision == "suggest" or keys.predicted_topic(message) == topic


def test_a_question_beside_thanks_is_offered_with_the_word_that_answers_them():
    matters = [("thank", 0.9), ("contact_offices", 0.8)]
    assert _decided("thanks and where", [("thank", 0.9)], matters=matters).get(keys.SUGGESTIONS) == ["contact_offices"]
    assert _decided("yes and where", [("affirm", 0.9)], matters=matters).get(keys.SUGGESTIONS) == []


def test_nothing_more_is_offered_with_an_act_or_while_a_form_asks():
    matters = [("contact_offices", 0.9)]
    assert _decided("x", [("request_return", 0.9)], matters=matters).get(keys.SUGGESTIONS) == []
    asked = {"question": "x", "is_parked": True, "is_done": False, "takes_place": False}
    assert _decided("how much", matters=matters, asked=asked).get(keys.SUGGESTIONS) == []


def test_no_list_offers_small_talk():
    assert set(topics.CHAT) - NOT_SUGGESTED == {"menu", "change_language"}
    assert MAX_SUGGESTIONS == 3


def _decided(text, ranking=(("return_cost", 0.9),), *, danger=0.0, knows_a_word=True, matters=(), **metadata):
    message = Message({"text": text, "metadata": metadata, "entities": [{"entity": "language", "value": "en"}]})
    message.set(keys.TOPICS, list(ranking))
    message.set(keys.SAFETY, danger)
    message.set(keys.KNOWS_A_WORD, knows_a_word)
    message.set(keys.MATTERS, list(matters))
    DecisionMaker(LIMITS).process([message])
    return message


def _outcome(message):
    return message.get(keys.DECISION), keys.predicted_intent(message)


def test_a_pressed_choice_is_taken_as_it_is():
    assert _outcome(_decided("", pressed="helped_no")) == ("answer", "helped_no")


def test_a_number_of_the_last_offer_is_taken_as_it_is():
    offered = [["menu", ["Menu"]], ["talk_to_human", ["A person"]]]
    assert _outcome(_decided("2", danger=0.99, offered=offered)) == ("answer", "talk_to_human")


def test_a_pressed_language_is_chosen():
    message = _decided("", pressed="choose_language_fr")
    assert (message.get(keys.LANGUAGE), message.get(keys.LANGUAGE_IS_CHOSEN)) == ("fr", True)
    assert message.get("entities")[0]["value"] == "fr"


@pytest.mark.parametrize(("topic", "picked"), [("affirm", "danger_yes"), ("deny", "danger_no")])
def test_a_plain_yes_or_no_answers_the_last_question(topic, picked):
    offered = [["danger_yes", ["Yes"]], ["danger_no", ["No"]]]
    assert _outcome(_decided("oui c'est ça", [(topic, 0.9)], offered=offered)) == ("answer", picked)


def test_a_yes_to_nothing_stays_a_yes():
    assert _outcome(_decided("yes", [("affirm", 0.9)], offered=[["menu", ["Menu"]]])) == ("answer", "affirm")


@pytest.mark.parametrize("topic", ["affirm", "deny"])
def test_a_yes_or_no_is_no_choice_of_a_form_that_waits_as_a_draft(topic):
    # Its buttons are still on the screen; taken as a topic, one of them was answered ten times over.
    offered = [["understood__yes", ["Yes"]], ["understood__no", ["No"]]]
    assert _outcome(_decided("that is wrong", [(topic, 0.9)], offered=offered)) == ("answer", topic)


@pytest.mark.parametrize(
    ("ranking", "danger", "outside", "inside"),
    [
        ([("return_cost", 0.9)], 0.79, "check_safety", "answer"),
        ([("return_cost", 0.9)], 0.8, "check_safety", "check_safety"),
        ([("return_cost", 0.6), ("emergency_sea", 0.39)], 0.0, "check_safety", "answer"),
        ([("return_cost", 0.6), ("emergency_sea", 0.4)], 0.0, "check_safety", "check_safety"),
    ],
)
def test_within_a_form_danger_must_be_surer_since_names_and_towns_resemble_anything(ranking, danger, outside, inside):
    asked = {
        "form": FormKind.RETURN_REQUEST.value, "question": "sex", "values": ["female", "male"],
        "takes_own_words": False, "is_parked": False, "is_done": False, "takes_place": False,
    }  # fmt: skip
    text = "Where do I find the nearest office of yours in this town, please?"
    assert _outcome(_decided(text, ranking, danger=danger))[0] == outside
    assert _outcome(_decided(text, ranking, danger=danger, asked=asked))[0] == inside


def test_gibberish_gets_no_suggestions():
    message = _decided("asdf", [("return_cost", 0.3)], knows_a_word=False)
    assert (_outcome(message), message.get(keys.SUGGESTIONS)) == (("fallback", "fallback"), [])


@pytest.mark.parametrize(
    ("kind", "intent"), [("text", "received_empty"), ("photo", "received_media"), ("voice", "received_media")]
)
def test_a_message_without_words_is_named_by_its_kind(kind, intent):
    assert _outcome(_decided(" ", [], kind=kind)) == ("answer", intent)


def test_a_retrieval_topic_leaves_its_answer_key():
    message = _decided("how much", [("return_cost", 0.9)])
    assert keys.predicted_intent(message) == "faq"
    assert message.get("response_selector")["faq"]["response"]["intent_response_key"] == "faq/return_cost"


def test_a_language_asked_for_by_name_is_chosen_for_good():
    message = _decided("speak French please", [("change_language", 0.9)])
    assert (message.get(keys.LANGUAGE), message.get(keys.LANGUAGE_IS_CHOSEN)) == ("fr", True)
