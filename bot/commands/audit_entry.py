"""What the command line does to all data at once, for the audit log: no staff member did it."""

from __future__ import annotations

from rich.console import Console
from sqlalchemy.exc import SQLAlchemyError

from bot.domain.audit import Act
from bot.settings import Settings
from bot.storage.audit import has_log
from bot.storage.cipher import Cipher
from bot.storage.engine import make_engine
from bot.storage.unit_of_work import SqlUnitOfWork
from bot.wiring import now


def record_act(settings: Settings, act: Act, out: Console, *, detail: str, keys: tuple[str, ...] | None = None) -> None:
    """Record an act for good, in a database that has an audit log already.

    A database that takes nothing any more, on a full disk for example, must not keep anybody from making a backup: then it
    is said that nothing was recorded.

    Args:
        detail: Names of keys or a moment; never personal data.
        keys: What the detail is encrypted with, where it is not with those of the settings.
    """
    cipher = Cipher(keys or settings.keys, hash_key=settings.secret_key)
    engine = make_engine(settings.database_url, cipher)
    try:
        if has_log(engine):
            with SqlUnitOfWork(engine, cipher) as uow:
                uow.audit.add(act, staff_id=None, at=now(), detail=detail)
                uow.commit()
    except SQLAlchemyError as error:
        out.print(f"The audit log could not be written ({type(error).__name__}): nothing was recorded there.", markup=False)
    finally:
        engine.dispose()
