"""Where to go on after a change: back to a page of ours, and never elsewhere."""

from __future__ import annotations

from flask import request


def local_path(wanted: str, *, default: str = "/") -> str:
    """Return an address that a form brought along if it is a path of this site, else the default."""
    # "//host" and "/\host" lead to other sites, and browsers drop tabs and line ends before they look.
    is_clean = wanted.isprintable() and "\\" not in wanted
    return wanted if is_clean and wanted.startswith("/") and not wanted.startswith("//") else default


def address_here() -> str:
    """Return the path of the page that is being made, with its query where a link leads there."""
    return request.full_path.rstrip("?") if request.method == "GET" else request.path
