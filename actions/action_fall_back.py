"""Says that a message was not understood; the second time in a row, calls a person."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.action_open_case import ActionOpenCase

PATIENCE = 2
"""Misses in a row after which a person is called."""

MISSES = frozenset({"fallback", "suggest"})


class ActionFallBack(Action):
    """Runs on the decision ``fallback``."""

    def name(self) -> str:
        """Return the action's name in the domain."""
        return "action_fall_back"

    def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[dict[str, Any]]:
        """Ask for other words, or call a person after two misses in a row."""
        if misses_in_a_row(tracker) < PATIENCE:
            dispatcher.utter_message(response="utter_fallback")
            return []
        dispatcher.utter_message(response="utter_fallback_person")
        # Not as a follow-up action: no rule goes on from there, so that Rasa would fall back again and again.
        return ActionOpenCase().run(dispatcher, tracker, domain)


def misses_in_a_row(tracker: Tracker) -> int:
    """Return how many of the latest messages in a row were not understood."""
    count = 0
    for event in reversed(tracker.events):
        if event.get("event") != "user":
            continue
        if (event.get("parse_data") or {}).get("decision") not in MISSES:
            break
        count += 1
    return count
