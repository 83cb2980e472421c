"""Opens the case that the latest message calls for, and says so truthfully."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.parts import parts, topic_of
from bot.domain.cases import CASE_OF_TOPIC
from bot.services.cases import open_case
from bot.speaking.case_words import case_answer
from bot.wiring import new_id, now


class ActionOpenCase(Action):
    """Runs after the answer of a safety topic, a task, or a message that nobody understood."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_open_case"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Open or join a case; a topic that opens none is left alone."""
        topic = topic_of(tracker)
        if topic not in CASE_OF_TOPIC:
            return []
        latest = tracker.latest_message
        with parts().unit_of_work() as uow:
            opened = open_case(
                uow,
                topic=topic,
                contact_id=tracker.sender_id,
                conversation_id=latest["metadata"]["conversation_id"],
                message_id=latest["message_id"],
                clock=now,
                new_id=new_id,
            )
        dispatcher.utter_message(response=f"utter_{case_answer(topic, opened)}", reference=opened.reference)
        return []
