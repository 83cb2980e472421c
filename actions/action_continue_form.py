"""Takes a message as the answer to the question of a form."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.forms import talk_to_form
from bot.services.forms import answer_form


class ActionContinueForm(Action):
    """Runs on the signal ``inform``: understanding found that the message is for the form."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_continue_form"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Give the message to the form; one that no form waits for is admitted not to be understood."""
        events = talk_to_form(answer_form, dispatcher, tracker)
        if not dispatcher.messages:
            dispatcher.utter_message(response="utter_fallback")
        return events
