"""The assistance request, in place of Rasa's own form: its answers live in our tables from the first one on."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.forms import begin
from bot.domain.questions import FormKind


class AssistanceRequestForm(Action):
    """Runs when somebody asks for help in Libya. Rasa lets an action carry a form's name and then leaves the form to it."""

    def name(self) -> str:
        """Return the form's name in the domain."""
        return FormKind.ASSISTANCE_REQUEST.value

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Begin the form, or go on with it."""
        return begin(FormKind.ASSISTANCE_REQUEST, dispatcher, tracker)
