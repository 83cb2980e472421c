"""Begins the form that a topic calls for: a report, an appointment, or a matter of one's own request or data."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.forms import begin
from actions.parts import topic_of
from bot.domain.questions import FORM_OF


class ActionBeginForm(Action):
    """Runs on the topics of ``bot.domain.questions.FORM_OF`` whose form has no action of its own."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_begin_form"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Begin the form, or go on with it."""
        return begin(FORM_OF[topic_of(tracker)], dispatcher, tracker)
