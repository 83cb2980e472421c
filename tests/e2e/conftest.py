"""Fixtures of the end-to-end tests."""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from rich.console import Console
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from werkzeug.serving import make_server

from bot.commands.demo import make_demo
from bot.console import create_app
from bot.language.catalogues import Catalogues
from bot.settings import load_settings
from bot.storage.cipher import Cipher
from bot.storage.engine import make_engine
from bot.storage.migrate import migrate
from bot.wiring import Parts, build
from tests.e2e.console_browser import PASSWORD
from tests.e2e.simulator_steps import accept_language, go_offline, resize

CHROMIUM, DRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--lang=en",
)


@pytest.fixture(scope="module")
def console_parts(tmp_path_factory):
    """The parts over a fresh, migrated SQLite database."""
    settings = load_settings(
        {
            "DALEEL_HOME": str(tmp_path_factory.mktemp("home")),
            "DALEEL_KEYS": Fernet.generate_key().decode(),
            "DALEEL_SECRET_KEY": secrets.token_urlsafe(48),
            "DALEEL_SIMULATOR": "1",
        }
    )
    cipher = Cipher(settings.keys, hash_key=settings.secret_key)
    engine = make_engine(settings.database_url, cipher)
    migrate(engine)
    yield Parts(settings=settings, engine=engine, durable_engine=engine, cipher=cipher, catalogues=Catalogues({}))
    engine.dispose()


@pytest.fixture(scope="module")
def demo_parts(tmp_path_factory):
    """The parts over the small office of ``daleel demo``; everybody in it has the tests' password."""
    settings = load_settings(
        {
            "DALEEL_HOME": str(tmp_path_factory.mktemp("demo")),
            "DALEEL_KEYS": Fernet.generate_key().decode(),
            "DALEEL_SECRET_KEY": secrets.token_urlsafe(48),
            "DALEEL_SIMULATOR": "1",
            "SECOND_FACTOR": "offered",
        }
    )
    make_demo(settings, Console(file=io.StringIO()), size="small", seed=1, password=PASSWORD, again=False)
    parts = build(settings)
    yield parts
    parts.engine.dispose()
    parts.durable_engine.dispose()


@pytest.fixture(scope="module")
def console_address(console_parts):
    """The address of a served console."""
    # Not waitress: closed from another thread, it goes on using numbers of files that are somebody else's by then.
    server = make_server("127.0.0.1", 0, create_app(console_parts), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(10)
    server.server_close()


@contextlib.contextmanager
def _chromium(profile: Path, **logs: str) -> Iterator[webdriver.Chrome]:
    """Run a Chromium with a profile of its own; on CI it must be there.

    Args:
        logs: Which logs to keep beside its own of severe errors, and from which level on.
    """
    if not (CHROMIUM.exists() and DRIVER.exists()):
        reason = "Chromium is missing: apt-get install chromium chromium-driver"
        # On CI nothing is skipped.
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for option in (*OPTIONS, f"--user-data-dir={profile}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "SEVERE", **logs})
    # The driver's path is given, so that Selenium looks for nothing on the network.
    browser = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    try:
        yield browser
    finally:
        browser.quit()


@pytest.fixture(scope="session")
def console_chromium(tmp_path_factory):
    """One Chromium for the whole run."""
    with _chromium(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture(scope="session")
def second_chromium(tmp_path_factory):
    """A colleague's: it shares nothing with the first."""
    with _chromium(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture
def counting_chromium(tmp_path):
    """A Chromium that nobody used before, and that logs what comes over the network."""
    with _chromium(tmp_path / "chromium", performance="ALL") as browser:
        yield browser


@pytest.fixture
def console_browser(console_chromium, console_address):
    """A browser that never was here, 1280 pixels wide; it fails the test when a page logs an error."""
    console_chromium.get("about:blank")
    console_chromium.execute_cdp_cmd("Storage.clearDataForOrigin", {"origin": console_address, "storageTypes": "all"})
    console_chromium.execute_cdp_cmd("Network.clearBrowserCookies", {})
    resize(console_chromium, 1280, 900)
    accept_language(console_chromium, "en")
    console_chromium.get_log("browser")
    yield console_chromium
    go_offline(console_chromium, False)
    assert [entry["message"] for entry in console_chromium.get_log("browser")] == []
