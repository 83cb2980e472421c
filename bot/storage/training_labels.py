"""Unanswered messages and their labels over one SQLAlchemy session."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import case as sql_case
from sqlalchemy import func, or_, select, type_coerce, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql import Select

from bot.domain.cases import CASE_OF_TOPIC, CaseKind, Priority
from bot.domain.conversations import Direction, Message, MessageKind
from bot.domain.topics import SAFETY
from bot.services.training_ports import Head, Label, LabelCounts
from bot.storage import request_tables, tables
from bot.storage.types import EncryptedText

_message, _label = tables.message.c, tables.training_label.c
_case, _contact, _conversation = tables.case.c, tables.contact.c, tables.conversation.c

HIDDEN = frozenset({CaseKind.PROTECTION, CaseKind.COMPLAINT, *(CASE_OF_TOPIC[topic][0] for topic in SAFETY)})
"""Of people with such a case nothing is shown."""
MOST_COUNTED_BACK = 100_000
"""Messages of all kinds among which those that wait are counted, so that the page stays fast."""

_ANSWERED = type_coerce(sql_case((_message.decision == "answer", _message.topic), else_=None), EncryptedText)
"""Only this is decrypted, of all messages that are looked through."""

_own, _same = tables.channel_address.alias().c, tables.channel_address.alias().c
_IS_HIDDEN = (
    select(_case.id)
    .join(_same.contact_id.table, _same.contact_id == _case.contact_id)
    # The same number on another channel is the same person.
    .join(_own.contact_id.table, _own.address_hash == _same.address_hash)
    .where(_own.contact_id == _message.contact_id)
    .where(or_(_case.kind.in_(sorted(HIDDEN)), _case.priority == Priority.CRITICAL))
    .correlate(tables.message)
    .exists()
)
_HAS_LABEL = select(_label.id).where(_label.message_id == _message.id).exists()


class SqlTrainingLabels:
    """Unanswered messages and their labels; fulfils ``bot.services.training_ports.TrainingLabels``."""

    def __init__(self, session: Session) -> None:
        self._session = session

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
        query = _visible().where(_message.decision.in_(sorted(decisions)))
        if language is not None:
            query = query.where(_conversation.language == language)
        if since is not None:
            query = query.where(_message.created_at >= since)
        if until is not None:
            query = query.where(_message.created_at < until)
        if before is not None:
            query = query.where(_message.position < before)
        rows = self._session.execute(query.order_by(_message.position.desc()).limit(limit))
        return [Head(*row) for row in rows]

    def head(self, message_id: str, *, or_labelled: bool = False) -> Head | None:
        """Return one message, if it can be shown; one that has its label only if that is asked for."""
        query = _of_people() if or_labelled else _visible()
        row = self._session.execute(query.where(_message.id == message_id)).one_or_none()
        return Head(*row) if row is not None else None

    def after(self, head: Head, *, limit: int) -> Sequence[Message]:
        """Return what was written after a message, the oldest first."""
        query = select(Message).where(_message.conversation_id == head.conversation_id, _message.position > head.position)
        return list(self._session.execute(query.order_by(_message.position).limit(limit)).scalars())

    def before(self, head: Head, *, is_inbound: bool) -> Message | None:
        """Return the last message before one, by the person or to them."""
        direction = Direction.INBOUND if is_inbound else Direction.OUTBOUND
        query = (
            select(Message)
            .where(_message.conversation_id == head.conversation_id, _message.position < head.position)
            .where(_message.direction == direction)
            .order_by(_message.position.desc())
            .limit(1)
        )
        return self._session.execute(query).scalar_one_or_none()

    def answers_of(self, contact_id: str) -> Sequence[Mapping[str, Any]]:
        """Return what a person told in forms and requests, drafts included."""
        queries = [
            select(of.c.answers).where(of.c.contact_id == contact_id) for of in (request_tables.request, request_tables.form)
        ]
        return [answers for query in queries for (answers,) in self._session.execute(query) if answers]

    def add(self, label: Label) -> bool:
        """Keep a label; False, and nothing kept, where the message has one."""
        dialect = postgresql if self._session.get_bind().dialect.name == "postgresql" else sqlite
        new = dialect.insert(tables.training_label).values(**vars(label))
        return bool(self._session.execute(new.on_conflict_do_nothing(index_elements=["message_id"])).rowcount)

    def has(self, message_id: str) -> bool:
        """Say whether a message has a label."""
        return self._session.execute(select(_label.id).where(_label.message_id == message_id)).first() is not None

    def counts(self, *, most: int) -> LabelCounts:
        """Return how much is done and how much waits, counted up to a limit."""
        newest = select(func.max(_message.position)).scalar_subquery()
        recent = _visible().where(_message.decision == "fallback", _message.position > newest - MOST_COUNTED_BACK)
        waiting = recent.order_by(_message.position.desc()).limit(most).subquery()
        labels = select(_label.topic.is_(None), _label.exported_at.is_not(None), func.count()).group_by(
            _label.topic.is_(None), _label.exported_at.is_not(None)
        )
        rows = self._session.execute(labels).all()
        return LabelCounts(
            waiting=int(self._session.execute(select(func.count()).select_from(waiting)).scalar_one()),
            labelled=sum(count for is_unfit, _, count in rows if not is_unfit),
            unfit=sum(count for is_unfit, _, count in rows if is_unfit),
            exported=sum(count for is_unfit, is_exported, count in rows if is_exported and not is_unfit),
        )

    def mark_exported(self, at: datetime) -> None:
        """Record of all labels with a topic that did not leave before that they leave now."""
        change = update(tables.training_label).where(_label.topic.is_not(None), _label.exported_at.is_(None))
        self._session.execute(change.values(exported_at=at))

    def exported(self, at: datetime | None) -> Sequence[Label]:
        """Return the labels that left at a moment, or at any, the oldest first."""
        which = _label.exported_at.is_not(None) if at is None else _label.exported_at == at
        query = select(*(_label[field.name] for field in fields(Label))).where(which).order_by(_label.id)
        return [Label(*row) for row in self._session.execute(query)]


def _visible() -> Select[Any]:
    """Return the query for messages of which something may be shown and nothing was learned yet."""
    return _of_people().where(~_HAS_LABEL)


def _of_people() -> Select[Any]:
    """Return the query for messages of people of whom something may be shown."""
    return (
        select(
            _message.position, _message.id, _message.conversation_id, _message.contact_id, _ANSWERED, _conversation.language
        )
        .join(tables.conversation, _conversation.id == _message.conversation_id)
        .join(tables.contact, _contact.id == _message.contact_id)
        .where(_message.direction == Direction.INBOUND, _message.kind == MessageKind.TEXT)
        .where(_message.erase_asked_at.is_(None), _message.erased_at.is_(None))
        .where(_contact.erase_asked_at.is_(None), _contact.erased_at.is_(None))
        .where(~_IS_HIDDEN)
    )  # fmt: skip
