"""Fixtures of the end-to-end tests."""

from __future__ import annotations

import secrets
import socket
import threading
from pathlib import Path

import pytest
import waitress
from cryptography.fernet import Fernet
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from bot.console import create_app
from bot.language.catalogues import Catalogues
from bot.settings import load_settings
from bot.storage.cipher import Cipher
from bot.storage.engine import make_engine
from bot.storage.migrate import migrate
from bot.wiring import Parts

CHROMIUM, DRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
OPTIONS = ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--window-size=1280,900")


@pytest.fixture(scope="module")
def console_parts(tmp_path_factory):
    """The parts over a fresh, migrated SQLite database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = load_settings(
        {
            "DALEEL_HOME": str(tmp_path_factory.mktemp("home")),
            "DALEEL_KEYS": Fernet.generate_key().decode(),
            "DALEEL_SECRET_KEY": secrets.token_urlsafe(48),
            "DALEEL_SIMULATOR": "1",
            "CONSOLE_PORT": str(port),
        }
    )
    cipher = Cipher(settings.keys, hash_key=settings.secret_key)
    engine = make_engine(settings.database_url, cipher)
    migrate(engine)
    yield Parts(settings=settings, engine=engine, cipher=cipher, catalogues=Catalogues({}), clients={})
    engine.dispose()


@pytest.fixture(scope="module")
def console_address(console_parts):
    """The address of a served console."""
    port = console_parts.settings.console_port
    server = waitress.create_server(create_app(console_parts), host="127.0.0.1", port=port, threads=8)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{port}"
    server.close()


@pytest.fixture
def console_browser():
    """A fresh Chromium, 1280 pixels wide; it fails the test when a page logs an error."""
    if not (CHROMIUM.exists() and DRIVER.exists()):
        pytest.skip("Chromium is missing: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for option in OPTIONS:
        options.add_argument(option)
    options.add_argument("--lang=en")
    options.set_capability("goog:loggingPrefs", {"browser": "SEVERE"})
    browser = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    yield browser
    errors = [entry["message"] for entry in browser.get_log("browser")]
    browser.quit()
    assert errors == []
