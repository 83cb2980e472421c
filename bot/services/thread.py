"""A conversation as staff read it: messages of all channels of a person, and what colleagues did, in order.

Somebody who does not see a kind of case does not see the messages around a matter of that kind either. A page that asks again
gets only what it does not know: each thing has a mark that changes whenever the thing does, and what is known is not opened.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.cases import Case, CaseEntry
from bot.domain.conversations import Conversation, Message
from bot.domain.staff import Authority
from bot.services.deliveries import hidden_kinds
from bot.services.ports import UnitOfWork
from bot.services.same_person import contacts_of_person
from bot.services.thread_ports import EntryHead, Head

PAGE = 20
"""Messages that are read at once."""
MAX_ENTRIES = 100
BEFORE_MATTER = timedelta(minutes=30)
"""Words that led to a matter come before its case is opened."""
MARK = 4
"""Characters of a mark: of 16 million, two that follow each other are never the same in practice."""


@dataclass(frozen=True)
class Span:
    """A time in which a person's messages belong to a matter that the reader does not see; without end while it is open.

    On all channels: who told of it on one may go on about it on another.
    """

    start: datetime
    end: datetime | None

    def covers(self, head: Head) -> bool:
        """Say whether a message belongs to it."""
        return self.start <= head.at and (self.end is None or head.at <= self.end)


@dataclass(frozen=True)
class Scope:
    """What a reader may know of a person.

    Attributes:
        conversations: By id; that of the case comes first.
        cases: Those of kinds that the reader sees, the oldest first.
        spans: What the reader does not see.
        is_elsewhere: Whether the person has an open matter that the reader does not see.
    """

    conversations: Mapping[str, Conversation]
    cases: tuple[Case, ...]
    spans: tuple[Span, ...]
    is_elsewhere: bool

    @property
    def has_several_channels(self) -> bool:
        """Whether the person writes on more than one channel."""
        return len({one.channel for one in self.conversations.values()}) > 1


@dataclass(frozen=True)
class Item:
    """One thing in the thread: a message, or an entry of a case's history; neither where the page knows it already."""

    id: str
    at: datetime
    mark: str
    message: Message | None = None
    entry: CaseEntry | None = None

    @property
    def is_known(self) -> bool:
        """Whether the page shows it already, as it is."""
        return self.message is None and self.entry is None


@dataclass(frozen=True)
class Thread:
    """One page of what was exchanged with a person, the oldest first.

    Attributes:
        earlier: Position before which earlier messages are asked for; None where there are none.
        is_partly_hidden: Whether messages belong to a matter that the reader's roles do not see.
    """

    items: tuple[Item, ...]
    earlier: int | None
    is_partly_hidden: bool

    @property
    def marks(self) -> str:
        """The marks of all items, one after another."""
        return "".join(item.mark for item in self.items)


def scope_of(uow: UnitOfWork, case: Case, roles: Iterable[Authority]) -> Scope:
    """Return what somebody with these roles may know of the person of a case."""
    own = uow.conversations.get(case.conversation_id)
    contact_ids = contacts_of_person(uow, case.contact_id)
    others = [one for one in uow.threads.conversations(contact_ids) if one.id != own.id]
    cases, hidden = uow.threads.cases(contact_ids), hidden_kinds(roles)
    return Scope(
        conversations={one.id: one for one in (own, *others)},
        cases=tuple(one for one in cases if one.kind not in hidden),
        spans=tuple(Span(one.opened_at - BEFORE_MATTER, one.resolved_at) for one in cases if one.kind in hidden),
        is_elsewhere=any(one.is_open and one.kind in hidden for one in cases),
    )


def read_thread(uow: UnitOfWork, scope: Scope, *, before: int | None = None, known: Collection[str] = ()) -> Thread:
    """Return ``PAGE`` messages, the newest or those before a position, and what colleagues did meanwhile.

    Args:
        known: Marks of what the page shows already.
    """
    # One more to each side: the older one says that there are more, the newer one how far the entries go.
    upper = None if before is None else before + 1
    found = [
        head for one in scope.conversations for head in uow.threads.heads(one, before=upper, limit=PAGE + 2)
    ]  # fmt: skip
    found.sort(key=lambda head: head.position, reverse=True)
    until = next((head.at for head in found if head.position == before), None)
    wanted = [head for head in found if head.position != before][: PAGE + 1]
    has_more, heads = len(wanted) > PAGE, wanted[:PAGE][::-1]
    since = heads[0].at if has_more else None
    entries = _entry_heads(uow, scope, since=since, until=until)
    shown = [head for head in heads if not any(span.covers(head) for span in scope.spans)]
    return Thread(
        items=tuple(_in_order(_messages(uow, shown, known), _entries(uow, entries, known))),
        earlier=heads[0].position if has_more else None,
        is_partly_hidden=len(shown) < len(heads),
    )


def mark_of(*things: object) -> str:
    """Return a short word that changes whenever one of these things does."""
    digest = hashlib.sha256(repr(things).encode()).digest()
    return base64.urlsafe_b64encode(digest)[:MARK].decode()


def marks_in(text: str) -> frozenset[str]:
    """Return the marks that stand one after another in a text."""
    return frozenset(text[start : start + MARK] for start in range(0, len(text), MARK))


def _entry_heads(
    uow: UnitOfWork, scope: Scope, *, since: datetime | None, until: datetime | None
) -> Sequence[EntryHead]:  # fmt: skip
    visible = {one.id for one in scope.cases}
    found = uow.threads.entry_heads(list(scope.conversations), since=since, until=until, limit=MAX_ENTRIES)
    return [one for one in found if one.case_id in visible]


def _messages(uow: UnitOfWork, heads: Sequence[Head], known: Collection[str]) -> list[Item]:
    marks = [mark_of(head.position, head.state, head.failure, head.edited_at) for head in heads]
    opened = uow.threads.messages([head.position for head, mark in zip(heads, marks) if mark not in known])
    return [
        Item(f"m{head.position}", head.at, mark, message=opened.get(head.position)) for head, mark in zip(heads, marks)
    ]  # fmt: skip


def _entries(uow: UnitOfWork, heads: Sequence[EntryHead], known: Collection[str]) -> list[Item]:
    marks = [mark_of("entry", head.id) for head in heads]
    opened = uow.threads.entries([head.id for head, mark in zip(heads, marks) if mark not in known])
    return [Item(f"e{head.id}", head.at, mark, entry=opened.get(head.id)) for head, mark in zip(heads, marks)]


def _in_order(messages: Sequence[Item], entries: Sequence[Item]) -> Iterable[Item]:
    """Put the entries between the messages. These keep the order of their positions, whatever the clocks said."""
    waiting = list(entries)
    for message in messages:
        while waiting and waiting[0].at <= message.at:
            yield waiting.pop(0)
        yield message
    yield from waiting
