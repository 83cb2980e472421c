"""Builders of the hotline's things, with defaults that make sense; a test names only what it is about."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta, timezone

from bot.domain.cases import PROMISES, Case, CaseKind, Priority, QueueState
from bot.domain.contacts import Channel, ChannelAddress, Contact, Provider
from bot.domain.conversations import Conversation, Direction, InboundState, Message, MessageKind
from bot.domain.deliveries import OutboundState
from bot.domain.directory import DirectoryEntry
from bot.domain.requests import Request, RequestKind, RequestStatus
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


ANSWERS = {
    RequestKind.RETURN: {
        "full_name": "Amina Haddad",
        "sex": "female",
        "birth_year": 1998,
        "nationality": "SD",
        "current_place": "sabha",
        "in_detention": False,
        "household": [],
        "travel_document": "none",
        "needs": [],
        "contact_phone": "+218910000012",
        "safe_contact": "message",
        "destination": "Kassala",
    },
    RequestKind.ASSISTANCE: {"need": "food", "current_place": "tripoli", "people": 4, "group": "displaced"},
    RequestKind.MISSING_PERSON: {"missing_relation": "sibling", "last_place": "kufra", "last_contact": "in spring"},
    RequestKind.COUNSELLING: {"counselling_way": "call", "day_part": "morning", "current_place": "tripoli"},
}
"""Invented answers; nobody is meant."""


def make_request(kind=RequestKind.RETURN, *, answers=None, **changes):
    """A request that was sent at noon, with consent; ``answers`` are put over invented ones."""
    values = {
        "id": f"request-{next(_numbers)}",
        "kind": kind,
        "reference": "R-7K3QF-W",
        "contact_id": "contact",
        "conversation_id": "conversation",
        "channel": Channel.WHATSAPP,
        "language": "en",
        "status": RequestStatus.SUBMITTED,
        "answers": {**ANSWERS[kind], **(answers or {})},
        "created_at": NOON,
        "updated_at": NOON,
        "submitted_at": NOON,
        "consent_version": "2026-11",
        "consented_at": NOON,
        "consent_channel": Channel.WHATSAPP,
        "consent_language": "en",
    }
    return Request(**{**values, **changes})


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
