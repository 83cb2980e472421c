"""Builders of the hotline's things, with defaults that make sense; a test names only what it is about."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta, timezone

from bot.domain.cases import PROMISES, Case, CaseKind, Priority, QueueState
from bot.domain.contacts import Channel, ChannelAddress, Contact, Provider
from bot.domain.conversations import Conversation, Direction, InboundState, Message, MessageKind
from bot.domain.deliveries import OutboundState
from bot.domain.directory import DirectoryEntry
from bot.services.messages import Incoming

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)
_numbers = itertools.count(1)


def make_incoming(text="hello", **changes):
    """A message as a channel parsed it; each has a provider id and a message id of its own."""
    number = next(_numbers)
    values = {
        "provider": Provider.SIMULATOR,
        "channel": Channel.TELEGRAM,
        "address": "sim:amina",
        "provider_id": f"in-{number}",
        "message_ref": f"ref-{number}",
        "text": text,
    }
    return Incoming(**{**values, **changes})


def make_contact(contact_id="contact"):
    """A person who writes to us."""
    return Contact(id=contact_id, created_at=NOON)


def make_address(contact_id="contact", **changes):
    """A channel address of a contact."""
    values = {
        "id": "address",
        "contact_id": contact_id,
        "channel": Channel.TELEGRAM,
        "provider": Provider.SIMULATOR,
        "address": "sim:amina",
        "address_hash": "hash",
        "created_at": NOON,
    }
    return ChannelAddress(**{**values, **changes})


def make_conversation(**changes):
    """A conversation whose language is not known yet."""
    values = {
        "id": "conversation",
        "contact_id": "contact",
        "channel_address_id": "address",
        "channel": Channel.TELEGRAM,
        "opened_at": NOON,
        "last_inbound_at": NOON,
    }
    return Conversation(**{**values, **changes})


def make_message(direction=Direction.INBOUND, **changes):
    """An inbound text just received, or an outbound one just queued."""
    state = InboundState.RECEIVED if direction is Direction.INBOUND else OutboundState.QUEUED
    values = {
        "id": f"message-{next(_numbers)}",
        "conversation_id": "conversation",
        "contact_id": "contact",
        "direction": direction,
        "kind": MessageKind.TEXT,
        "text": "hello",
        "state": state.value,
        "created_at": NOON,
    }
    return Message(**{**values, **changes})


def make_case(priority=Priority.NORMAL, **changes):
    """A waiting case, opened at noon."""
    values = {
        "id": f"case-{next(_numbers)}",
        "reference": "R-7K3QF-W",
        "kind": CaseKind.QUESTION,
        "priority": priority,
        "queue_state": QueueState.WAITING,
        "contact_id": "contact",
        "conversation_id": "conversation",
        "topic": "talk_to_human",
        "opened_by_message_id": "message",
        "opened_at": NOON,
        "due_at": NOON + PROMISES[priority],
    }
    return Case(**{**values, **changes})


def make_entry(entry_id="office", *, verified=True, valid_for=timedelta(days=30), **changes):
    """A directory entry, verified at noon unless told otherwise."""
    values = {
        "id": entry_id,
        "organisation": "Return office",
        "purpose": "return",
        "kinds": ("return_office",),
        "phones": ("+218000000000",),
        "places": (),
        "hours": "",
        "address": "",
        "source": "a test",
        "source_as_of": "2026",
        "verified_at": NOON if verified else None,
        "verified_by": "amal" if verified else None,
        "valid_until": NOON + valid_for if verified and valid_for is not None else None,
    }
    return DirectoryEntry(**{**values, **changes})
