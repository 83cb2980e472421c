"""The secrets that a first start makes: encryption keys and the secret key, in ``<home>/keys.env``."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from bot.domain.errors import ConfigurationError, WrongState
from bot.storage.cipher import new_key

FILE = "keys.env"


def make_keys(home: Path) -> Path:
    """Write fresh secrets, readable by this user only, and return the file.

    Raises:
        WrongState: If the file is there: keys that opened data are never overwritten.
        ConfigurationError: If the folder cannot be written.
    """
    path = home / FILE
    try:
        home.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise WrongState("keys_exist", f"{path} is there already; delete nothing that has opened data") from error
    except OSError as error:
        raise ConfigurationError("home_not_writable", f"cannot write {path}: {error.strerror}") from error
    with os.fdopen(descriptor, "w") as file:
        file.write("# Made by `daleel keys new`. Keep a copy apart from the database: without it the data cannot be read.\n")
        file.write(f"DALEEL_KEYS={new_key()}\nDALEEL_SECRET_KEY={secrets.token_urlsafe(48)}\n")
    return path


def ensure_keys(environment: Mapping[str, str], home: Path) -> bool:
    """Make the secrets where neither the environment nor the file has them; say whether they were made."""
    if environment.get("DALEEL_KEYS") or (home / FILE).exists():
        return False
    make_keys(home)
    return True


def process_secret(secret_key: str, purpose: str) -> str:
    """Return a token for one purpose, derived from the secret key, the same in every process."""
    return hmac.new(secret_key.encode(), purpose.encode(), hashlib.sha256).hexdigest()
