"""One transaction over all repositories."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from bot.domain.opening_hours import ALWAYS_OPEN, OpeningHours
from bot.storage.answers import SqlAnswerMarks
from bot.storage.audit import SqlAudit
from bot.storage.canned_replies import SqlCannedReplies
from bot.storage.cipher import Cipher
from bot.storage.contacts import SqlContacts, SqlConversations
from bot.storage.counts import SqlCounts
from bot.storage.dashboard import SqlDashboard
from bot.storage.forms import SqlForms, SqlRequests
from bot.storage.messages import SqlMessages
from bot.storage.outbox import SqlOutbox
from bot.storage.people import SqlPeople
from bot.storage.privacy import SqlPrivacy
from bot.storage.queue import SqlQueue
from bot.storage.repositories import SqlCases, SqlDirectory, SqlDuty, SqlMarks
from bot.storage.request_list import SqlRequestLists
from bot.storage.retention import SqlRetention
from bot.storage.rows import write_changes
from bot.storage.thread import SqlPresences, SqlThreads
from bot.storage.training_labels import SqlTrainingLabels
from bot.storage.views import SqlSavedViews


class SqlUnitOfWork:
    """A session with the repositories on it; leaving it without ``commit`` rolls back.

    Args:
        engine: From ``bot.storage.engine.make_engine``.
        cipher: For the keyed hashes of addresses, and the seals of the audit log.
        hours: When the office is open.
    """

    def __init__(self, engine: Engine, cipher: Cipher, hours: OpeningHours = ALWAYS_OPEN) -> None:
        self._engine = engine
        self._hours = hours
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
        self.duty = SqlDuty(self.session, self._hours)
        self.audit = SqlAudit(self.session, self._cipher)
        self.counts = SqlCounts(self.session)
        self.dashboard = SqlDashboard(self.session)
        self.queue = SqlQueue(self.session)
        self.views = SqlSavedViews(self.session)
        self.threads = SqlThreads(self.session)
        self.presences = SqlPresences(self.session)
        self.people = SqlPeople(self.session)
        self.request_lists = SqlRequestLists(self.session, self._cipher)
        self.canned_replies = SqlCannedReplies(self.session)
        self.training = SqlTrainingLabels(self.session)
        self.answer_marks = SqlAnswerMarks(self.session)
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
