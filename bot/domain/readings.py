"""What came of reading a text as the answer to a question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Read:
    """A text that was understood.

    Attributes:
        value: In the standard form of its field: an ISO date, a country's code, E.164, a list of members.
        is_whole: Whether the whole text is the answer ("Sudanese", "I am from Sudan"), so that nothing else can be meant by it;
            False where the answer stands in a longer text that may also ask or tell something.
    """

    value: Any
    is_whole: bool = True


@dataclass(frozen=True)
class Unclear:
    """A text that may mean several things ("Guinea"); the person is asked which.

    Attributes:
        options: The possible values, the likeliest first.
    """

    options: tuple[Any, ...]


@dataclass(frozen=True)
class Unread:
    """A text that is no answer.

    Attributes:
        code: Why, as a constant (``date_in_future``, ``age_too_high``, ``not_a_date``); it chooses the words of the next try.
    """

    code: str


Reading = Read | Unclear | Unread
