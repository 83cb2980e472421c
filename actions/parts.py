"""The parts of the hotline for this process, built on first use, and what actions read from a tracker."""

from __future__ import annotations

from functools import lru_cache

from rasa_sdk import Tracker

from bot.domain import topics
from bot.settings import load_settings, read_environment
from bot.wiring import Parts, build


@lru_cache(maxsize=1)
def parts() -> Parts:
    """Return the parts, built once for the action server."""
    return build(load_settings(read_environment()))


def topic_of(tracker: Tracker) -> str:
    """Return the topic of the latest message, or our own signal (``danger_yes``, ``fallback``)."""
    name = (tracker.latest_message.get("intent") or {}).get("name") or ""
    if name != "faq":
        return str(name)
    selected = (tracker.latest_message.get("response_selector") or {}).get("faq") or {}
    return topics.topic_of_intent((selected.get("response") or {}).get("intent_response_key") or "")
