"""What the actions of all forms share: one message is given to the services, and what comes back is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.parts import parts
from bot.domain.form_replies import FormReply
from bot.domain.questions import FormKind
from bot.services.form_context import Talk
from bot.services.forms import begin_form, progress_of


def begin(kind: FormKind, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[dict[str, Any]]:
    """Begin a form, or go on with it, and say what it asks."""
    return talk_to_form(lambda talk: begin_form(kind, talk), dispatcher, tracker)


def talk_to_form(
    deal_with: Callable[[Talk], FormReply], dispatcher: CollectingDispatcher, tracker: Tracker
) -> list[dict[str, Any]]:
    """Let a service deal with the latest message, and say what it replies.

    Returns:
        Events that set the slots of a request to ``given`` or ``skipped``: never what was given.
    """
    latest = tracker.latest_message
    metadata = latest.get("metadata") or {}
    with parts().unit_of_work() as uow:
        talk = parts().talk(
            uow,
            conversation_id=metadata["conversation_id"],
            language=tracker.get_slot("language") or "en",
            message_id=latest["message_id"],
            text=latest.get("text") or "",
            pressed=latest.get("picked") or metadata.get("pressed"),
            place=metadata.get("place"),
        )
        reply = deal_with(talk)
        progress = progress_of(uow, tracker.sender_id)
    if reply.lines or reply.asking:
        dispatcher.utter_message(response="utter_form", form_reply=reply.as_dict())
    return [SlotSet(name, value) for name, value in progress.items() if tracker.slots.get(name) != value]
