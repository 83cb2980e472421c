"""Pieces of work that come at the same moment share a transaction, and none suffers for another."""

from __future__ import annotations

import asyncio
import threading

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from bot.delivery.ledger import Ledger
from bot.delivery.together import Piece, Together, do_together
from bot.domain.contacts import Contact
from bot.storage import tables
from tests.builders import NOON
from tests.integration.worker_steps import PartsOver


class Counting(PartsOver):
    """Parts that note each transaction, and whether it is durable."""

    def __init__(self, database):
        super().__init__(database)
        self.transactions = []

    def unit_of_work(self, *, is_durable=False):
        self.transactions.append(is_durable)
        return super().unit_of_work()


@pytest.fixture
def parts(database):
    """Parts over the database."""
    return Counting(database)


def _add(contact_id, error=None):
    def add(uow):
        uow.contacts.add(Contact(id=contact_id, created_at=NOON))
        if error is not None:
            raise error
        uow.commit()
        return contact_id

    return add


def _count(database):
    with database.unit_of_work() as uow:
        return uow.session.execute(select(func.count()).select_from(tables.contact)).scalar_one()


def test_a_group_is_one_transaction_which_is_durable_if_one_piece_is(parts, database):
    pieces = [Piece(_add("b")), Piece(_add("a"), is_durable=True)]
    do_together(parts, pieces)
    assert [piece.outcome() for piece in pieces] == ["b", "a"]
    assert (parts.transactions, _count(database)) == ([True], 2)


def test_what_fails_fails_alone_and_leaves_nothing(parts, database):
    pieces = [Piece(_add("a")), Piece(_add("b", KeyError("b"))), Piece(_add("c"))]
    do_together(parts, pieces)
    assert (pieces[0].outcome(), pieces[2].outcome()) == ("a", "c")
    with pytest.raises(KeyError):
        pieces[1].outcome()
    assert _count(database) == 2


def test_pieces_that_cannot_be_stored_together_are_stored_apart(parts, database):
    pieces = [Piece(_add("a")), Piece(_add("a")), Piece(_add("b"))]
    do_together(parts, pieces)
    assert [piece.error is None for piece in pieces] == [True, False, True]
    assert _count(database) == 2


def test_a_database_that_is_away_is_not_waited_for_by_each_piece(parts):
    tries = []

    def away(uow):
        tries.append(1)
        raise OperationalError("", {}, Exception())

    pieces = [Piece(away) for _ in range(5)]
    do_together(parts, pieces)
    assert all(isinstance(piece.error, OperationalError) for piece in pieces)
    assert len(tries) == 2


def test_a_piece_sees_what_those_before_it_changed(parts):
    def read(uow):
        return uow.contacts.get("a").is_shared

    def change(uow):
        uow.contacts.get("a").is_shared = True
        uow.commit()

    do_together(parts, [Piece(_add("a"))])
    pieces = [Piece(read), Piece(change), Piece(read)]
    do_together(parts, pieces)
    assert [piece.outcome() for piece in pieces] == [False, None, True]


def test_what_a_piece_did_not_commit_is_forgotten(parts):
    def change(uow):
        uow.contacts.get("a").is_shared = True

    do_together(parts, [Piece(_add("a"))])
    pieces = [Piece(change, key="1"), Piece(_add("b"), key="2")]
    do_together(parts, pieces)
    read = Piece(lambda uow: uow.contacts.get("a").is_shared)
    do_together(parts, [read])
    assert read.outcome() is False


def test_threads_that_come_while_another_commits_share_the_next_transaction(parts, database):
    together, may_go_on, has_begun = Together(parts), threading.Event(), threading.Event()

    def slow(uow):
        has_begun.set()
        assert may_go_on.wait(10)
        return _add("slow")(uow)

    threads = [threading.Thread(target=together.do, args=(Piece(slow),))]
    threads[0].start()
    assert has_begun.wait(10)
    threads += [threading.Thread(target=together.do, args=(Piece(_add(name)),)) for name in "abc"]
    for thread in threads[1:]:
        thread.start()
    while len(together._waiting) < 3:
        pass
    may_go_on.set()
    for thread in threads:
        thread.join(10)
    assert (len(parts.transactions), _count(database)) == (2, 4)


def test_of_a_piece_that_was_never_done_nobody_is_told_that_it_is(parts):
    def end(uow):
        raise SystemExit

    taken_along, ending = Piece(_add("a"), key="2"), Piece(end, key="1")
    with pytest.raises(SystemExit):
        do_together(parts, [taken_along, ending])
    with pytest.raises(RuntimeError):
        taken_along.outcome()


async def test_the_ledger_does_in_one_transaction_what_waits_for_it(parts, database):
    ledger = Ledger(parts)
    outcomes = await asyncio.gather(
        *(ledger.do(_add(name)) for name in "abc"), ledger.do(_add("d", KeyError("d"))), return_exceptions=True
    )
    assert outcomes[:3] == ["a", "b", "c"]
    assert isinstance(outcomes[3], KeyError)
    assert _count(database) == 3
    assert len(parts.transactions) == 5
    ledger.close()


async def test_a_piece_that_nobody_waits_for_any_more_is_done_all_the_same(parts, database):
    ledger = Ledger(parts)
    waiting = asyncio.create_task(ledger.do(_add("a")))
    await asyncio.sleep(0)
    waiting.cancel()
    assert await ledger.do(_add("b")) == "b"
    assert _count(database) == 2
    ledger.close()
