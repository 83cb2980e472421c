"""What makes pages light on a slow line: files of ours that browsers keep for a year, and everything compressed.

That a page is compressed together with its CSRF token tells nothing to another site: cookies are ``SameSite=Strict``, so no
other site can make a browser ask for a page of somebody who is logged in.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, Response, request
from flask_compress import Compress

FOLDER = Path(__file__).with_name("static")
YEAR = 365 * 24 * 3600
SETTINGS = {
    "COMPRESS_ALGORITHM": ["br", "gzip"],
    "COMPRESS_ALGORITHM_STREAMING": ["br", "gzip"],
    "COMPRESS_MIN_SIZE": 500,
    "COMPRESS_MIMETYPES": [
        "text/html", "text/css", "text/javascript", "text/csv", "text/plain", "application/json", "image/svg+xml",
    ],
}  # fmt: skip


@cache
def version() -> str:
    """Return what names the present state of all files, as a part of their address.

    It is a folder of the address and not a query: a module that imports another by its relative name gets the same state.
    """
    digest = hashlib.sha256()
    for path in sorted(path for path in FOLDER.rglob("*") if path.is_file()):
        digest.update(path.relative_to(FOLDER).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:10]


def install(app: Flask) -> None:
    """Let browsers keep the files, and nothing else; compress both."""
    app.config.update(SETTINGS, SEND_FILE_MAX_AGE_DEFAULT=YEAR)
    Compress(app)
    app.after_request(_keep)


def _keep(response: Response) -> Response:
    if request.endpoint == "static":
        is_there = response.status_code in (200, 304)
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable" if is_there else "no-store"
    return response
