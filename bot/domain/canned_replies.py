"""Canned replies: what caseworkers write again and again, kept once in each language, with what differs left open."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.errors import InvalidInput

VARIABLES = ("reference", "caseworker", "hours")
"""What is filled in: the case's reference, the name of whoever writes, and when the office is open."""

_VARIABLE = re.compile(r"\{([^{}]*)\}")


@dataclass
class CannedReply:
    """One reply.

    Attributes:
        titles, texts: By language; both have the same languages.
        is_active: Whether caseworkers are offered it.
        updated_by: Staff account; None for those that came with the hotline.
    """

    id: str
    titles: Mapping[str, str]
    texts: Mapping[str, str]
    is_active: bool
    updated_at: datetime
    updated_by: int | None = None


def require_known_variables(text: str) -> None:
    """Make sure that nothing in braces would reach a person as it is.

    Raises:
        InvalidInput: ``variable_unknown`` or ``variable_broken``; the detail is what stands there.
    """
    for name in _VARIABLE.findall(text):
        if name not in VARIABLES:
            raise InvalidInput("variable_unknown", name.strip())
    rest = _VARIABLE.sub("", text)
    if "{" in rest or "}" in rest:
        raise InvalidInput("variable_broken", "{" if "{" in rest else "}")


def fill(text: str, values: Mapping[str, str]) -> str | None:
    """Return a text with its variables filled in; None where one has no value: a gap is never sent."""
    if not all(values.get(name) for name in _VARIABLE.findall(text)):
        return None
    return _VARIABLE.sub(lambda found: values[found[1]], text)
