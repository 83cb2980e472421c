"""Addresses of pages of ours: where to go on after a change, never elsewhere, and lists with their filters."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from enum import Enum
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for


def local_path(wanted: str, *, default: str = "/") -> str:
    """Return an address that a form brought along if it is a path of this site, else the default."""
    # "//host" and "/\host" lead to other sites, and browsers drop tabs and line ends before they look.
    is_clean = wanted.isprintable() and "\\" not in wanted
    return wanted if is_clean and wanted.startswith("/") and not wanted.startswith("//") else default


def list_address(endpoint: str, wanted: Any, *, without: Collection[str] = (), **others: str) -> str:
    """Return the address of a list with a filter; what is as it is without one is left out.

    Args:
        wanted: The filter, a dataclass whose fields all have defaults.
        without: Fields that the address says in other words, which are in ``others``.
    """
    plain = type(wanted)()
    values = {one.name: getattr(wanted, one.name) for one in fields(wanted) if one.name not in without}
    query = {name: value for name, value in values.items() if value != getattr(plain, name)}
    words = {name: value.value if isinstance(value, Enum) else value for name, value in query.items()} | others
    return url_for(endpoint) + (f"?{urlencode(sorted(words.items()))}" if words else "")


def address_here() -> str:
    """Return the path of the page that is being made, with its query where a link leads there."""
    return request.full_path.rstrip("?") if request.method == "GET" else request.path
