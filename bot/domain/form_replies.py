"""What a form says: ids and values, without words; ``bot.speaking`` puts them into words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Line:
    """One paragraph: an answer id, and the values of its placeholders as the domain keeps them (ids, ISO dates)."""

    answer_id: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Asking:
    """A question as it is put.

    Attributes:
        id: Of the question; its words are the answer ``ask_<id>``.
        words: Which words the values go by: their titles are ``<words>__<value>``, or names of countries or places.
        values: What may be picked, in the order of the numbers.
        may_skip: Whether the person is told that it may be left out.
    """

    id: str
    words: str = ""
    values: tuple[str, ...] = ()
    may_skip: bool = False
    placeholders: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FormReply:
    """What is said at once, as one message: some lines, then at most one question."""

    lines: tuple[Line, ...] = ()
    asking: Asking | None = None

    def after(self, *lines: Line) -> FormReply:
        """Return the reply with lines before its own."""
        return replace(self, lines=(*lines, *self.lines))

    def as_dict(self) -> dict[str, Any]:
        """Return what JSON can carry."""
        asking = vars(self.asking) | {"values": list(self.asking.values)} if self.asking else None
        return {"lines": [[line.answer_id, dict(line.values)] for line in self.lines], "asking": asking}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> FormReply:
        """Return the reply that ``as_dict`` described."""
        asking = data.get("asking")
        return cls(
            tuple(Line(answer_id, values) for answer_id, values in data["lines"]),
            Asking(**(asking | {"values": tuple(asking["values"])})) if asking else None,
        )
