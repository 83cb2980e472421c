"""Logging: constant event names and fields from an allow-list, so that personal data cannot slip in.

Everything a process logs, by structlog or by a library's logger, ends in one line on standard error.
Library records keep their message only at WARNING and above; exceptions are reduced to their class.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED_FIELDS = frozenset(
    {
        "case_id",
        "case_kind",
        "channel",
        "contact_id",
        "conversation_id",
        "count",
        "decision",
        "duration_ms",
        "error_class",
        "error_code",
        "exit_code",
        "language",
        "message_id",
        "process",
        "provider",
        "seconds",
        "state",
        "topic_group",
        "url",
    }
)
"""Fields that may be logged. Topics are not among them: beside a contact's id a topic is a disclosure."""

_STRUCTURE = frozenset({"event", "level", "timestamp", "logger"})
_SILENT = ("telegram.ext.AIORateLimiter", "waitress.queue")
"""They write a line at each ordinary 429, which the outbox deals with, and at each request that waits for a thread."""
_QUIET = ("httpx", "urllib3", "sanic", "sanic.access", "sanic.root", "apscheduler", "matplotlib", "waitress")


def drop_unlisted_fields(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Keep the fields of the allow-list; reduce an exception to its class."""
    error = event.pop("exc_info", None)
    if error:
        caught = error if isinstance(error, BaseException) else sys.exc_info()[1]
        if caught is not None:
            event["error_class"] = type(caught).__name__
    return {k: v for k, v in event.items() if k in _STRUCTURE or k in ALLOWED_FIELDS}


class _LibraryFormatter(logging.Formatter):
    """One line for a library's record: its logger and, at WARNING and above, where it came from.

    A library's message may quote what a contact wrote (Rasa's warnings do), so the message itself is
    never printed, only the place in the code that logged it.
    """

    def format(self, record: logging.LogRecord) -> str:
        error = f" error_class={record.exc_info[0].__name__}" if record.exc_info and record.exc_info[0] else ""
        time = self.formatTime(record, "%H:%M:%S")
        return (
            f"{time} {record.levelname.lower():<8} library_log logger={record.name} line={record.module}:{record.lineno}{error}"
        )


def _one_line(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
    """Render ``time level event field=value…``."""
    start = f"{event.pop('timestamp')} {event.pop('level'):<8} {event.pop('event')}"
    event.pop("process", None)
    return " ".join([start, *(f"{name}={value}" for name, value in event.items())])


def configure_logging(process: str, *, level: int = logging.INFO) -> None:
    """Set up logging for one process, before anything else logs.

    Args:
        process: Name shown with each line (``assistant``, ``worker``…).
        level: For our own events; libraries are heard from WARNING on.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_LibraryFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    # Libraries warn about their own dependencies, a screen full at each start.
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)
    for name in _SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            drop_unlisted_fields,
            structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False),
            _one_line,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(process=process)


def get_logger() -> Any:
    """Return the structured logger."""
    return structlog.get_logger()
