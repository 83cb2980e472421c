"""Rasa's edge of speaking: the ``nlg`` class that ``endpoints.yml`` names.

Some answers depend on the conversation: suggestions list what was understood, "repeat" says the last answer in other
words, a picture is named by its kind. All else goes straight from the utterance's id to the speaker.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.domain import topics
from bot.domain.cases import CASE_OF_TOPIC
from bot.domain.contacts import LANGUAGES, Channel
from bot.domain.form_replies import FormReply
from bot.domain.silence import WITH_STAFF
from bot.language.gazetteer import place_name, place_names
from bot.services.forms import QUIET
from bot.services.turns import Reply
from bot.settings import load_settings, read_environment
from bot.speaking.form_speaker import FormSpeaker
from bot.speaking.parts import speaker_of
from bot.speaking.speaker import PERSON
from bot.understanding import message as keys
from bot.wiring import Parts, build

UTTER = "utter_"


class AnswerGenerator(NaturalLanguageGenerator):
    """Says answers. Rasa builds it with its endpoint and an empty domain, neither of which it needs."""

    def __init__(self, endpoint_config: Any = None, domain: Any = None, *, parts: Parts | None = None) -> None:
        self._parts = parts or build(load_settings(read_environment()))
        self._speaker = speaker_of(self._parts)
        self._form_speaker = FormSpeaker(self._speaker, self._parts.catalogues)

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any]:
        """Return Rasa's message for an utterance: ``text``, ``buttons``, and what the outbox needs besides."""
        answer_id = topics.topic_of_intent(utter_action.removeprefix(UTTER))
        reply = self._reply(answer_id, tracker, channel_of(output_channel), language_of(tracker), kwargs)
        return {
            "text": reply.text,
            "buttons": [{"title": c.title, "payload": c.id} for c in reply.choices],
            "answer_id": reply.answer_id,
            "sms_parts": reply.sms_parts,
            "understood": understood_of(tracker),
        }

    def _reply(self, answer_id: str, tracker: DialogueStateTracker, channel: Channel, language: str, values: dict) -> Reply:
        say = self._speaker.say
        parse = tracker.latest_message.parse_data if tracker.latest_message else {}
        if answer_id == WITH_STAFF:
            # Nothing is said; what was understood travels with it.
            return Reply(WITH_STAFF, "")
        if answer_id == "form":
            return self._form_speaker.say(FormReply.from_dict(values["form_reply"]), language, channel)
        if answer_id in ("suggest", "check_safety", "danger_no"):
            return self._offer(answer_id, tracker, channel, language)
        if answer_id == "repeat":
            return self._repeat(tracker, channel, language)
        if answer_id == "received_media":
            metadata = tracker.latest_message.metadata or {}
            choices = () if asks_again(tracker, answer_id) else None
            if metadata.get("place"):
                near = place_name(metadata["place"], language)
                return say("received_location_near", language, channel, choices=choices, place=near)
            return say(f"received_{metadata.get('kind', 'file')}", language, channel, choices=choices)
        if answer_id == "change_language" and parse.get(keys.LANGUAGE_IS_CHOSEN):
            return say("language_changed", language, channel, choices=() if asks_again(tracker, "language_changed") else None)
        choices = () if asks_again(tracker, answer_id) else None
        # Rasa brings all its answers along each time; to put them into words took a thirtieth of a turn.
        placeholders = {name: str(value) for name, value in values.items() if name != "domain_responses"}
        also = None if choices == () else _second_matter(parse, answer_id)
        return say(answer_id, language, channel, choices=choices, near=place_of(tracker), also=also, **placeholders)

    def _offer(self, answer_id: str, tracker: DialogueStateTracker, channel: Channel, language: str) -> Reply:
        if answer_id == "check_safety":
            return self._speaker.say(answer_id, language, channel)
        users = [event for event in tracker.events if isinstance(event, UserUttered)]
        # After "nobody is in danger" the message that raised the doubt is the one to go back to.
        about = users[-2] if answer_id == "danger_no" and len(users) > 1 else users[-1]
        doubted = about.parse_data.get(keys.DOUBTED) if answer_id == "danger_no" else None
        if doubted and _is_settled_by_answer(doubted):
            return self._speaker.say(doubted, language, channel, near=place_of(tracker))
        suggestions = [t for t in about.parse_data.get(keys.SUGGESTIONS) or [] if t in topics.ALL]
        offered = [*suggestions, PERSON] if PERSON not in suggestions else suggestions
        return self._speaker.say(answer_id, language, channel, choices=offered)

    def _repeat(self, tracker: DialogueStateTracker, channel: Channel, language: str) -> Reply:
        for event in reversed(tracker.events):
            answer_id = event.metadata.get("answer_id") if isinstance(event, BotUttered) else None
            if answer_id and topics.GROUP_OF.get(answer_id) in ("safety", "faq"):
                return self._speaker.say(answer_id, language, channel, part="again", near=place_of(tracker))
        return self._speaker.say("repeat", language, channel)


def _second_matter(parse: Mapping[str, Any], answer_id: str) -> str | None:
    """Return what else is asked in a message that this answers."""
    return next(iter(parse.get(keys.SUGGESTIONS) or []), None) if topics.leaves_room(answer_id) else None


def _is_settled_by_answer(topic: str) -> bool:
    """Say whether an answer is all that a topic gets: no form, no case."""
    return topics.GROUP_OF.get(topic) == "faq" and topic not in CASE_OF_TOPIC


def asks_again(tracker: DialogueStateTracker, answer_id: str) -> bool:
    """Say whether the question of a form follows this answer: its numbers must be the only ones."""
    metadata = (tracker.latest_message.metadata if tracker.latest_message else None) or {}
    asked = metadata.get("asked")
    return bool(asked) and not asked["is_parked"] and not topics.is_safety(answer_id) and answer_id not in QUIET


def place_of(tracker: DialogueStateTracker) -> str | None:
    """Return the id of the place that the person named or sent last, among those that we have a name for.

    Messages before a restart are stored without their words, and tell no place.
    """
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            named = [entity["value"] for entity in event.entities or [] if entity["entity"] == "place"]
            known = [place for place in [*named, (event.metadata or {}).get("place")] if place in place_names("en")]
            if known:
                return str(known[-1])
    return None


def language_of(tracker: DialogueStateTracker) -> str:
    """Return the conversation's language."""
    language = tracker.get_slot("language")
    return language if language in LANGUAGES else "en"


def channel_of(output_channel: str) -> Channel:
    """Return the channel that a Rasa output channel's name stands for."""
    return Channel(output_channel) if output_channel in {c.value for c in Channel} else Channel.TELEGRAM


def understood_of(tracker: DialogueStateTracker) -> dict[str, Any]:
    """Return what the inbox worker stores about the latest message."""
    parse = tracker.latest_message.parse_data if tracker.latest_message else {}
    intent = parse.get("intent") or {}
    ranking = parse.get(keys.TOPICS) or []
    picked = (parse.get("response_selector") or {}).get("faq", {}).get("response", {}).get("intent_response_key")
    name = picked or intent.get("name") or (ranking[0][0] if ranking else "")
    return {
        "language": parse.get(keys.LANGUAGE),
        "language_is_chosen": bool(parse.get(keys.LANGUAGE_IS_CHOSEN)),
        "topic": parse.get(keys.UNDERSTOOD) or topics.topic_of_intent(name),
        "decision": parse.get(keys.DECISION),
        "confidence": intent.get("confidence"),
    }
