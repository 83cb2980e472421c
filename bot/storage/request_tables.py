"""The tables of forms and requests, and their mapping to the classes of ``bot.domain``."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table

from bot.domain.contacts import Channel
from bot.domain.forms import Form
from bot.domain.questions import FormKind
from bot.domain.requests import Request, RequestKind, RequestStatus
from bot.storage.schema import ID, mapper_registry, metadata
from bot.storage.types import EncryptedJson, EncryptedText, EncryptedTuple, EnumText, UtcDateTime

request = Table(
    "request",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", EnumText(RequestKind), nullable=False),
    Column("reference", String(9), nullable=False, unique=True),
    Column("contact_id", ID, ForeignKey("contact.id"), nullable=False, index=True),
    Column("conversation_id", ID, ForeignKey("conversation.id"), nullable=False),
    Column("channel", EnumText(Channel), nullable=False),
    Column("language", String(2), nullable=False),
    Column("status", EnumText(RequestStatus), nullable=False),
    Column("answers", EncryptedJson, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("submitted_at", UtcDateTime),
    Column("status_before", EnumText(RequestStatus)),
    Column("consent_version", String(32)),
    Column("consented_at", UtcDateTime),
    Column("consent_channel", EnumText(Channel)),
    Column("consent_language", String(2)),
    Column("consent_ended_at", UtcDateTime),
    Column("fear_at", UtcDateTime),
    Column("fear_cleared_at", UtcDateTime),
    Column("fear_cleared_by", String(64)),
    Column("phone_hash", String(64), index=True),
    Column("identity_hash", String(64), index=True),
    Column("duplicate_of", String(9)),
    Column("documents_until", Date),
    Column("medical_until", Date),
    Column("wrong_tries", Integer, nullable=False, default=0),
    Column("locked_until", UtcDateTime),
    Index("ix_request_status", "status", "updated_at"),
)

request_step = Table(
    "request_step",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("request_id", ID, ForeignKey("request.id"), nullable=False, index=True),
    Column("from_status", EnumText(RequestStatus), nullable=False),
    Column("to_status", EnumText(RequestStatus), nullable=False),
    Column("by", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("reason", EncryptedText, nullable=False),
)

form = Table(
    "form",
    metadata,
    Column("id", ID, primary_key=True),
    Column("contact_id", ID, ForeignKey("contact.id"), nullable=False, index=True),
    Column("conversation_id", ID, ForeignKey("conversation.id"), nullable=False),
    Column("kind", EnumText(FormKind), nullable=False),
    Column("answers", EncryptedJson, nullable=False),
    Column("asked", String(32), nullable=False),
    Column("options", EncryptedTuple, nullable=False),
    Column("misses", Integer, nullable=False, default=0),
    Column("request_id", ID, ForeignKey("request.id"), index=True),
    Column("parked_at", UtcDateTime),
    Column("was_offered", Boolean, nullable=False, default=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

form_reply = Table(
    "form_reply",
    metadata,
    # What was said to the message that a form took last, ended or not: should the turn be repeated, it is said again.
    Column("contact_id", ID, ForeignKey("contact.id"), primary_key=True),
    Column("message_id", ID, nullable=False),
    Column("reply", EncryptedJson, nullable=False),
)

mapper_registry.map_imperatively(Form, form)
mapper_registry.map_imperatively(Request, request)
