"""Finds a value in a JSON document by a dotted path (``messages.0.id``)."""

from __future__ import annotations

from typing import Any


def find_value(document: Any, path: str) -> str | None:
    """Return what stands at a path as text; None where nothing stands there, or no single value."""
    for step in path.split("."):
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and step.isascii() and step.isdigit() and len(step) < 4:
            document = document[int(step)] if int(step) < len(document) else None
        else:
            return None
    if isinstance(document, bool) or not isinstance(document, (str, int, float)):
        return None
    return str(document)
