"""Keyed hashes of the parts of a name, by which staff find a request: nobody without the key learns a name from them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from bot.domain.requests import Request
from bot.language.reading.name_keys import name_key
from bot.storage.cipher import Cipher
from bot.storage.console_tables import request_name_key

_PREFIX = "name part:"


def parts_of(name: str) -> frozenset[str]:
    """Return a key for each part of a name; the same for its spellings in Arabic and Latin script."""
    return frozenset(name_key(name).split())


def hash_of_key(cipher: Cipher, key: str) -> str:
    """Return what is stored of a key."""
    return cipher.hash(f"{_PREFIX}{key}")


def keep_name(session: Session, cipher: Cipher, request: Request) -> None:
    """Keep the hashes of the name in a request's answers, in place of those kept before."""
    table = request_name_key
    name = str(request.answers.get("full_name") or "")
    wanted = {hash_of_key(cipher, key) for key in parts_of(name)} if name else set()
    kept = set(session.execute(select(table.c.key_hash).where(table.c.request_id == request.id)).scalars())
    if kept - wanted:
        session.execute(delete(table).where(table.c.request_id == request.id, table.c.key_hash.in_(sorted(kept - wanted))))
    if wanted - kept:
        session.execute(insert(table), [{"request_id": request.id, "key_hash": one} for one in sorted(wanted - kept)])


def forget_names(session: Session, request_ids: Collection[str]) -> None:
    """Delete the hashes of requests."""
    session.execute(delete(request_name_key).where(request_name_key.c.request_id.in_(request_ids)))
