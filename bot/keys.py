"""The secrets that a first start makes: encryption keys and the secret key, in ``<home>/keys.env``; and their rotation."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import hmac
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.domain.errors import ConfigurationError, WrongState
from bot.storage.cipher import new_key
from bot.storage.key_file import KEYS_FILE as FILE
from bot.storage.key_file import KEYS_SETTING, read_keys

LOCK = "keys.lock"


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
        file.write(f"{KEYS_SETTING}={new_key()}\nDALEEL_SECRET_KEY={secrets.token_urlsafe(48)}\n")
    return path


def ensure_keys(environment: Mapping[str, str], home: Path) -> bool:
    """Make the secrets where neither the environment nor the file has them; say whether they were made."""
    if environment.get(KEYS_SETTING) or (home / FILE).exists():
        return False
    make_keys(home)
    return True


@contextlib.contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Keep a second rotation out.

    Raises:
        WrongState: If one is running.
        ConfigurationError: If the folder cannot be written.
    """
    try:
        descriptor = os.open(home / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise ConfigurationError("home_not_writable", f"cannot write {home / LOCK}: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise WrongState("rotation_runs", "another rotation is running") from error
    finally:
        os.close(descriptor)


def put_in_front(path: Path) -> None:
    """Put a fresh key before those of the file. It is on the disk before anything can be written with it."""
    replace_keys(path, (new_key(), *read_keys(path)))


def replace_keys(path: Path, keys: tuple[str, ...]) -> None:
    """Write other keys into the file, whole or not at all; all its other lines stay.

    Raises:
        ConfigurationError: If it cannot be read or written.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        kept = [f"{KEYS_SETTING}={','.join(keys)}" if _names_keys(line) else line for line in lines]
        write_secret(path, "\n".join(kept) + "\n")
    except OSError as error:
        raise ConfigurationError("keys_not_writable", f"cannot change {path}: {error.strerror}") from error


def write_secret(path: Path, content: str) -> None:
    """Write a file that only this user can read, whole or not at all, and to the disk."""
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    partial = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def name_of(key: str) -> str:
    """Return what a key may be called where it must not be shown."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


def process_secret(secret_key: str, purpose: str) -> str:
    """Return a token for one purpose, derived from the secret key, the same in every process."""
    return hmac.new(secret_key.encode(), purpose.encode(), hashlib.sha256).hexdigest()


def _names_keys(line: str) -> bool:
    return line.partition("=")[0].strip() == KEYS_SETTING
