"""What a gateway's request brings: fields by name, from the query, a form or a JSON object.

They stay bytes until somebody asks for one, so that the secret is compared before anything else is judged.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from flask import Request

from bot.channels.edge import Refused
from bot.channels.gateway.paths import find_value

MAX_FIELDS = 200
CHARSETS = {
    "utf-16be": "utf-16-be",
    "utf16-be": "utf-16-be",
    "ucs-2": "utf-16-be",
    "ucs-2be": "utf-16-be",
    "iso-8859-1": "iso-8859-1",
    "windows-1252": "windows-1252",
    "windows-1256": "windows-1256",
}
"""What a gateway may say that a text is encoded in (Kannel's %C), and Python's names; all else must be UTF-8."""


@dataclass(frozen=True)
class Fields:
    """The fields of one request.

    Attributes:
        values: From the query and a form; a form's win.
        doubled: Names that came twice in one of them: nobody can say which one is meant.
        document: A JSON body, whose fields may have dotted names.
        problem: Why the request cannot be read, or None; a code for ``Refused``.
    """

    values: Mapping[str, bytes] = field(repr=False)
    doubled: frozenset[str] = frozenset()
    document: Any = field(default=None, repr=False)
    problem: str | None = None

    def raw(self, name: str) -> bytes | None:
        """Return the bytes of a field, whatever they are."""
        found = find_value(self.document, name)
        return self.values.get(name) if found is None else found.encode("utf-8", "surrogatepass")

    def text(self, name: str, *, charset: str = "") -> str | None:
        """Return a field as text, or None where it is missing. An empty name stands for a field that never comes.

        Args:
            charset: What the gateway says of its encoding; JSON is always UTF-8.

        Raises:
            Refused: If the field came twice, or its bytes are no text.
        """
        if not name:
            return None
        if name in self.doubled:
            raise Refused("field_doubled", status=400)
        found = self.raw(name)
        if found is None:
            return None
        is_json = find_value(self.document, name) is not None
        try:
            return found.decode("utf-8" if is_json else CHARSETS.get(charset.strip().lower(), "utf-8"))
        except UnicodeDecodeError as error:
            raise Refused("field_unreadable", status=400) from error

    def needed(self, name: str, *, charset: str = "") -> str:
        """Return a field as text.

        Raises:
            Refused: If it is missing, came twice, or is no text.
        """
        text = self.text(name, charset=charset)
        if text is None:
            raise Refused("field_missing", status=400)
        return text


def read_fields(request: Request) -> Fields:
    """Read the query and, by its content type, the body. What cannot be read is told by ``problem``."""
    body, kind = request.get_data(), request.mimetype
    is_form = kind == "application/x-www-form-urlencoded"
    is_json = kind == "application/json" or kind.endswith("+json")
    values: dict[str, bytes] = {}
    doubled: set[str] = set()
    document, problem = None, None
    for encoded in (request.query_string, body if is_form else b""):
        try:
            pairs = _pairs(encoded)
        except ValueError:
            problem = "form_unreadable"
            continue
        names = [name for name, _ in pairs]
        doubled |= {name for name in names if names.count(name) > 1}
        values |= dict(pairs)
    if is_json:
        try:
            document = json.loads(body.decode("utf-8"))
        except (ValueError, RecursionError):
            problem = "json_unreadable"
        if problem is None and not isinstance(document, dict):
            document, problem = None, "json_no_object"
    return Fields(values, frozenset(doubled), document, problem)


def _pairs(encoded: bytes) -> list[tuple[str, bytes]]:
    # Latin-1 has a character for each byte, so that the bytes come through whole.
    pairs = parse_qsl(encoded.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=MAX_FIELDS)
    return [(name, value.encode("latin-1")) for name, value in pairs]
