"""Forms and requests; what was picked, offered, answered and understood is encrypted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
ENCRYPTED = {"message": ("pressed", "answer_id", "choices", "topic"), "hotline_case": ("topic",)}


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("contact") as table:
        table.add_column(sa.Column("is_shared", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("wrong_tries", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("locked_until", TIME, nullable=True))
        table.add_column(sa.Column("erase_asked_at", TIME, nullable=True))
        table.add_column(sa.Column("erased_at", TIME, nullable=True))
        table.create_index("ix_contact_erase_asked_at", ["erase_asked_at"])
    with op.batch_alter_table("message") as table:
        for name in ("pressed", "answer_id", "topic"):
            table.alter_column(name, type_=sa.Text(), existing_type=sa.String(64), existing_nullable=True)
        table.alter_column("choices", existing_type=sa.Text(), nullable=True)
    with op.batch_alter_table("hotline_case") as table:
        table.alter_column("topic", type_=sa.Text(), existing_type=sa.String(64), existing_nullable=False)
    _rewrite(lambda cipher, text: None if text == "[]" else cipher.encrypt(text))
    _create_request()
    _create_step()
    _create_form()


def downgrade() -> None:
    """Take back."""
    for name in ("form_reply", "form", "request_step", "request"):
        op.drop_table(name)
    _rewrite(lambda cipher, text: cipher.decrypt(text))
    op.execute("UPDATE message SET choices = '[]' WHERE choices IS NULL")
    with op.batch_alter_table("hotline_case") as table:
        table.alter_column("topic", type_=sa.String(64), existing_type=sa.Text(), existing_nullable=False)
    with op.batch_alter_table("message") as table:
        table.alter_column("choices", existing_type=sa.Text(), nullable=False)
        for name in ("pressed", "answer_id", "topic"):
            table.alter_column(name, type_=sa.String(64), existing_type=sa.Text(), existing_nullable=True)
    with op.batch_alter_table("contact") as table:
        table.drop_index("ix_contact_erase_asked_at")
        for name in ("erased_at", "erase_asked_at", "locked_until", "wrong_tries", "is_shared"):
            table.drop_column(name)


def _rewrite(change: Callable[[Any, str], str | None]) -> None:
    """Change each value of the encrypted columns by the cipher of the engine."""
    connection = op.get_bind()
    cipher = connection.dialect.cipher
    for name, columns in ENCRYPTED.items():
        table = sa.table(name, sa.column("id"), *(sa.column(column) for column in columns))
        for row in connection.execute(sa.select(table)).mappings().all():
            values = {column: change(cipher, row[column]) for column in columns if row[column] is not None}
            if values:
                connection.execute(sa.update(table).where(table.c.id == row["id"]).values(**values))


def _create_request() -> None:
    op.create_table(
        "request",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("reference", sa.String(9), nullable=False),
        sa.Column("contact_id", sa.String(32), nullable=False),
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("submitted_at", TIME, nullable=True),
        sa.Column("status_before", sa.String(32), nullable=True),
        sa.Column("consent_version", sa.String(32), nullable=True),
        sa.Column("consented_at", TIME, nullable=True),
        sa.Column("consent_channel", sa.String(32), nullable=True),
        sa.Column("consent_language", sa.String(2), nullable=True),
        sa.Column("consent_ended_at", TIME, nullable=True),
        sa.Column("fear_at", TIME, nullable=True),
        sa.Column("fear_cleared_at", TIME, nullable=True),
        sa.Column("fear_cleared_by", sa.String(64), nullable=True),
        sa.Column("phone_hash", sa.String(64), nullable=True),
        sa.Column("identity_hash", sa.String(64), nullable=True),
        sa.Column("duplicate_of", sa.String(9), nullable=True),
        sa.Column("documents_until", sa.Date(), nullable=True),
        sa.Column("medical_until", sa.Date(), nullable=True),
        sa.Column("wrong_tries", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("locked_until", TIME, nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_request_contact_id")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f("fk_request_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
        sa.UniqueConstraint("reference", name=op.f("uq_request_reference")),
    )
    for name in ("contact_id", "phone_hash", "identity_hash"):
        op.create_index(op.f(f"ix_request_{name}"), "request", [name])
    op.create_index("ix_request_status", "request", ["status", "updated_at"])


def _create_step() -> None:
    op.create_table(
        "request_step",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("request_id", sa.String(32), nullable=False),
        sa.Column("from_status", sa.String(32), nullable=False),
        sa.Column("to_status", sa.String(32), nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_request_step_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_step")),
    )
    op.create_index(op.f("ix_request_step_request_id"), "request_step", ["request_id"])


def _create_form() -> None:
    op.create_table(
        "form",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("contact_id", sa.String(32), nullable=False),
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("asked", sa.String(32), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("request_id", sa.String(32), nullable=True),
        sa.Column("parked_at", TIME, nullable=True),
        sa.Column("was_offered", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_form_contact_id")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], name=op.f("fk_form_conversation_id")),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_form_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form")),
    )
    for name in ("contact_id", "request_id"):
        op.create_index(op.f(f"ix_form_{name}"), "form", [name])
    op.create_table(
        "form_reply",
        sa.Column("contact_id", sa.String(32), nullable=False),
        sa.Column("message_id", sa.String(32), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_form_reply_contact_id")),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_form_reply")),
    )
