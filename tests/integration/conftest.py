"""Fixtures of the integration tests."""

from __future__ import annotations

import secrets
import shutil

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import create_engine, text

from bot.console import accounts, create_app
from bot.language.catalogues import Catalogues
from bot.settings import load_settings
from bot.storage.cipher import Cipher, new_key
from bot.storage.engine import make_engine
from bot.storage.migrate import migrate
from bot.wiring import Parts
from tests.integration.console_steps import PASSWORD, fill_in, log_in
from tests.integration.database import OPENED, Database, Postgres, find_postgres, missing_postgres


@pytest.fixture(scope="session")
def console_home(tmp_path_factory):
    """A migrated SQLite database and compiled catalogues, made once: each test works on a copy."""
    home = tmp_path_factory.mktemp("console")
    parts = _parts(home)
    migrate(parts.engine)
    create_app(parts)
    parts.engine.dispose()
    return home


@pytest.fixture
def console_parts(console_home, tmp_path):
    """The parts over a fresh database; the console needs no texts of the hotline."""
    home = shutil.copytree(console_home, tmp_path / "home")
    parts = _parts(home)
    yield parts
    parts.engine.dispose()


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


def _parts(home):
    settings = load_settings(
        {
            "DALEEL_HOME": str(home),
            "DALEEL_KEYS": Fernet.generate_key().decode(),
            "DALEEL_SECRET_KEY": secrets.token_urlsafe(48),
            "DALEEL_SIMULATOR": "1",
            "SECOND_FACTOR": "offered",
        }
    )
    cipher = Cipher(settings.keys, hash_key=settings.secret_key)
    engine = make_engine(settings.database_url, cipher)
    return Parts(settings=settings, engine=engine, durable_engine=engine, cipher=cipher, catalogues=Catalogues({}))


@pytest.fixture(scope="session")
def database_postgres():
    """The address of a PostgreSQL of our own."""
    binaries = find_postgres()
    if binaries is None:
        missing_postgres()
    with Postgres(binaries) as server:
        yield server.address


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory):
    """A migrated SQLite file, made once: each test works on a copy."""
    path = tmp_path_factory.mktemp("template") / "daleel.db"
    made = Database.open(f"sqlite:///{path}", (new_key(),))
    migrate(made.engine)
    made.engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_template(database_postgres):
    """The name of a migrated database, made once: each test works on a copy."""
    name = "template_daleel"
    _create(database_postgres, name, template="template1")
    made = Database.open(database_postgres.format(name=name), (new_key(),))
    migrate(made.engine)
    made.engine.dispose()
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """A fresh, migrated database of each kind."""
    if request.param == "sqlite":
        url = _sqlite_copy(request.getfixturevalue("sqlite_template"), tmp_path)
    else:
        address = request.getfixturevalue("database_postgres")
        name = f"test_{secrets.token_hex(6)}"
        _create(address, name, template=request.getfixturevalue("postgres_template"))
        url = address.format(name=name)
    made = Database.open(url, (new_key(),))
    yield made
    for engine in (made.engine, *OPENED):
        engine.dispose()
    OPENED.clear()


@pytest.fixture
def sqlite_database(sqlite_template, tmp_path):
    """A fresh, migrated SQLite file, where the kind of database makes no difference."""
    made = Database.open(_sqlite_copy(sqlite_template, tmp_path), (new_key(),))
    yield made
    made.engine.dispose()


def _sqlite_copy(template, folder):
    return f"sqlite:///{shutil.copy(template, folder / 'daleel.db')}"


def _create(address, name, *, template):
    admin = create_engine(address.format(name="postgres"), future=True, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    admin.dispose()
