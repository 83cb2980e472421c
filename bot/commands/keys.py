"""``daleel keys rotate``: a fresh key in front, all data under it, and the old keys gone once nothing needs them."""

from __future__ import annotations

import time
from pathlib import Path

from rich.console import Console

from bot.commands.audit_entry import record_act
from bot.domain.audit import Act
from bot.domain.errors import WrongState
from bot.keys import name_of, only_one, put_in_front, replace_keys
from bot.settings import Settings
from bot.storage.cipher import Cipher
from bot.storage.engine import make_engine
from bot.storage.key_file import KEYS_FILE, FileKeys, read_keys
from bot.storage.rotation import count_old, renew_all

SETTLE_SECONDS = 60.0
"""What a process had encrypted before it saw the new key is in the database by then: no transaction takes so long."""

MAX_PASSES = 5

NOT_IN_THE_FILE = """\
DALEEL_KEYS is set in the environment or in .env, which this command does not change. Rotate by hand:
1. make a key: python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"
2. put it in front of the others in DALEEL_KEYS, with a comma between, wherever a process gets it from
3. restart all processes
4. daleel keys rotate (writes all data anew with the first key)
5. take the others out of DALEEL_KEYS, and restart"""


def rotate(settings: Settings, out: Console, *, removes_old: bool, settle_seconds: float = SETTLE_SECONDS) -> None:
    """Rotate the keys, or finish a rotation, or remove the keys that it left behind.

    Raises:
        WrongState: If another rotation runs, or old keys are asked to be removed too early.
        ConfigurationError: If the file cannot be changed, or a value opens with no key.
    """
    path = settings.home / KEYS_FILE
    is_from_file = settings.keys == read_keys(path)
    with only_one(settings.home):
        if removes_old:
            _remove_old(settings, path, out, is_from_file=is_from_file, settle_seconds=settle_seconds)
        else:
            _rotate(settings, path, out, is_from_file=is_from_file)


def _rotate(settings: Settings, path: Path, out: Console, *, is_from_file: bool) -> None:
    finished = _renew(settings, settings.keys, out) if len(settings.keys) > 1 else 0
    if finished:
        out.print("This finished a rotation that had been begun.")
    elif not is_from_file:
        out.print(NOT_IN_THE_FILE, markup=False)
        return
    else:
        put_in_front(path)
        _renew(settings, FileKeys(read_keys(path), path), out)
    new, *old = read_keys(path) if is_from_file else settings.keys
    record_act(settings, Act.KEYS_ROTATED, out, detail=name_of(new), keys=(new, *old))
    out.print(f"No data need these keys any more: {', '.join(name_of(key) for key in old)}.")
    if is_from_file:
        out.print("Copy keys.env to where you keep it. Backups from before still need the old keys.")
        out.print("Remove them here after a minute or later: daleel keys rotate --remove-old")


def _renew(settings: Settings, keys: tuple[str, ...], out: Console) -> int:
    cipher = Cipher(keys, hash_key=settings.secret_key)
    engine = make_engine(settings.database_url, cipher)
    total = 0
    # Again, since a process may have been writing with the old key just now; not for ever, since one may go on doing so.
    for _ in range(MAX_PASSES):
        renewed = renew_all(engine, cipher)
        total += renewed
        if not renewed:
            break
    engine.dispose()
    if total:
        out.print(f"Wrote {total} values anew.")
    return total


def _remove_old(settings: Settings, path: Path, out: Console, *, is_from_file: bool, settle_seconds: float) -> None:
    if not is_from_file:
        out.print(NOT_IN_THE_FILE, markup=False)
        return
    newest, *old = settings.keys
    if not old:
        out.print("There is one key only; nothing to remove.")
        return
    if time.time() - path.stat().st_mtime < settle_seconds:
        raise WrongState("keys_just_changed", f"the keys changed a moment ago; try again in {settle_seconds:.0f} seconds")
    _renew(settings, settings.keys, out)
    cipher = Cipher((newest,), hash_key=settings.secret_key)
    engine = make_engine(settings.database_url, cipher)
    left = count_old(engine, cipher)
    engine.dispose()
    if left:
        raise WrongState("old_keys_needed", f"{left} values still need an old key, which some process writes with; restart it")
    replace_keys(path, (newest,))
    record_act(settings, Act.OLD_KEYS_REMOVED, out, detail=" ".join(name_of(key) for key in old), keys=(newest,))
    out.print(f"Removed: {', '.join(name_of(key) for key in old)}. Backups from before need them: keep those copies together.")
