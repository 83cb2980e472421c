"""Rows as things of the domain: one object for each row, changes that are written in time, errors without values."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from bot.domain.contacts import Contact
from bot.domain.conversations import Choice, Message
from bot.services.messages import receive_message
from bot.storage import tables
from bot.storage.prepared import Prepared
from bot.storage.rows import add, columns_of, many, read_again, write_changes
from bot.wiring import new_id, now
from tests.builders import NOON, make_incoming

WORDS = "we are hiding in Tajoura"
_SHARED = Prepared(select(*columns_of(Contact)).where(tables.contact.c.is_shared.is_(True)))


@pytest.fixture
def stored(database):
    """A database with one contact."""
    with database.unit_of_work() as uow:
        uow.contacts.add(Contact(id="a", created_at=NOON))
        uow.commit()
    return database


def _received(database, text):
    with database.unit_of_work() as uow:
        return receive_message(uow, make_incoming(text), clock=now, new_id=new_id)[0]


def test_a_row_is_one_object_however_it_is_asked_for(stored):
    with stored.unit_of_work() as uow:
        contact = uow.contacts.get("a")
        assert uow.contacts.get("a") is contact
        assert uow.session.execute(select(Contact)).scalar_one() is contact


def test_a_new_thing_is_the_object_that_later_queries_give(stored):
    with stored.unit_of_work() as uow:
        contact = Contact(id="b", created_at=NOON)
        uow.contacts.add(contact)
        contact.is_shared = True
        assert many(uow.session, _SHARED, Contact, {}) == [contact]
        uow.commit()
    with stored.unit_of_work() as uow:
        assert uow.contacts.get("b").is_shared


def test_what_was_changed_counts_in_the_next_query_and_is_rolled_back_without_a_commit(stored):
    with stored.unit_of_work() as uow:
        uow.contacts.get("a").is_shared = True
        assert [contact.id for contact in many(uow.session, _SHARED, Contact, {})] == ["a"]
    with stored.unit_of_work() as uow:
        assert many(uow.session, _SHARED, Contact, {}) == []


def test_a_change_is_written_once_and_a_change_back_not_at_all(stored):
    with stored.unit_of_work() as uow:
        contact = uow.contacts.get("a")
        contact.wrong_tries = 1
        contact.wrong_tries = 0
        contact.is_shared = True
        write_changes(uow.session)
        assert not uow.session.dirty
        uow.session.execute(update(tables.contact).values(is_shared=False, wrong_tries=7))
        write_changes(uow.session)
        assert read_again(uow.session, Contact, "a") is contact
        assert (contact.is_shared, contact.wrong_tries) == (False, 7)


def test_a_change_of_a_row_that_is_gone_is_an_error(stored):
    with stored.unit_of_work() as uow:
        contact = uow.contacts.get("a")
        uow.session.execute(tables.contact.delete())
        contact.is_shared = True
        with pytest.raises(StaleDataError):
            uow.commit()


def test_what_is_encrypted_or_has_a_type_of_its_own_comes_back_as_it_was(database):
    message_id = _received(database, WORDS)
    with database.unit_of_work() as uow:
        message = uow.messages.get(message_id)
        message.choices, message.confidence, message.sequence = (Choice("helped_yes", "Oui"),), 0.25, 2**40
        uow.commit()
    with database.unit_of_work() as uow:
        prepared = uow.messages.get(message_id)
        values = dict(vars(prepared))
        uow.session.expunge_all()
        mapped = uow.session.execute(select(Message)).scalar_one()
    assert mapped == prepared
    assert (values["text"], values["choices"], values["confidence"]) == (WORDS, (Choice("helped_yes", "Oui"),), 0.25)
    assert values["created_at"].tzinfo is not None


def test_an_error_is_sqlalchemys_and_tells_no_value(stored):
    with stored.unit_of_work() as uow, pytest.raises(IntegrityError) as caught:
        add(uow.session, Contact(id="a", created_at=NOON))
    assert NOON.isoformat(" ")[:10] not in str(caught.value)


def test_a_value_that_is_missing_is_an_error(stored):
    by_id = Prepared(select(tables.contact.c.id).where(tables.contact.c.id.in_(["a", "b"])))
    with stored.unit_of_work() as uow:
        assert by_id.rows(uow.session, {}) == [("a",)]
        with pytest.raises(KeyError):
            add(uow.session, object.__new__(Contact))
