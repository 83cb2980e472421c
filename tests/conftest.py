"""What all tests share: no sockets outside e2e, and settings of an imagined environment."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import secrets

import pytest
import structlog
from cryptography.fernet import Fernet
from pytest_socket import disable_socket, enable_socket

from bot.logs import configure_logging

# Deprecations of SQLAlchemy 2.0 are shown by 1.4 only when asked for; pyproject.toml makes those of our modules errors.
os.environ.setdefault("SQLALCHEMY_WARN_20", "1")
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Block the network before any fixture runs; an event loop's own Unix socket pair is let through."""
    if "e2e" in item.path.parts:
        enable_socket()
    else:
        disable_socket(allow_unix_socket=True)


@pytest.fixture
def environment(tmp_path):
    """The settings that a hotline cannot do without, in a folder of their own."""
    return {
        "DALEEL_HOME": str(tmp_path),
        "DALEEL_KEYS": Fernet.generate_key().decode(),
        "DALEEL_SECRET_KEY": secrets.token_urlsafe(48),
    }


@pytest.fixture
def process_log():
    """What a process would write to standard error; what was configured before comes back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    shown = io.StringIO()
    with contextlib.redirect_stderr(shown):
        configure_logging("tests")
    yield shown
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(False)
    structlog.contextvars.clear_contextvars()
    structlog.reset_defaults()
