"""Files that hold what people told us: readable by their owner only, whole or not there, and locked by a password if asked."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import typer

from bot.domain.errors import ConfigurationError
from bot.storage.export_files import SHORTEST_PASSWORD, check_password, locked_file

__all__ = ["SHORTEST_PASSWORD", "check_password", "locked", "private_file", "write_out", "write_private"]


@contextmanager
def private_file(path: Path) -> Iterator[IO[bytes]]:
    """Give a file to write, which takes its place under ``path`` when all is written, and never half of it.

    Raises:
        ConfigurationError: If it cannot be written; nothing is left behind.
    """
    try:
        # Made by mkstemp, it is readable by its owner only (0600) from the first moment on.
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise ConfigurationError("file_not_writable", f"cannot write {path}: {error.strerror}") from error
    partial = Path(name)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise ConfigurationError("file_not_writable", f"cannot write {path}: {error.strerror}") from error
    finally:
        partial.unlink(missing_ok=True)


def write_private(path: Path, content: bytes) -> None:
    """Write a whole file, readable by its owner only."""
    with private_file(path) as file:
        file.write(content)


def write_out(content: bytes, *, is_binary: bool) -> None:
    """Write to standard output.

    Raises:
        typer.BadParameter: If it is binary and a person would see it.
    """
    if is_binary and sys.stdout.isatty():
        raise typer.BadParameter("this is no text for a terminal: name a file with --output, or redirect the output")
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def locked(name: str, content: bytes, *, password: str) -> bytes:
    """Return a zip, encrypted by AES-256, with one file in it; 7-Zip and its like open it."""
    made = io.BytesIO()
    with locked_file(name, made, password=password) as file:
        file.write(content)
    return made.getvalue()
