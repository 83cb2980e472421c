"""Channels: claims and reports of outbound messages, media, corrections, what may be sent where."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "delivery_report",
        sa.Column("provider", sa.String(length=32), nullable=False),
        sa.Column("provider_id", sa.String(length=128), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("failure", sa.String(length=64), nullable=True),
        sa.Column("message_id", sa.String(length=32), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("provider", "provider_id", "state", name=op.f("pk_delivery_report")),
    )
    op.create_table(
        "mark",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mark")),
    )
    op.create_table(
        "tracker_state",
        sa.Column("sender_id", sa.String(length=255), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sender_id", name=op.f("pk_tracker_state")),
    )
    op.create_table(
        "media",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("content_type", sa.String(length=128), nullable=False),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_media_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
    )
    op.create_index(op.f("ix_media_message_id"), "media", ["message_id"], unique=False)
    with op.batch_alter_table("channel_address") as table:
        table.add_column(sa.Column("stop_reason", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("line", sa.String(length=64), nullable=True))
    with op.batch_alter_table("conversation") as table:
        table.add_column(sa.Column("language_hint", sa.String(length=2), nullable=True))
    with op.batch_alter_table("message") as table:
        table.add_column(sa.Column("sequence", sa.BigInteger(), nullable=True))
        table.add_column(sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("template", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("price", sa.String(length=16), nullable=True))
        table.add_column(sa.Column("resends", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("erase_asked_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("claim_owner", sa.String(length=64), nullable=True))
        table.add_column(sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True))
        table.create_index("ix_message_outbox", ["conversation_id", "state", "position"])
        table.create_index("ix_message_provider_id", ["provider_id"])
        table.create_index("ix_message_erase", ["erase_asked_at", "erased_at"])


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("message") as table:
        for index in ("ix_message_erase", "ix_message_provider_id", "ix_message_outbox"):
            table.drop_index(index)
        for column in (
            "claimed_until",
            "claim_owner",
            "erased_at",
            "erase_asked_at",
            "resends",
            "price",
            "template",
            "edited_at",
            "sequence",
        ):
            table.drop_column(column)
    with op.batch_alter_table("conversation") as table:
        table.drop_column("language_hint")
    with op.batch_alter_table("channel_address") as table:
        table.drop_column("line")
        table.drop_column("stop_reason")
    op.drop_index(op.f("ix_media_message_id"), table_name="media")
    op.drop_table("media")
    op.drop_table("tracker_state")
    op.drop_table("mark")
    op.drop_table("delivery_report")
