"""``daleel understand``: what the assistant would make of messages, one JSON line for each."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from bot.commands import training
from bot.domain import topics
from bot.logs import configure_logging
from bot.services.turns import words_of
from bot.understanding import message as keys


class Understanding:
    """A loaded model that parses messages without a server.

    Args:
        models: Folder of trained models.

    Raises:
        ConfigurationError: If there is no model for the present data.
    """

    def __init__(self, models: Path) -> None:
        path = training.find_model(models)
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        os.environ["RASA_TELEMETRY_ENABLED"] = "false"
        configure_logging("understand", level=logging.ERROR)
        from rasa.core.agent import Agent

        # Rasa's import sets up a logging of its own.
        configure_logging("understand", level=logging.ERROR)
        self._agent = Agent.load(str(path))

    def parse(self, text: str, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return what is understood of a first message, in the form of ``daleel understand``."""
        from rasa.core.channels.channel import UserMessage

        message = UserMessage(text=words_of(text), metadata=metadata or {})
        parsed = asyncio.run(self._agent.processor.parse_message(message))
        return self._result(text, parsed)

    @staticmethod
    def _result(text: str, parsed: dict[str, Any]) -> dict[str, Any]:
        ranking = parsed.get(keys.TOPICS) or []
        intent = parsed["intent"]
        answered = intent.get("full_retrieval_intent_name") or intent.get("name") or ""
        decision = parsed[keys.DECISION]
        likeliest = ranking[0][1] if ranking else 0.0
        confidence = intent["confidence"] if ranking and decision == "answer" else likeliest
        topic = topics.topic_of_intent(answered) if decision == "answer" else (ranking[0][0] if ranking else "out_of_scope")
        if topic not in topics.ALL:
            topic = "out_of_scope"
        return {
            "text": text,
            "language": parsed[keys.LANGUAGE],
            "topic": topic,
            "confidence": confidence,
            "decision": decision if normal(decision) else "fallback",
            "suggestions": parsed[keys.SUGGESTIONS],
        }


def normal(decision: str) -> bool:
    """Say whether a decision is one of the four of the contract."""
    return decision in ("answer", "suggest", "check_safety", "fallback")


def understand_lines(models: Path, source: BinaryIO, target: TextIO, errors: TextIO) -> int:
    """Answer each JSON line in order; a bad line gets one line on ``errors`` and an ``error`` object in its place.

    Returns:
        0, or 1 when a line could not be read.
    """
    understanding: Understanding | None = None
    code = 0
    for number, text, problem in _texts(source):
        if problem or text is None:
            errors.write(f"daleel: line {number}: {problem}\n")
            target.write(json.dumps({"error": problem, "line": number}) + "\n")
            code = 1
            continue
        understanding = understanding or Understanding(models)
        target.write(json.dumps(understanding.parse(text), ensure_ascii=False) + "\n")
        target.flush()
    return code


def _texts(lines: Iterable[bytes]) -> Iterator[tuple[int, str | None, str | None]]:
    for number, raw in enumerate(lines, start=1):
        if not raw.strip():
            continue
        try:
            entry = json.loads(raw.decode("utf-8"))
        except UnicodeDecodeError:
            yield number, None, "not UTF-8"
            continue
        except json.JSONDecodeError as error:
            yield number, None, f"not JSON ({error.msg} at column {error.colno})"
            continue
        if not isinstance(entry, dict) or not isinstance(entry.get("text"), str):
            yield number, None, 'must be an object with a string "text"'
            continue
        yield number, entry["text"], None
