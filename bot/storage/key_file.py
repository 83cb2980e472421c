"""The file that holds the encryption keys, and that running processes follow when it changes.

``daleel keys rotate`` puts a new key in front while everything runs. A process that reads or writes with the file's keys must
not go on without the new one, nor write with one that is about to be removed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

KEYS_FILE = "keys.env"
KEYS_SETTING = "DALEEL_KEYS"


class FileKeys(tuple[str, ...]):
    """Encryption keys, newest first, with the file that may bring newer ones.

    A tuple, so that whatever makes a cipher of the settings' keys follows the file without knowing of it.

    Attributes:
        path: The file; it need not be there, and may hold other keys: see ``newer_keys``.
    """

    path: Path

    def __new__(cls, keys: Iterable[str], path: Path) -> FileKeys:
        """Make them."""
        made = super().__new__(cls, tuple(keys))
        made.path = path
        return made

    def __repr__(self) -> str:
        return f"<FileKeys {len(self)}>"


def read_keys(path: Path) -> tuple[str, ...]:
    """Return the keys of the file, newest first; none where it is not there, cannot be read or names none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ()
    for line in lines:
        name, _, value = line.partition("=")
        if name.strip() == KEYS_SETTING:
            return split_keys(value.strip().strip("\"'"))
    return ()


def split_keys(text: str) -> tuple[str, ...]:
    """Return keys that stand with commas between."""
    return tuple(key.strip() for key in text.split(",") if key.strip())


class KeyWatch:
    """Notices that the file has changed.

    Args:
        keys: What is in use at the beginning. If the newest is not in the file, the keys come from elsewhere (the environment),
            and the file is never followed.
        path: The file.
    """

    def __init__(self, keys: tuple[str, ...], path: Path) -> None:
        self._path, self._name = path, str(path)
        self._seen: tuple[int, int, int] | None = None
        self._is_followed = keys[0] in read_keys(path)

    def newer_keys(self) -> tuple[str, ...] | None:
        """Return the file's keys if it has changed since the last look, else None.

        A look costs a few microseconds, less than encrypting.
        """
        if not self._is_followed:
            return None
        try:
            status = os.stat(self._name)  # noqa: PTH116 - faster than pathlib, on each encrypted value
        except OSError:
            return None
        seen = (status.st_ino, status.st_mtime_ns, status.st_size)
        if seen == self._seen:
            return None
        found = read_keys(self._path)
        self._seen = seen
        return found or None
