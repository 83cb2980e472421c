"""Alembic's entry: migrates the connection it is given, or the configured database when called by hand."""

from __future__ import annotations

from alembic import context

from bot.settings import load_settings, read_environment
from bot.storage.cipher import Cipher
from bot.storage.engine import make_engine
from bot.storage.tables import metadata


def _ours(_object: object, name: str | None, kind: str, reflected: bool, _compare: object) -> bool:
    # Rasa makes its own table of tracker events.
    return not (kind == "table" and reflected and name == "events")


def _run() -> None:
    connection = context.config.attributes.get("connection")
    if connection is None:
        settings = load_settings(read_environment())
        cipher = Cipher(settings.keys, hash_key=settings.secret_key)
        connection = make_engine(settings.database_url, cipher).connect()
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        include_object=_ours,
        compare_type=False,
    )
    with context.begin_transaction():
        context.run_migrations()


_run()
