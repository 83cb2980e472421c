"""Builds the parts of the hotline from the settings. Imported by entry points only."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from sqlalchemy.engine import Engine

from bot.channels.simulator.client import SimulatorClient
from bot.domain.contacts import Provider
from bot.language.catalogues import Catalogues
from bot.services.ports import ChannelClient
from bot.settings import PROJECT, Settings
from bot.storage.cipher import Cipher
from bot.storage.engine import make_engine
from bot.storage.unit_of_work import SqlUnitOfWork

LOCALES = PROJECT / "locales"


def now() -> datetime:
    """Return the time, aware, in UTC."""
    return datetime.now(timezone.utc)


def new_id() -> str:
    """Return a fresh opaque id: 20 random hexadecimal characters."""
    return secrets.token_hex(10)


@dataclass(frozen=True)
class Parts:
    """What the entry points need to call a service."""

    settings: Settings
    engine: Engine
    cipher: Cipher
    catalogues: Catalogues
    clients: Mapping[Provider, ChannelClient]

    def unit_of_work(self) -> SqlUnitOfWork:
        """Return a new transaction."""
        return SqlUnitOfWork(self.engine, self.cipher)


def build(settings: Settings, *, locales: Path = LOCALES) -> Parts:
    """Build the parts; nothing connects yet.

    Raises:
        ConfigurationError: If the database address, a key or a catalogue cannot be used.
    """
    cipher = Cipher(settings.keys, hash_key=settings.secret_key)
    return Parts(
        settings=settings,
        engine=make_engine(settings.database_url, cipher),
        cipher=cipher,
        catalogues=Catalogues.load(locales),
        clients={Provider.SIMULATOR: SimulatorClient()},
    )
