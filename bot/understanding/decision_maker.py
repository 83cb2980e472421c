"""What the assistant does with a message: answer, suggest, check for danger, or admit that it did not understand.

Anything that the person picked from what was offered is taken as it is. The thresholds are chosen on data: see
``docs/understanding.md`` for the curve.
"""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT
from rasa.shared.nlu.training_data.message import Message

from bot.domain import topics
from bot.domain.contacts import LANGUAGES
from bot.domain.questions import INFORM, LEAVE
from bot.domain.silence import WITH_STAFF, is_heard_beside_staff
from bot.language.normalise import normalise
from bot.understanding import message as keys
from bot.understanding.choice_matcher import match_choice, pick_by_words
from bot.understanding.form_decision import FormJudge, is_form_choice
from bot.understanding.language_identifier import wanted_language
from bot.understanding.topic_classifier import set_topic

ANSWER = "answer"
SUGGEST = "suggest"
CHECK_SAFETY = "check_safety"
FALLBACK = "fallback"

MAX_SUGGESTIONS = 3
SURE = 0.9
"""Least probability at which a message is answered although none of its words is known."""
ALSO = 0.5
"""Least probability, by the safety net, of what a second matter is about; docs/benchmarks.md has the figures."""
BY_ITSELF = 0.8
"""Least probability of what one piece asks, for that to be answered where the whole is not clear."""
YES_NO_OF = {"affirm": "_yes", "deny": "_no"}
SIGNALS = frozenset(
    {"danger_yes", "danger_no", "helped_yes", "helped_no", "noted_yes", "noted_no"}
    | {f"choose_language_{language}" for language in LANGUAGES}
)
"""Choices that are no topics; each is an intent in the domain."""
NOT_SUGGESTED = frozenset(set(topics.CHAT) - {"menu", "change_language"})
"""Topics that nobody would pick from a list; they have no title."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class DecisionMaker(GraphComponent):
    """Puts ``decision`` and ``suggestions`` on each message and makes the decision its intent."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Thresholds on calibrated probabilities; see ``decide``. Names and towns in a form are often like anything."""
        return {
            "answer": 0.68,
            "answer_safety": 0.45,
            "answer_out_of_scope": 0.5,
            "suggest": 0.3,
            "danger": 0.55,
            "danger_sum": 0.15,
            "danger_in_form": 0.8,
            "danger_sum_in_form": 0.4,
        }

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = config
        self._judge = FormJudge()

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DecisionMaker:
        """Return the component."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Decide on each message."""
        for message in messages:
            self._process(message)
            if keys.metadata_of(message).get("with_staff"):
                self._leave_to_staff(message)
        return messages

    def _process(self, message: Message) -> None:
        metadata = keys.metadata_of(message)
        asked = metadata.get("asked")
        picked = self._picked(message, metadata)
        if picked:
            self._pick(message, picked)
            return
        if asked and asked["is_done"]:
            self._give_to_form(message)
            return
        text = keys.text_of(message)
        if not normalise(text):
            self._take_without_words(message, metadata)
            return
        decision, topic, confidence, suggestions = self._decide(message)
        if not asked and self._judge.steers(text):
            # "Send" and "continue" where no form waits: nothing is stopped or cancelled for that.
            self._set(message, FALLBACK, FALLBACK, confidence, [])
            return
        if asked and self._is_for_form(text, asked, decision=decision, topic=topic, confidence=confidence):
            self._give_to_form(message)
            return
        if asked and not asked["is_parked"] and (decision, topic) == (ANSWER, "cancel"):
            self._pick(message, LEAVE)
            return
        if decision == ANSWER:
            topic = self._answer_to_question(topic, metadata.get("offered") or [])
            wanted = wanted_language(text) if topic == "change_language" else None
            if wanted:
                self._use_language(message, wanted)
        self._set(message, decision, topic if decision == ANSWER else decision, confidence, suggestions)

    @staticmethod
    def _leave_to_staff(message: Message) -> None:
        """Say nothing while staff write to the person, but for safety, language and "stop"; what was understood is kept."""
        topic = keys.predicted_topic(message)
        if not is_heard_beside_staff(topic):
            message.set(keys.UNDERSTOOD, topic, add_to_output=True)
            set_topic(message, WITH_STAFF, (message.get(INTENT) or {}).get("confidence") or 0.0)

    def _decide(self, message: Message) -> tuple[str, str, float, list[str]]:
        ranking = message.get(keys.TOPICS) or []
        thresholds = dict(self.config)
        in_form = bool(keys.metadata_of(message).get("asked"))
        if in_form:
            thresholds |= {name: self.config[f"{name}_in_form"] for name in ("danger", "danger_sum")}
        decision, suggestions = decide(ranking, message.get(keys.SAFETY) or 0.0, thresholds)
        topic, confidence = ranking[0]
        if decision == CHECK_SAFETY and confidence >= self.config["answer"]:
            message.set(keys.DOUBTED, topic, add_to_output=True)
        matters = [] if in_form else message.get(keys.MATTERS) or []
        by_itself = surest_question(matters) if decision == SUGGEST else None
        if by_itself:
            decision, (topic, confidence) = ANSWER, by_itself
        if decision == ANSWER:
            suggestions = second_matter(topic, matters)
        elif decision == SUGGEST:
            suggestions = list(dict.fromkeys([*questions_in(matters), *suggestions]))[:MAX_SUGGESTIONS]
        # Letters at random are like whatever is none of our business.
        is_sure = decision == ANSWER and confidence >= SURE and topic != "out_of_scope"
        if decision in (ANSWER, SUGGEST) and not is_sure and not message.get(keys.KNOWS_A_WORD):
            # Letters alone resemble something; guesses at gibberish would be a pretence.
            decision, suggestions = FALLBACK, []
        return decision, topic, confidence, suggestions

    def _is_for_form(self, text: str, asked: dict[str, Any], *, decision: str, topic: str, confidence: float) -> bool:
        today = datetime.now(timezone.utc).date()
        is_danger = decision == CHECK_SAFETY or (decision == ANSWER and topics.is_safety(topic))
        if is_danger and not self._judge.is_whole_answer(text, asked, today=today, topic=topic):
            return False
        return is_danger or self._judge.is_answer(
            text, asked, decision=decision, topic=topic, confidence=confidence, today=today
        )

    def _pick(self, message: Message, picked: str) -> None:
        if "__" in picked:
            message.set(keys.PICKED, picked, add_to_output=True)
            self._give_to_form(message)
            return
        self._set(message, ANSWER, picked, 1.0, [])
        if picked.startswith("choose_language_"):
            self._use_language(message, picked.rsplit("_", 1)[1])

    def _take_without_words(self, message: Message, metadata: dict[str, Any]) -> None:
        asked = metadata.get("asked")
        if asked and asked["takes_place"] and metadata.get("place"):
            self._give_to_form(message)
            return
        kind = metadata.get("kind", "text")
        self._set(message, ANSWER, "received_media" if kind != "text" else "received_empty", 1.0, [])

    def _give_to_form(self, message: Message) -> None:
        """Make the message one for the form, in the language that is spoken: a name or a town tells none."""
        spoken = keys.metadata_of(message).get("language")
        if spoken:
            self._speak(message, spoken)
        self._set(message, ANSWER, INFORM, 1.0, [])

    @staticmethod
    def _picked(message: Message, metadata: dict[str, Any]) -> str | None:
        pressed = metadata.get("pressed")
        # Buttons stay on old messages, so any choice of ours may come back; what is none of ours is only text.
        if pressed in topics.ALL or pressed in SIGNALS or is_form_choice(pressed):
            return str(pressed)
        offered = [(choice_id, titles) for choice_id, titles in metadata.get("offered") or []]
        asked = metadata.get("asked")
        text = keys.text_of(message)
        if asked is None or asked["is_parked"]:
            return match_choice(text, offered)
        # The form reads numbers and words itself; only its very words, or a choice of another kind just offered, are picked.
        ours = [(choice_id, titles) for choice_id, titles in offered if "__" in choice_id]
        others = [(choice_id, titles) for choice_id, titles in offered if "__" not in choice_id]
        if ours or not metadata.get("offered_is_latest"):
            return pick_by_words(text, ours) if metadata.get("offered_is_latest") else None
        return match_choice(text, others)

    @staticmethod
    def _answer_to_question(topic: str, offered: list[tuple[str, list[str]]]) -> str:
        """Turn a plain yes or no into the yes or no of the question that was asked last."""
        ending = YES_NO_OF.get(topic)
        for choice_id, _ in offered:
            # A form's own choices are no topics: those of one that waits as a draft are still on the screen.
            if ending and choice_id in SIGNALS and choice_id.endswith(ending):
                return choice_id
        return topic

    def _use_language(self, message: Message, language: str) -> None:
        message.set(keys.LANGUAGE_IS_CHOSEN, True, add_to_output=True)
        self._speak(message, language)

    @staticmethod
    def _speak(message: Message, language: str) -> None:
        message.set(keys.LANGUAGE, language, add_to_output=True)
        for entity in message.get(ENTITIES) or []:
            if entity["entity"] == "language":
                entity["value"] = language

    @staticmethod
    def _set(message: Message, decision: str, topic: str, confidence: float, suggestions: list[str]) -> None:
        message.set(keys.DECISION, decision, add_to_output=True)
        message.set(keys.SUGGESTIONS, suggestions, add_to_output=True)
        set_topic(message, topic, confidence)


def second_matter(topic: str, matters: list[tuple[str, float]]) -> list[str]:
    """Return what else a message is about, besides a question or a courtesy: at most one topic, offered with the answer."""
    return [other for other in questions_in(matters) if other != topic][:1] if topics.leaves_room(topic) else []


def surest_question(matters: list[tuple[str, float]]) -> tuple[str, float] | None:
    """Return what one piece asks for sure, with its probability: an answer is all that it takes."""
    return next(
        ((t, probability) for t, probability in matters if probability >= BY_ITSELF and topics.GROUP_OF[t] == "faq"), None
    )


def questions_in(matters: list[tuple[str, float]]) -> list[str]:
    """Return the questions and wishes among what the pieces of a message are about, the surest first."""
    return [t for t, probability in matters if probability >= ALSO and topics.is_matter(t)]


def decide(ranking: list[tuple[str, float]], danger: float, thresholds: dict[str, float]) -> tuple[str, list[str]]:
    """Return the decision on a ranking, and the topics to suggest (at most three, none for ``answer``).

    A likely topic is answered, and what is none of our business sooner: nobody can pick that from a list. A message that looks
    like danger, by the sum of the safety topics' probabilities or, in one of its pieces, by the safety net, and whose
    likeliest topic is no clear safety topic, is asked about. Else the likeliest topics are offered, unless they are too
    unlikely together.
    """
    topic, confidence = ranking[0]
    danger_sum = sum(p for t, p in ranking if topics.is_safety(t))
    if topics.is_safety(topic) and confidence >= thresholds["answer_safety"]:
        return ANSWER, []
    suggestions = [t for t, _ in ranking if t not in NOT_SUGGESTED][:MAX_SUGGESTIONS]
    if danger_sum >= thresholds["danger_sum"] or danger >= thresholds["danger"]:
        return CHECK_SAFETY, suggestions
    if confidence >= thresholds["answer_out_of_scope" if topic == "out_of_scope" else "answer"]:
        return ANSWER, []
    if sum(p for _, p in ranking[:MAX_SUGGESTIONS]) >= thresholds["suggest"]:
        return SUGGEST, suggestions
    return FALLBACK, []
