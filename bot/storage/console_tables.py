"""The tables that only the staff's console fills: history of cases, presence, words, labels, views, audit, counts."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from bot.domain.audit import Act
from bot.domain.cases import EntryKind
from bot.storage.schema import ID, metadata
from bot.storage.types import EncryptedText, EnumText, Json, UtcDateTime

case_entry = Table(
    "case_entry",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("case_id", ID, ForeignKey("hotline_case.id"), nullable=False, index=True),
    Column("conversation_id", ID, nullable=False),
    Column("kind", EnumText(EntryKind), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Integer),
    Column("to", Integer),
    Column("text", EncryptedText, nullable=False),
    Column("client_id", String(64), unique=True),
    Index("ix_case_entry_conversation", "conversation_id", "at"),
)

presence = Table(
    "presence",
    metadata,
    # Who has a conversation open, and who writes in it: seconds later it is worth nothing.
    Column("conversation_id", ID, primary_key=True),
    Column("staff_id", Integer, primary_key=True),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("writing_at", UtcDateTime),
)

canned_reply = Table(
    "canned_reply",
    metadata,
    Column("id", ID, primary_key=True),
    # By language.
    Column("titles", Json, nullable=False),
    Column("texts", Json, nullable=False),
    Column("is_active", Boolean, nullable=False, default=True),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("updated_by", Integer),
)

answer_mark = Table(
    "answer_mark",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("answer_id", String(64), nullable=False),
    # None stands for all languages.
    Column("language", String(2)),
    Column("is_withdrawn", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Integer),
    Column("ended_at", UtcDateTime),
    Column("ended_by", Integer),
    Index("ix_answer_mark_open", "ended_at", "answer_id"),
)

training_label = Table(
    "training_label",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("message_id", ID, nullable=False, unique=True),
    Column("language", String(2), nullable=False),
    # None: looked at, and not fit for training.
    Column("topic", EncryptedText),
    Column("text", EncryptedText),
    Column("at", UtcDateTime, nullable=False),
    Column("by", Integer),
    Column("exported_at", UtcDateTime),
)

saved_view = Table(
    "saved_view",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("staff_id", Integer, ForeignKey("staff.id"), nullable=False, index=True),
    Column("page", String(32), nullable=False),
    Column("name", String(80), nullable=False),
    Column("query", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("staff_id", "page", "name"),
)

audit_entry = Table(
    "audit_entry",
    metadata,
    # Added to only: triggers refuse all else, but for the encryption key of the detail.
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("act", EnumText(Act), nullable=False),
    Column("staff_id", Integer),
    Column("subject", String(64), nullable=False),
    Column("detail", EncryptedText, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_audit_entry_staff", "staff_id", "position"),
    Index("ix_audit_entry_subject", "subject", "position"),
    Index("ix_audit_entry_act", "act", "position"),
    Index("ix_audit_entry_at", "at"),
)

audit_head = Table(
    "audit_head",
    metadata,
    # One row: the end of the chain. Who adds entries locks it, last in the transaction.
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)

daily_count = Table(
    "daily_count",
    metadata,
    # How many, by one property at a time, and of no person.
    Column("day", Date, primary_key=True),
    Column("of", String(32), primary_key=True),
    Column("by", String(32), primary_key=True),
    Column("value", String(64), primary_key=True),
    Column("count", Integer, nullable=False),
)

request_name_key = Table(
    "request_name_key",
    metadata,
    # Keyed hashes of how each part of a name sounds, in whatever script: staff find a request by name.
    Column("request_id", ID, ForeignKey("request.id"), primary_key=True),
    Column("key_hash", String(64), primary_key=True),
    Index("ix_request_name_key_hash", "key_hash"),
)
