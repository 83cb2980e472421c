"""The file that ``daleel backup`` writes: a zip with the database, what it is, and on request the keys.

With a password all of it is encrypted by AES-256. A zip derives its key by a thousand rounds of PBKDF2, too few where the keys
lie beside the data; so the zip's own password is derived from the person's by scrypt, with a salt in the zip's comment.
"""

from __future__ import annotations

import base64
import json
import secrets
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyzipper
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from bot.domain.errors import InvalidInput, WrongState

DATABASE, KEYS, MANIFEST = "database", "keys.env", "manifest.json"
FORMAT = 1
_COMMENT = b"daleel backup "
_SALT_BYTES = 16
_CHUNK = 1 << 20


def write_archive(
    file: IO[bytes], database: Path, manifest: Mapping[str, Any], *, keys: str | None, password: str | None
) -> None:
    """Write the parts of a backup.

    Raises:
        InvalidInput: If keys are to go in without a password.
    """
    if keys is not None and password is None:
        raise InvalidInput("keys_need_password", "keys go into a backup only with a password")
    encryption = pyzipper.WZ_AES if password is not None else None
    with pyzipper.AESZipFile(file, "w", compression=pyzipper.ZIP_DEFLATED, encryption=encryption) as archive:
        if password is not None:
            salt = secrets.token_bytes(_SALT_BYTES)
            archive.comment = _COMMENT + base64.b64encode(salt)
            archive.setpassword(_derived(password, salt))
        archive.writestr(MANIFEST, json.dumps({"format": FORMAT, **manifest}))
        archive.write(database, DATABASE)
        if keys is not None:
            archive.writestr(KEYS, keys)


class Archive:
    """An opened backup.

    Attributes:
        manifest: What the backup is: ``format``, ``database``, ``revision``, ``created_at``, ``version``, ``keys``.
        keys: The keys' file, None where it is not inside.
    """

    def __init__(self, archive: Any) -> None:
        self._archive = archive
        self.manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
        self.keys: str | None = archive.read(KEYS).decode() if KEYS in archive.namelist() else None

    def extract_database(self, to: Path) -> None:
        """Write the database's copy; its checksum is checked on the way.

        Raises:
            WrongState: If it is damaged.
        """
        with _sound():
            packed = self._archive.open(DATABASE)
        with packed, to.open("wb") as file:
            while True:
                with _sound():
                    chunk = packed.read(_CHUNK)
                if not chunk:
                    break
                file.write(chunk)


@contextmanager
def open_archive(path: Path, *, password: str | None) -> Iterator[Archive]:
    """Open a backup.

    Raises:
        WrongState: If it is no backup of ours, or damaged.
        InvalidInput: If it needs a password, or another one.
    """
    with _sound():
        archive = pyzipper.AESZipFile(path)
    with archive:
        if archive.comment.startswith(_COMMENT):
            if password is None:
                raise InvalidInput("password_missing", "the backup is encrypted: give --password")
            with _sound():
                salt = base64.b64decode(archive.comment.removeprefix(_COMMENT))
            archive.setpassword(_derived(password, salt))
        yield _opened(archive)


@contextmanager
def _sound() -> Iterator[None]:
    """Tell of damage in the words of this hotline."""
    try:
        yield
    except (pyzipper.BadZipFile, zlib.error, EOFError, ValueError, KeyError, NotImplementedError, OSError) as error:
        raise WrongState("backup_damaged", "the backup is damaged, or is no backup of this hotline") from error


def _opened(archive: Any) -> Archive:
    try:
        with _sound():
            opened = Archive(archive)
    except RuntimeError as error:
        raise InvalidInput("password_wrong", "the password does not open the backup") from error
    if opened.manifest.get("format") != FORMAT:
        raise WrongState("backup_format", "the backup was made by another version of this hotline")
    return opened


def _derived(password: str, salt: bytes) -> bytes:
    key = Scrypt(salt=salt, length=32, n=2**16, r=8, p=1).derive(password.encode())
    return base64.b64encode(key)
