"""Builds the parts of the hotline from the settings. Imported by entry points only."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cached_property
from pathlib import Path

from sqlalchemy.engine import Engine

from bot.domain.contacts import LANGUAGES
from bot.language.catalogues import Catalogues
from bot.language.gazetteer import place_names
from bot.language.reading.reader import AnswerReader
from bot.services.form_context import FormRules, Talk
from bot.services.form_ports import FormReader
from bot.settings import PROJECT, Settings
from bot.storage.cipher import Cipher
from bot.storage.engine import make_engine
from bot.storage.unit_of_work import SqlUnitOfWork

LOCALES = PROJECT / "locales"

CONSENT_VERSION = "2026-11-26"
"""Of the consent notices in ``locales/``; changes whenever their meaning does, so that it is known who agreed to what."""


def now() -> datetime:
    """Return the time, aware, in UTC."""
    return datetime.now(timezone.utc)


def new_id() -> str:
    """Return a fresh opaque id: 20 random hexadecimal characters."""
    return secrets.token_hex(10)


@dataclass(frozen=True)
class Parts:
    """What the entry points need to call a service.

    Attributes:
        engine: For all that can be done again after a power cut.
        durable_engine: For what exists nowhere else, or must be known before something irrevocable is done.
    """

    settings: Settings
    engine: Engine
    durable_engine: Engine
    cipher: Cipher
    catalogues: Catalogues

    @cached_property
    def form_reader(self) -> FormReader:
        """What reads answers to the questions of forms."""
        return AnswerReader()

    @cached_property
    def form_rules(self) -> FormRules:
        """What the operator decides about forms."""
        kept = self.settings.retention
        return FormRules(
            CONSENT_VERSION,
            months=kept.request_months,
            draft_days=kept.draft_days,
            law=dict(self.settings.erasure_law),
            places=frozenset(place_names("en")),
        )

    def talk(
        self,
        uow: SqlUnitOfWork,
        *,
        conversation_id: str,
        language: str,
        message_id: str,
        text: str,
        pressed: str | None = None,
        place: str | None = None,
    ) -> Talk:
        """Return one message to a form, as the services of forms take it."""
        return Talk(
            uow=uow,
            conversation=uow.conversations.get(conversation_id),
            language=language,
            message_id=message_id,
            text=text,
            pressed=pressed,
            place=place,
            reader=self.form_reader,
            rules=self.form_rules,
            clock=now,
            new_id=new_id,
        )

    @property
    def window_templates(self) -> Mapping[str, str]:
        """Words of "your reply is ready" in each language for which WhatsApp has approved the template."""
        contents = self.settings.twilio.contents if self.settings.twilio else {}
        return {
            language: self.catalogues.text(language, "reply_ready", "text")
            for language in LANGUAGES
            if f"reply_ready_{language}" in contents and self.catalogues.has(language, "reply_ready", "text")
        }

    def unit_of_work(self, *, is_durable: bool = False) -> SqlUnitOfWork:
        """Return a new transaction; a durable one, and all before it, survives a power cut."""
        return SqlUnitOfWork(self.durable_engine if is_durable else self.engine, self.cipher, self.settings.opening_hours)


def build(settings: Settings, *, locales: Path = LOCALES) -> Parts:
    """Build the parts; nothing connects yet.

    Raises:
        ConfigurationError: If the database address, a key or a catalogue cannot be used.
    """
    cipher = Cipher(settings.keys, hash_key=settings.secret_key)
    return Parts(
        settings=settings,
        engine=make_engine(settings.database_url, cipher, is_durable=False),
        durable_engine=make_engine(settings.database_url, cipher),
        cipher=cipher,
        catalogues=Catalogues.load(locales),
    )
