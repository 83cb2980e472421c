"""Deliveries as staff see them: which messages did not arrive, and why. Never their text, never an address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.cases import Case, CaseKind
from bot.domain.contacts import Channel
from bot.domain.conversations import Message
from bot.domain.deliveries import OutboundState
from bot.domain.staff import VISIBLE_KINDS, Authority
from bot.services.outbox import messages_in_trouble
from bot.services.ports import Clock, UnitOfWork

MAX_ROWS = 200
_LOOKED_AT = 5 * MAX_ROWS
"""So many are read to find the rows that somebody may see."""
RECENT = timedelta(hours=24)


@dataclass(frozen=True)
class Delivery:
    """What became of one outbound message.

    Attributes:
        at: When it was written.
        failure: A code of ``bot.domain.deliveries``, or None.
        references: Of the contact's open cases, the oldest first.
    """

    at: datetime
    channel: Channel
    state: OutboundState
    failure: str | None
    references: tuple[str, ...] = ()


def list_deliveries(uow: UnitOfWork, roles: Iterable[Authority]) -> list[Delivery]:
    """Return messages that did not arrive, may not have, or wait for something; the newest first, at most ``MAX_ROWS``.

    The rule is that of ``list_waiting_cases``: what a role does not see in the list of cases it does not see here. Rows
    of a contact who has an open case of a hidden kind are left out as a whole, also where another case of that contact is
    visible: the message may belong to either. A contact without any open case is seen by all who see deliveries.
    """
    hidden = hidden_kinds(roles)
    cases: dict[str, Sequence[Case]] = {}
    channels: dict[str, Channel] = {}
    rows: list[Delivery] = []
    for message in messages_in_trouble(uow, limit=_LOOKED_AT):
        if message.contact_id not in cases:
            cases[message.contact_id] = [case for case in uow.cases.of_contact(message.contact_id) if case.is_open]
        open_cases = cases[message.contact_id]
        if any(case.kind in hidden for case in open_cases):
            continue
        if message.conversation_id not in channels:
            channels[message.conversation_id] = uow.conversations.get(message.conversation_id).channel
        references = tuple(case.reference for case in open_cases)
        rows.append(delivery_of(message, channels[message.conversation_id], references=references))
        if len(rows) == MAX_ROWS:
            break
    return rows


def count_lost(uow: UnitOfWork, roles: Iterable[Authority], *, clock: Clock) -> int:
    """Return how many messages failed or became uncertain in the last 24 hours, by the rule of ``list_deliveries``."""
    return uow.outbox.count_lost(clock() - RECENT, hidden=hidden_kinds(roles))


def hidden_kinds(roles: Iterable[Authority]) -> frozenset[CaseKind]:
    """Return the kinds of cases that none of these roles sees."""
    return frozenset(CaseKind).difference(*(VISIBLE_KINDS[role] for role in roles))


def delivery_of(message: Message, channel: Channel, *, references: tuple[str, ...] = ()) -> Delivery:
    """Return what staff may know of an outbound message."""
    return Delivery(message.created_at, channel, OutboundState(message.state), message.failure, references)
