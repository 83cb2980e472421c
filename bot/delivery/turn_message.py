"""A turn as Rasa takes it."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import UserMessage

from bot.delivery.turn_channel import TurnChannel
from bot.domain.conversations import MessageKind
from bot.domain.questions import OWN_WORDS, question_of
from bot.language.gazetteer import nearest_place
from bot.services.turns import Turn, words_of
from bot.speaking.speaker import Speaker


def user_message(turn: Turn, channel: TurnChannel, speaker: Speaker) -> UserMessage:
    """Return a turn as Rasa takes it: ids, the text, and in the metadata what understanding may know besides."""
    return UserMessage(
        # A location is no words; its town travels with the metadata.
        text="" if turn.kind is MessageKind.LOCATION else words_of(turn.text),
        output_channel=channel,
        sender_id=turn.contact_id,
        input_channel=turn.channel.value,
        message_id=turn.message_id,
        metadata={
            "conversation_id": turn.conversation_id,
            "language": turn.language,
            "language_is_chosen": turn.language_is_chosen,
            "pressed": turn.pressed,
            "kind": turn.kind.value,
            "place": place_of(turn),
            "offered": [[choice.id, sorted({choice.title, *speaker.titles(choice.id)})] for choice in turn.offered],
            "offered_is_latest": turn.offered_is_latest,
            "asked": _asked(turn),
            "with_staff": turn.is_with_staff,
        },
    )


def _asked(turn: Turn) -> dict[str, Any] | None:
    """Return what understanding may know about the question of a form."""
    if turn.asked is None:
        return None
    question = question_of(turn.asked.form, turn.asked.question)
    return {
        "form": turn.asked.form.value,
        "question": question.id,
        "values": list(turn.asked.values),
        "is_parked": turn.asked.is_parked,
        "is_done": turn.asked.is_done,
        "takes_own_words": question.reads in OWN_WORDS,
        "takes_place": question.reads == "place",
    }


def place_of(turn: Turn) -> str | None:
    """Return the id of the town near a location that came, or None."""
    if turn.kind is not MessageKind.LOCATION:
        return None
    latitude, _, longitude = turn.text.partition(",")
    try:
        return nearest_place(float(latitude), float(longitude))
    except ValueError:
        return None
