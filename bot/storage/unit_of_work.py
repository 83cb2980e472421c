"""One transaction over all repositories."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from bot.storage.cipher import Cipher
from bot.storage.contacts import SqlContacts, SqlConversations
from bot.storage.forms import SqlForms, SqlRequests
from bot.storage.messages import SqlMessages
from bot.storage.outbox import SqlOutbox
from bot.storage.privacy import SqlPrivacy
from bot.storage.repositories import SqlCases, SqlDirectory, SqlDuty, SqlMarks
from bot.storage.retention import SqlRetention
from bot.storage.rows import write_changes


class SqlUnitOfWork:
    """A session with the repositories on it; leaving it without ``commit`` rolls back.

    Args:
        engine: From ``bot.storage.engine.make_engine``.
        cipher: For the keyed hashes of addresses.
    """

    def __init__(self, engine: Engine, cipher: Cipher) -> None:
        self._engine = engine
        self._cipher = cipher
        self._is_part = False

    def __enter__(self) -> SqlUnitOfWork:
        self.session = Session(self._engine, future=True, expire_on_commit=False)
        self.contacts = SqlContacts(self.session, self._cipher)
        self.conversations = SqlConversations(self.session)
        self.messages = SqlMessages(self.session)
        self.outbox = SqlOutbox(self.session)
        self.marks = SqlMarks(self.session)
        self.cases = SqlCases(self.session)
        self.forms = SqlForms(self.session)
        self.requests = SqlRequests(self.session, self._cipher)
        self.privacy = SqlPrivacy(self.session)
        self.retention = SqlRetention(self.session)
        self.directory = SqlDirectory(self.session)
        self.duty = SqlDuty(self.session)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Closing rolls back what was not committed; objects that were read stay readable.
        self.session.close()

    def commit(self) -> None:
        """Make everything since the last commit permanent; within a ``part``, leave that to the whole."""
        write_changes(self.session)
        if self._is_part:
            self.session.flush()
        else:
            self.session.commit()

    @contextmanager
    def part(self) -> Iterator[SqlUnitOfWork]:
        """Do one of several pieces of work in this transaction.

        What the piece read is forgotten at its end, so that the next one sees every row as it is then.
        """
        self._is_part = True
        try:
            yield self
        finally:
            self._is_part = False
            self.session.expunge_all()
            self.session.info.clear()
