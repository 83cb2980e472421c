"""The tables, and their imperative mapping to the plain classes of ``bot.domain``."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.domain.cases import Case, CaseKind, Priority, QueueState
from bot.domain.contacts import Channel, ChannelAddress, Contact, Provider
from bot.domain.conversations import Conversation, Direction, Message, MessageKind
from bot.domain.deliveries import OutboundState
from bot.domain.directory import DirectoryEntry
from bot.domain.media import Media
from bot.storage.console_tables import answer_mark as answer_mark
from bot.storage.console_tables import audit_entry as audit_entry
from bot.storage.console_tables import audit_head as audit_head
from bot.storage.console_tables import canned_reply as canned_reply
from bot.storage.console_tables import case_entry as case_entry
from bot.storage.console_tables import daily_count as daily_count
from bot.storage.console_tables import presence as presence
from bot.storage.console_tables import request_name_key as request_name_key
from bot.storage.console_tables import saved_view as saved_view
from bot.storage.console_tables import training_label as training_label
from bot.storage.request_tables import form as form
from bot.storage.request_tables import form_reply as form_reply
from bot.storage.request_tables import request as request
from bot.storage.request_tables import request_step as request_step
from bot.storage.schema import ID, mapper_registry
from bot.storage.schema import metadata as metadata
from bot.storage.types import ChoiceTuple, EncryptedJson, EncryptedText, EnumText, Json, StringTuple, UtcDateTime

_WAITS, _NEW = "waiting_since IS NOT NULL", "counted_at IS NULL"
_LOST = "state IN ('undelivered', 'failed', 'unknown')"

contact = Table(
    "contact",
    metadata,
    Column("id", ID, primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
    # One process at a time handles a contact's messages: see bot.services.turns.lease_contact.
    Column("lease_owner", String(64)),
    Column("lease_until", UtcDateTime),
    # Two persons use this number: what one asked for is shown to nobody without reference and birth year.
    Column("is_shared", Boolean, nullable=False, default=False),
    Column("wrong_tries", Integer, nullable=False, default=0),
    Column("locked_until", UtcDateTime),
    Column("erase_asked_at", UtcDateTime, index=True),
    Column("erased_at", UtcDateTime),
)

channel_address = Table(
    "channel_address",
    metadata,
    Column("id", ID, primary_key=True),
    Column("contact_id", ID, ForeignKey("contact.id"), nullable=False, index=True),
    Column("channel", EnumText(Channel), nullable=False),
    Column("provider", EnumText(Provider), nullable=False),
    Column("address", EncryptedText, nullable=False),
    Column("address_hash", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("stopped_at", UtcDateTime),
    Column("stop_reason", String(32)),
    Column("line", String(64)),
    UniqueConstraint("provider", "channel", "address_hash"),
    # The same number on another channel.
    Index("ix_channel_address_hash", "address_hash"),
)

conversation = Table(
    "conversation",
    metadata,
    Column("id", ID, primary_key=True),
    Column("contact_id", ID, ForeignKey("contact.id"), nullable=False, index=True),
    Column("channel_address_id", ID, ForeignKey("channel_address.id"), nullable=False, unique=True),
    Column("channel", EnumText(Channel), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("last_inbound_at", UtcDateTime, nullable=False),
    Column("language", String(2)),
    Column("language_is_chosen", Boolean, nullable=False, default=False),
    Column("language_hint", String(2)),
    # While staff write to the person the assistant is silent.
    Column("with_staff_since", UtcDateTime),
    Column("with_staff_id", Integer),
)

message = Table(
    "message",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("id", ID, nullable=False, unique=True),
    Column("conversation_id", ID, ForeignKey("conversation.id"), nullable=False),
    Column("contact_id", ID, ForeignKey("contact.id"), nullable=False),
    Column("direction", EnumText(Direction), nullable=False),
    Column("kind", EnumText(MessageKind), nullable=False),
    Column("text", EncryptedText, nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("provider_id", String(128)),
    # What was picked, offered, answered and understood tells what somebody needs: encrypted like the text.
    Column("pressed", EncryptedText),
    Column("sequence", BigInteger),  # Telegram's ids of updates outgrow 32 bits.
    Column("edited_at", UtcDateTime),
    Column("answer_id", EncryptedText),
    Column("choices", ChoiceTuple),
    Column("template", String(64)),
    Column("topic", EncryptedText),
    Column("decision", String(16)),
    Column("confidence", Float),
    Column("sms_parts", Integer),
    Column("price", String(16)),
    Column("reply_to_id", ID),
    Column("handled_at", UtcDateTime),
    Column("attempts", Integer, nullable=False, default=0),
    Column("resends", Integer, nullable=False, default=0),
    Column("next_attempt_at", UtcDateTime),
    Column("failure", String(64)),
    Column("erase_asked_at", UtcDateTime),
    Column("erased_at", UtcDateTime),
    Column("author_id", Integer),
    Column("client_id", String(64)),
    # When it went into the daily counts, of which nobody is a part: see bot.services.counts.
    Column("counted_at", UtcDateTime),
    # One worker at a time has an outbound message in hand: see bot.services.outbox.claim_message.
    Column("claim_owner", String(64)),
    Column("claimed_until", UtcDateTime),
    Index("ix_message_queue", "direction", "state", "contact_id", "position"),
    Index("ix_message_conversation", "conversation_id", "position"),
    Index("ix_message_outbox", "conversation_id", "state", "position"),
    Index("ix_message_provider_id", "provider_id"),
    Index("ix_message_erase", "erase_asked_at", "erased_at"),
    Index("ix_message_client_id", "client_id", unique=True),
    Index("ix_message_uncounted", "position", postgresql_where=text(_NEW), sqlite_where=text(_NEW)),
    Index("ix_message_lost", "handled_at", "created_at", postgresql_where=text(_LOST), sqlite_where=text(_LOST)),
)

media = Table(
    "media",
    metadata,
    Column("id", ID, primary_key=True),
    Column("message_id", ID, ForeignKey("message.id"), nullable=False, index=True),
    Column("content_type", String(128), nullable=False),
    Column("size", Integer),
    Column("reference", EncryptedText, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("fetched_at", UtcDateTime),
)

delivery_report = Table(
    "delivery_report",
    metadata,
    # A report may come before we know the message's id at the provider, and more than once.
    Column("provider", EnumText(Provider), primary_key=True),
    Column("provider_id", String(128), primary_key=True),
    Column("state", EnumText(OutboundState), primary_key=True),
    Column("failure", String(64)),
    Column("message_id", ID),
    Column("received_at", UtcDateTime, nullable=False),
)

inbound_id = Table(
    "inbound_id",
    metadata,
    # What was received once is never received again, also when the message itself is purged.
    Column("provider", EnumText(Provider), primary_key=True),
    Column("provider_id", String(128), primary_key=True),
    Column("message_id", ID, nullable=False),
)

mark = Table(
    "mark",
    metadata,
    # Until when something was looked through: see bot.delivery.chores.catch_up.
    Column("name", String(64), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

tracker_state = Table(
    "tracker_state",
    metadata,
    # What the events before the last turns left behind: see bot.storage.tracker_store.
    Column("sender_id", String(255), primary_key=True),
    Column("data", EncryptedText, nullable=False),
)

case = Table(
    "hotline_case",
    metadata,
    Column("id", ID, primary_key=True),
    Column("reference", String(9), nullable=False, unique=True),
    Column("kind", EnumText(CaseKind), nullable=False),
    Column("priority", EnumText(Priority), nullable=False),
    Column("queue_state", EnumText(QueueState), nullable=False),
    Column("contact_id", ID, ForeignKey("contact.id"), nullable=False),
    Column("conversation_id", ID, ForeignKey("conversation.id"), nullable=False),
    Column("topic", EncryptedText, nullable=False),
    Column("opened_by_message_id", ID, nullable=False, index=True),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("assignee_id", Integer, ForeignKey("staff.id")),
    Column("team", String(32)),
    Column("place", String(64)),
    Column("waiting_since", UtcDateTime),
    Column("touched_at", UtcDateTime),
    Column("first_reply_at", UtcDateTime),
    Column("escalated_at", UtcDateTime),
    Column("resolved_at", UtcDateTime),
    Column("resolved_by", Integer),
    Column("helped", Boolean),
    Column("in_time", Boolean),
    Index("ix_case_queue", "queue_state", "due_at"),
    Index("ix_case_assignee", "assignee_id", "queue_state"),
    Index("ix_case_conversation", "conversation_id"),
    Index("ix_case_resolved", "resolved_at"),
    Index("ix_case_opened", "opened_at"),
    # The few in which a person waits: asked every few seconds by everybody for what is critical.
    Index("ix_case_waiting", "priority", "waiting_since", postgresql_where=text(_WAITS), sqlite_where=text(_WAITS)),
    Index("ix_case_contact", "contact_id", "kind"),
)

directory_entry = Table(
    "directory_entry",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("organisation", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("kinds", StringTuple, nullable=False),
    Column("phones", StringTuple, nullable=False),
    Column("places", StringTuple, nullable=False),
    Column("hours", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("source_as_of", Text, nullable=False),
    Column("verified_at", UtcDateTime),
    Column("verified_by", String(255)),
    Column("valid_until", UtcDateTime),
    Column("translations", Json, nullable=False),
    Column("languages", StringTuple, nullable=False),
    Column("updated_at", UtcDateTime),
    Column("updated_by", String(255)),
)

# The columns of ``staff`` and ``role`` are those that Flask-Security asks of its user and role models.
role = Table(
    "role",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(32), nullable=False, unique=True),
    Column("description", String(255)),
)

staff = Table(
    "staff",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", String(255), nullable=False, unique=True),
    Column("name", String(255), nullable=False),
    Column("password", String(255)),
    Column("active", Boolean, nullable=False, default=True),
    Column("fs_uniquifier", String(64), nullable=False, unique=True),
    Column("language", String(2)),
    Column("is_on_duty", Boolean, nullable=False, default=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("invitation_hash", String(64), unique=True),  # A one-time invitation: only its hash is kept.
    Column("invitation_until", UtcDateTime),
    Column("team", String(32)),
    Column("tf_primary_method", String(64)),
    Column("tf_totp_secret", EncryptedText),
    Column("tf_last_counter", Integer),  # Of the last code that was taken: none is taken twice.
    Column("mf_recovery_codes", EncryptedJson),
    Column("failed_logins", Integer, nullable=False, default=0),
    Column("locked_until", UtcDateTime),
    Column("last_login_at", UtcDateTime),
)

staff_role = Table(
    "staff_role",
    metadata,
    Column("staff_id", Integer, ForeignKey("staff.id"), primary_key=True),
    Column("role_id", Integer, ForeignKey("role.id"), primary_key=True),
)

mapper_registry.map_imperatively(Contact, contact, exclude_properties=["lease_owner", "lease_until"])
mapper_registry.map_imperatively(ChannelAddress, channel_address)
mapper_registry.map_imperatively(Conversation, conversation)
mapper_registry.map_imperatively(Message, message, exclude_properties=["claim_owner", "claimed_until", "counted_at"])
mapper_registry.map_imperatively(Media, media)
mapper_registry.map_imperatively(Case, case)
mapper_registry.map_imperatively(DirectoryEntry, directory_entry)
