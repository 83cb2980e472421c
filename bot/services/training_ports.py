"""What labelling unanswered messages needs from outside, as protocols; ``bot.storage.training_labels`` provides it."""
# ruff: noqa: D102 - the names say it; a class's docstring says what they have in common.

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.domain.conversations import Message


@dataclass(frozen=True)
class Head:
    """What is read of a message before it is known whether it counts.

    Attributes:
        answered: The topic, where the assistant was sure of one.
        language: Of the conversation.
    """

    position: int
    message_id: str
    conversation_id: str
    contact_id: str
    answered: str | None
    language: str | None


@dataclass(frozen=True)
class Label:
    """What a message means, or that it is not fit for training.

    Attributes:
        topic, text: None where it is not fit.
    """

    message_id: str
    language: str
    topic: str | None
    text: str | None
    at: datetime
    by: int | None


@dataclass(frozen=True)
class LabelCounts:
    """How many messages wait, were labelled with a topic or as unfit, and left for training.

    Attributes:
        waiting: Of those that were not understood, among the newer messages; at most as many as are counted.
    """

    waiting: int
    labelled: int
    unfit: int
    exported: int


class TrainingLabels(Protocol):
    """Messages of which something is to be learned, and their labels.

    Only of people who can be shown: no case of theirs is about safety, they asked for nothing to be erased, and nobody has
    labelled the message yet.
    """

    def heads(
        self,
        decisions: Collection[str],
        *,
        language: str | None,
        since: datetime | None,
        until: datetime | None,
        before: int | None,
        limit: int,
    ) -> Sequence[Head]:
        """Return messages of people of these decisions, the newest first."""
        ...

    def head(self, message_id: str, *, or_labelled: bool = False) -> Head | None:
        """Return one message, if it can be shown; one that has its label only if that is asked for."""
        ...

    def after(self, head: Head, *, limit: int) -> Sequence[Message]: ...

    def before(self, head: Head, *, is_inbound: bool) -> Message | None: ...

    def answers_of(self, contact_id: str) -> Sequence[Mapping[str, Any]]:
        """Return what a person told in forms and requests, drafts included."""
        ...

    def add(self, label: Label) -> bool:
        """Keep a label; False, and nothing kept, where the message has one."""
        ...

    def has(self, message_id: str) -> bool: ...

    def counts(self, *, most: int) -> LabelCounts: ...

    def mark_exported(self, at: datetime) -> None:
        """Record of all labels with a topic that did not leave before that they leave now."""
        ...

    def exported(self, at: datetime | None) -> Sequence[Label]:
        """Return the labels that left at a moment, or at any, the oldest first."""
        ...
