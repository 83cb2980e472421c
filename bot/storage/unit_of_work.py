"""One transaction over all repositories."""

from __future__ import annotations

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


class SqlUnitOfWork:
    """A session with the repositories on it; leaving it without ``commit`` rolls back.

    Args:
        engine: From ``bot.storage.engine.make_engine``.
        cipher: For the keyed hashes of addresses.
    """

    def __init__(self, engine: Engine, cipher: Cipher) -> None:
        self._engine = engine
        self._cipher = cipher

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
        """Make everything since the last commit permanent."""
        self.session.commit()
