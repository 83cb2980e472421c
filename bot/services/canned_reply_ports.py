"""What canned replies need from outside, as protocols."""
# ruff: noqa: D102 - the names say it; a class's docstring says what they have in common.

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.domain.canned_replies import CannedReply


class CannedReplies(Protocol):
    """Canned replies. ``lock`` gives one as it is now and keeps others from changing it until the transaction ends."""

    def all(self, *, only_active: bool = False) -> Sequence[CannedReply]: ...

    def get(self, reply_id: str) -> CannedReply: ...

    def lock(self, reply_id: str) -> CannedReply: ...

    def add(self, reply: CannedReply) -> None: ...

    def save(self, reply: CannedReply) -> None: ...


class Values(Protocol):
    """Gives the values of the variables, in a language."""

    def __call__(self, language: str) -> Mapping[str, str]: ...
