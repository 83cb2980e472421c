"""``daleel backup`` and ``daleel restore``."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from sqlalchemy.engine import make_url

from bot import __version__
from bot.commands.archive import Archive, open_archive, write_archive
from bot.commands.audit_entry import record_act
from bot.commands.private_files import check_password, private_file
from bot.domain.audit import Act
from bot.domain.errors import ConfigurationError, InvalidInput, WrongState
from bot.keys import name_of, write_secret
from bot.settings import Settings, home_of, load_settings
from bot.storage.backup import (
    check_copy,
    check_unused,
    copy_database,
    is_filled,
    is_known_revision,
    kind_of,
    put_database,
    revision_of,
)
from bot.storage.cipher import Cipher
from bot.storage.engine import make_engine
from bot.storage.key_file import KEYS_FILE
from bot.storage.rotation import count_unreadable
from bot.wiring import now


def back_up(settings: Settings, file: Path, out: Console, *, has_keys: bool, password: str | None) -> None:
    """Write a backup, readable by its owner only, whole or not at all.

    Raises:
        InvalidInput: If the keys are asked for without a password, or it is too short.
        ConfigurationError: If the database or the keys cannot be read, or the file not written.
    """
    check_password(password)
    if has_keys and password is None:
        raise InvalidInput("keys_need_password", "the keys go into a backup only with --password")
    keys = _keys_of(settings) if has_keys else None
    engine = make_engine(settings.database_url, Cipher(settings.keys, hash_key=settings.secret_key))
    manifest = {
        "database": kind_of(settings.database_url),
        "revision": revision_of(engine),
        "created_at": now().isoformat(timespec="seconds"),
        "version": __version__,
        "keys": [name_of(key) for key in settings.keys],
    }
    engine.dispose()
    # Before anything leaves the house; so the copy tells of itself too.
    record_act(settings, Act.BACKED_UP, out, detail="with keys" if has_keys else "")
    # Beside the file, so that both are on the same disk, which the operator chose.
    with tempfile.TemporaryDirectory(prefix=".daleel-backup-", dir=file.absolute().parent) as folder:
        copy = Path(folder) / "database"
        copy_database(settings.database_url, copy)
        check_copy(str(manifest["database"]), copy)
        with private_file(file) as target:
            write_archive(target, copy, manifest, keys=keys, password=password)
    inside = "with the keys, encrypted" if has_keys else "without the keys: keep a copy of them in another place"
    out.print(f"Wrote {file} ({file.stat().st_size} bytes), {inside}.", markup=False)


def restore(environment: Mapping[str, str], file: Path, out: Console, *, is_forced: bool, password: str | None) -> int:
    """Put a backup in place of the database, and its keys where there are none; return the exit code.

    Raises:
        WrongState: If the backup is damaged, of another kind or version, or something would be overwritten or is in use.
        InvalidInput: If the password is missing or wrong.
        ConfigurationError: If the keys at hand do not open the data.
    """
    home = home_of(environment)
    with open_archive(file, password=password) as archive:
        settings = _settings(environment, home, archive)
        _check(settings, archive, is_forced=is_forced)
        folder_of_copy = home if kind_of(settings.database_url) == "postgresql" else _file(settings).parent
        folder_of_copy.mkdir(parents=True, exist_ok=True)
        # On the database's own disk, so that the last step is a rename.
        with tempfile.TemporaryDirectory(prefix=".daleel-restore-", dir=folder_of_copy) as folder:
            copy = Path(folder) / "database"
            archive.extract_database(copy)
            copy.chmod(0o600)
            check_copy(archive.manifest["database"], copy)
            _check_keys(settings, archive, copy)
            put_database(settings.database_url, copy)
        if archive.keys is not None:
            _restore_keys(home, archive.keys, out)
        record_act(settings, Act.RESTORED, out, detail=str(archive.manifest["created_at"]))
    out.print(f"Restored the backup of {archive.manifest['created_at']}. Now start the hotline: it migrates what is older.")
    out.print("It knows nothing of what came and went since the backup: see docs/operators/running.md.")
    return 0


def _keys_of(settings: Settings) -> str:
    path = settings.home / KEYS_FILE
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        # They come from the environment.
        return f"DALEEL_KEYS={','.join(settings.keys)}\nDALEEL_SECRET_KEY={settings.secret_key}\n"


def _settings(environment: Mapping[str, str], home: Path, archive: Archive) -> Settings:
    """Build the settings; on a new machine with the backup's own keys."""
    if archive.keys is None or environment.get("DALEEL_KEYS"):
        return load_settings(environment)
    lines = (line.partition("=") for line in archive.keys.splitlines() if not line.startswith("#"))
    inside = {name.strip(): value.strip().strip("\"'") for name, _, value in lines}
    return load_settings({**inside, **environment, "DALEEL_HOME": str(home)})


def _check(settings: Settings, archive: Archive, *, is_forced: bool) -> None:
    manifest = archive.manifest
    if manifest["database"] != kind_of(settings.database_url):
        raise WrongState("other_database", f"this is a backup of {manifest['database']}, and DATABASE_URL names another kind")
    if manifest["revision"] and not is_known_revision(manifest["revision"]):
        raise WrongState("newer_backup", "the backup is of a newer version of this hotline: upgrade first")
    if manifest["database"] == "sqlite" and not _file(settings).exists():
        return
    engine = make_engine(settings.database_url, Cipher(settings.keys, hash_key=settings.secret_key))
    try:
        if is_filled(engine):
            if not is_forced:
                raise WrongState("database_filled", "there is a database already; --force overwrites all that is in it")
            check_unused(engine)
    finally:
        engine.dispose()


def _check_keys(settings: Settings, archive: Archive, copy: Path) -> None:
    """Look whether the keys at hand open the data: in SQLite each value, elsewhere by the names of the keys."""
    names = {name_of(key) for key in settings.keys}
    if archive.manifest["database"] != "sqlite":
        if names.isdisjoint(archive.manifest["keys"]):
            raise ConfigurationError("keys_do_not_fit", "the keys at hand are not those of the backup; put its keys back first")
        return
    cipher = Cipher(tuple(settings.keys), hash_key=settings.secret_key)
    engine = make_engine(f"sqlite:///{copy}", cipher)
    left = count_unreadable(engine, cipher)
    engine.dispose()
    for rest in ("-wal", "-shm"):
        copy.with_name(copy.name + rest).unlink(missing_ok=True)
    if left:
        raise ConfigurationError(
            "keys_do_not_fit", f"the keys at hand do not open {left} values; put the backup's keys back first"
        )


def _restore_keys(home: Path, content: str, out: Console) -> None:
    path = home / KEYS_FILE
    if path.exists() and path.read_text(encoding="utf-8") == content:
        return
    if path.exists():
        out.print(f"{path} stays as it is; the backup's keys differ. Its data open with the keys that are there.", markup=False)
        return
    home.mkdir(parents=True, exist_ok=True)
    write_secret(path, content)
    out.print(f"Restored {path}.", markup=False)


def _file(settings: Settings) -> Path:
    return Path(make_url(settings.database_url).database or "")
