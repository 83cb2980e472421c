"""Two things that Rasa does many times in a turn, done in a cheaper way with the same outcome."""

from __future__ import annotations

from typing import TypeVar

from rasa.shared.core.domain import Domain
from rasa.shared.core.slots import Slot

T = TypeVar("T")


def make_cheaper(domain: Domain) -> None:
    """Change Rasa in this process.

    A tracker is copied for each step that policies look back, all slots with it: by Python's general way a twentieth of a
    turn. And for each message Rasa builds an empty domain to see that the loaded one is another.

    Args:
        domain: Of the model, which stays as it is.
    """
    Slot.__copy__ = _copied  # type: ignore[attr-defined]
    is_empty = domain.is_empty()
    domain.is_empty = lambda: is_empty  # type: ignore[method-assign]


def _copied(thing: T) -> T:
    """Return a copy with the same attributes, as ``copy.copy`` makes it of a plain object."""
    copied = object.__new__(type(thing))
    vars(copied).update(vars(thing))
    return copied
