"""What is stored of a dialogue's events: what was understood and done, never what was said.

A later turn needs topics, decisions and answer ids. Words, names, numbers and towns stay in the messages and requests, where
they are encrypted apart and erased in one place.
"""

from __future__ import annotations

from typing import Any

from rasa.shared.core.constants import SESSION_START_METADATA_SLOT

KEPT_OF_PARSE = ("intent", "decision", "suggestions", "language", "language_is_chosen", "response_selector")
KEPT_OF_METADATA = ("conversation_id", "kind")
KEPT_OF_ANSWER = ("answer_id", "utter_action")


def without_words(event: dict[str, Any]) -> dict[str, Any]:
    """Return a serialised Rasa event without anything that a person typed, picked or was told.

    Args:
        event: As ``Event.as_dict`` gives it; it is not changed.
    """
    kind = event["event"]
    if kind == "user":
        parse = event.get("parse_data") or {}
        kept = {name: parse[name] for name in KEPT_OF_PARSE if name in parse}
        return event | {
            "text": "",
            "parse_data": kept | {"text": "", "entities": []},
            "metadata": _kept(event.get("metadata"), KEPT_OF_METADATA),
        }
    if kind == "bot":
        return event | {"text": "", "data": {}, "metadata": _kept(event.get("metadata"), KEPT_OF_ANSWER)}
    if kind == "slot" and event.get("name") == SESSION_START_METADATA_SLOT:
        return event | {"value": None}
    if kind == "entities":
        return event | {"entities": []}
    return event


def slots_without_words(slots: dict[str, Any]) -> dict[str, Any]:
    """Return slot values without the first message's metadata, which Rasa keeps in one."""
    return {name: value for name, value in slots.items() if name != SESSION_START_METADATA_SLOT}


def _kept(metadata: dict[str, Any] | None, names: tuple[str, ...]) -> dict[str, Any]:
    known = metadata or {}
    return {name: known[name] for name in names if name in known}
