"""The staff's console: cases that are followed, conversations with staff, words, audit, counts, second factors."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from bot.storage.name_keys import hash_of_key, parts_of

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
TABLES = (
    "case_entry", "presence", "canned_reply", "answer_mark", "training_label", "saved_view", "audit_entry", "audit_head",
    "daily_count", "request_name_key",
)


def upgrade() -> None:
    """Apply."""
    _add_columns()
    _create_work()
    _create_words()
    _create_oversight()
    _keep_names()


def downgrade() -> None:
    """Take back."""
    for name in reversed(TABLES):
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_is_final()")
    with op.batch_alter_table("staff") as table:
        for name in ("last_login_at", "locked_until", "failed_logins", "mf_recovery_codes", "tf_last_counter", "tf_totp_secret",
                     "tf_primary_method", "team"):
            table.drop_column(name)
    with op.batch_alter_table("directory_entry") as table:
        for name in ("updated_by", "updated_at", "languages", "translations"):
            table.drop_column(name)
    for name in ("ix_case_assignee", "ix_case_conversation", "ix_case_resolved", "ix_case_opened", "ix_case_waiting"):
        op.drop_index(name, "hotline_case")
    with op.batch_alter_table("hotline_case") as table:
        table.drop_constraint("fk_hotline_case_assignee_id", type_="foreignkey")
        for name in ("in_time", "helped", "resolved_by", "resolved_at", "escalated_at", "first_reply_at", "touched_at",
                     "waiting_since", "place", "team", "assignee_id"):
            table.drop_column(name)
    with op.batch_alter_table("conversation") as table:
        table.drop_column("with_staff_id")
        table.drop_column("with_staff_since")
    op.drop_index("ix_channel_address_hash", "channel_address")
    op.drop_index("ix_message_lost", "message")
    op.drop_index("ix_message_uncounted", "message")
    op.drop_index("ix_message_client_id", "message")
    with op.batch_alter_table("message") as table:
        table.drop_column("counted_at")
        table.drop_column("client_id")
        table.drop_column("author_id")


def _add_columns() -> None:
    op.create_index("ix_channel_address_hash", "channel_address", ["address_hash"])
    with op.batch_alter_table("staff") as table:
        table.add_column(sa.Column("team", sa.String(32), nullable=True))
        table.add_column(sa.Column("tf_primary_method", sa.String(64), nullable=True))
        table.add_column(sa.Column("tf_totp_secret", sa.Text(), nullable=True))
        table.add_column(sa.Column("tf_last_counter", sa.Integer(), nullable=True))
        table.add_column(sa.Column("mf_recovery_codes", sa.Text(), nullable=True))
        table.add_column(sa.Column("failed_logins", sa.Integer(), nullable=False, server_default="0"))
        table.add_column(sa.Column("locked_until", TIME, nullable=True))
        table.add_column(sa.Column("last_login_at", TIME, nullable=True))
    with op.batch_alter_table("directory_entry") as table:
        table.add_column(sa.Column("translations", sa.Text(), nullable=False, server_default="{}"))
        table.add_column(sa.Column("languages", sa.Text(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("updated_at", TIME, nullable=True))
        table.add_column(sa.Column("updated_by", sa.String(255), nullable=True))
    with op.batch_alter_table("hotline_case") as table:
        table.add_column(sa.Column("assignee_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("team", sa.String(32), nullable=True))
        table.add_column(sa.Column("place", sa.String(64), nullable=True))
        for name in ("waiting_since", "touched_at", "first_reply_at", "escalated_at", "resolved_at"):
            table.add_column(sa.Column(name, TIME, nullable=True))
        table.add_column(sa.Column("resolved_by", sa.Integer(), nullable=True))
        table.add_column(sa.Column("helped", sa.Boolean(), nullable=True))
        table.add_column(sa.Column("in_time", sa.Boolean(), nullable=True))
        table.create_foreign_key("fk_hotline_case_assignee_id", "staff", ["assignee_id"], ["id"])
    op.create_index("ix_case_assignee", "hotline_case", ["assignee_id", "queue_state"])
    op.create_index("ix_case_conversation", "hotline_case", ["conversation_id"])
    op.create_index("ix_case_resolved", "hotline_case", ["resolved_at"])
    op.create_index("ix_case_opened", "hotline_case", ["opened_at"])
    waits = sa.text("waiting_since IS NOT NULL")
    op.create_index(
        "ix_case_waiting", "hotline_case", ["priority", "waiting_since"], postgresql_where=waits, sqlite_where=waits
    )
    # Whoever is in the queue now has waited since the case was opened.
    op.execute("UPDATE hotline_case SET waiting_since = opened_at WHERE queue_state <> 'resolved'")
    op.execute("UPDATE hotline_case SET resolved_at = opened_at WHERE queue_state = 'resolved'")
    # Not rebuilt: a hotline has millions of messages.
    op.add_column("conversation", sa.Column("with_staff_since", TIME, nullable=True))
    op.add_column("conversation", sa.Column("with_staff_id", sa.Integer(), nullable=True))
    op.add_column("message", sa.Column("author_id", sa.Integer(), nullable=True))
    op.add_column("message", sa.Column("client_id", sa.String(64), nullable=True))
    op.create_index("ix_message_client_id", "message", ["client_id"], unique=True)
    op.add_column("message", sa.Column("counted_at", TIME, nullable=True))
    is_new = sa.text("counted_at IS NULL")
    op.create_index("ix_message_uncounted", "message", ["position"], postgresql_where=is_new, sqlite_where=is_new)
    is_lost = sa.text("state IN ('undelivered', 'failed', 'unknown')")
    op.create_index(
        "ix_message_lost", "message", ["handled_at", "created_at"], postgresql_where=is_lost, sqlite_where=is_lost
    )


def _create_work() -> None:
    op.create_table(
        "case_entry",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("case_id", sa.String(32), nullable=False),
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("to", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("client_id", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["hotline_case.id"], name=op.f("fk_case_entry_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_entry")),
        sa.UniqueConstraint("client_id", name=op.f("uq_case_entry_client_id")),
    )
    op.create_index(op.f("ix_case_entry_case_id"), "case_entry", ["case_id"])
    op.create_index("ix_case_entry_conversation", "case_entry", ["conversation_id", "at"])
    op.create_table(
        "presence",
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.Column("writing_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("conversation_id", "staff_id", name=op.f("pk_presence")),
    )
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.String(32), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_saved_view_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("staff_id", "page", "name", name=op.f("uq_saved_view_staff_id_page_name")),
    )
    op.create_index(op.f("ix_saved_view_staff_id"), "saved_view", ["staff_id"])
    op.create_table(
        "request_name_key",
        sa.Column("request_id", sa.String(32), nullable=False),
        sa.Column("key_hash", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["request.id"], name=op.f("fk_request_name_key_request_id")),
        sa.PrimaryKeyConstraint("request_id", "key_hash", name=op.f("pk_request_name_key")),
    )
    op.create_index("ix_request_name_key_hash", "request_name_key", ["key_hash"])


def _keep_names() -> None:
    """Keep hashes of the names in the requests that were sent before, a batch at a time."""
    connection = op.get_bind()
    cipher = connection.dialect.cipher
    columns = [sa.column(name) for name in ("id", "status", "answers")]
    of = sa.table("request", *columns).c
    keys = sa.table("request_name_key", sa.column("request_id"), sa.column("key_hash"))
    last = ""
    while True:
        query = sa.select(*of).where(of.id > last, of.status != "draft").order_by(of.id).limit(500)
        rows = connection.execute(query).all()
        if not rows:
            return
        names = {row.id: json.loads(cipher.decrypt(row.answers)).get("full_name") or "" for row in rows}
        kept = [
            {"request_id": request_id, "key_hash": hash_of_key(cipher, key)}
            for request_id, name in names.items()
            for key in sorted(parts_of(str(name)))
        ]
        if kept:
            connection.execute(sa.insert(keys), kept)
        last = rows[-1].id


def _create_words() -> None:
    op.create_table(
        "canned_reply",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("titles", sa.Text(), nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_reply")),
    )
    op.create_table(
        "answer_mark",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("answer_id", sa.String(64), nullable=False),
        sa.Column("language", sa.String(2), nullable=True),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_mark")),
    )
    op.create_index("ix_answer_mark_open", "answer_mark", ["ended_at", "answer_id"])
    op.create_table(
        "training_label",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("message_id", sa.String(32), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by", sa.Integer(), nullable=True),
        sa.Column("exported_at", TIME, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_label")),
        sa.UniqueConstraint("message_id", name=op.f("uq_training_label_message_id")),
    )


def _create_oversight() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry_staff", "audit_entry", ["staff_id", "position"])
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject", "position"])
    op.create_index("ix_audit_entry_act", "audit_entry", ["act", "position"])
    op.create_index("ix_audit_entry_at", "audit_entry", ["at"])
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.bulk_insert(head, [{"id": 1, "position": 0, "hash": ""}])
    op.create_table(
        "daily_count",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("of", sa.String(32), nullable=False),
        sa.Column("by", sa.String(32), nullable=False),
        sa.Column("value", sa.String(64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "of", "by", "value", name=op.f("pk_daily_count")),
    )
    _make_audit_final()


def _make_audit_final() -> None:
    """Refuse to change or take away an entry of the audit log; only the encryption of its detail may be renewed."""
    columns = ", ".join(("position", "at", "act", "staff_id", "subject", "previous_hash", "hash"))
    is_back = "NEW.position < OLD.position"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION audit_is_final() RETURNS trigger AS "
            "$$ BEGIN RAISE EXCEPTION 'the audit log is only added to'; END $$ LANGUAGE plpgsql"
        )
        for name, when in (
            ("audit_no_change", f"BEFORE UPDATE OF {columns} ON audit_entry FOR EACH ROW"),
            ("audit_no_removal", "BEFORE DELETE ON audit_entry FOR EACH ROW"),
            ("audit_no_emptying", "BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT"),
            ("audit_head_no_removal", "BEFORE DELETE ON audit_head FOR EACH ROW"),
            ("audit_head_no_emptying", "BEFORE TRUNCATE ON audit_head FOR EACH STATEMENT"),
            ("audit_head_not_back", f"BEFORE UPDATE ON audit_head FOR EACH ROW WHEN ({is_back})"),
        ):
            op.execute(f"CREATE TRIGGER {name} {when} EXECUTE FUNCTION audit_is_final()")
        return
    is_there = "EXISTS (SELECT 1 FROM audit_entry WHERE position = NEW.position)"
    for name, when in (
        ("audit_no_change", f"BEFORE UPDATE OF {columns} ON audit_entry"),
        ("audit_no_removal", "BEFORE DELETE ON audit_entry"),
        # INSERT OR REPLACE removes a row without asking the trigger above.
        ("audit_no_replacement", f"BEFORE INSERT ON audit_entry WHEN {is_there}"),
        ("audit_head_no_removal", "BEFORE DELETE ON audit_head"),
        ("audit_head_not_back", f"BEFORE UPDATE ON audit_head WHEN {is_back}"),
    ):
        op.execute(f"CREATE TRIGGER {name} {when} BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END")
