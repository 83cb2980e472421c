"""Fixtures of the integration tests."""

from __future__ import annotations

import secrets

import pytest
from cryptography.fernet import Fernet

from bot.console import accounts, create_app
from bot.language.catalogues import Catalogues
from bot.settings import load_settings
from bot.storage.cipher import Cipher
from bot.storage.engine import make_engine
from bot.storage.migrate import migrate
from bot.wiring import Parts
from tests.integration.console_steps import PASSWORD, fill_in, log_in


@pytest.fixture
def console_parts(tmp_path):
    """The parts over a fresh, migrated SQLite database; the console needs no texts of the hotline."""
    settings = load_settings(
        {
            "DALEEL_HOME": str(tmp_path),
            "DALEEL_KEYS": Fernet.generate_key().decode(),
            "DALEEL_SECRET_KEY": secrets.token_urlsafe(48),
            "DALEEL_SIMULATOR": "1",
        }
    )
    cipher = Cipher(settings.keys, hash_key=settings.secret_key)
    engine = make_engine(settings.database_url, cipher)
    migrate(engine)
    yield Parts(settings=settings, engine=engine, cipher=cipher, catalogues=Catalogues({}), clients={})
    engine.dispose()


@pytest.fixture
def console_app(console_parts):
    """The web application."""
    return create_app(console_parts)


@pytest.fixture
def console_client(console_app):
    """A browser in which nobody is logged in."""
    return console_app.test_client()


@pytest.fixture
def console_staff(console_parts, console_app):
    """A function that makes a staff member and returns a browser in which they are logged in."""

    def make(email, *roles):
        token = accounts.invite(console_parts, email, "Amal", roles)
        fill_in(console_app.test_client(), token, email=email)
        client = console_app.test_client()
        log_in(client, email, PASSWORD)
        return client

    return make
