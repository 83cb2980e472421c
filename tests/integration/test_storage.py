"""The repositories on SQLite and on a real PostgreSQL: the same promises on both."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.domain.cases import URGENCY, CaseKind, QueueState
from bot.domain.contacts import Channel, Provider
from bot.domain.conversations import Choice, Direction, Message, MessageKind
from bot.domain.errors import ConfigurationError, NotFound, WrongState
from bot.domain.staff import Grant, Role
from bot.services.cases import list_waiting_cases, open_case
from bot.services.messages import IncomingMedia, receive_message
from bot.services.turns import Reply, Understood, finish_turn, next_turn
from bot.storage import tables
from bot.storage.cipher import Cipher, new_key
from bot.storage.engine import check_connection, make_engine
from bot.storage.migrate import downgrade, migrate
from bot.storage.seed import seed_directory
from bot.storage.unit_of_work import SqlUnitOfWork
from bot.wiring import new_id
from tests.builders import NOON, make_case, make_incoming, make_message
from tests.fakes import FakeClock
from tests.integration.database import in_threads, stored_bytes

SECRET_TEXT = "We are hiding in the blue house نحن هنا"
SECRET_ADDRESS = "+218910000042"


def _receive(database, words="hello", **changes):
    with database.unit_of_work() as uow:
        return uow.messages.get(receive_message(uow, make_incoming(words, **changes), clock=FakeClock(), new_id=new_id)[0])


def _fill(database):
    """A conversation with a reply, a case and the directory."""
    message = _receive(database, SECRET_TEXT, address=SECRET_ADDRESS, channel=Channel.SMS)
    with database.unit_of_work() as uow:
        turn = next_turn(uow, message.contact_id)
        replies = [Reply("greet", "Hello", (Choice("menu", "القائمة"),), 1)]
        understood = Understood("ar", True, "greet", "answer", 0.9)
        finish_turn(uow, turn, understood=understood, replies=replies, clock=FakeClock(), new_id=new_id)
    with database.unit_of_work() as uow:
        open_case(
            uow, topic="emergency_sea", contact_id=message.contact_id, conversation_id=message.conversation_id,
            message_id=message.id, clock=FakeClock(), new_id=new_id,
        )  # fmt: skip
    return message


# Transactions


def test_what_was_committed_stays(database):
    message = _receive(database, SECRET_TEXT)
    with database.unit_of_work() as uow:
        found = uow.messages.get(message.id)
    assert (found.text, found.created_at, found.direction) == (SECRET_TEXT, NOON, Direction.INBOUND)
    assert found.created_at.utcoffset() == timedelta(0)


def test_leaving_without_commit_rolls_back(database):
    message = _receive(database)
    with database.unit_of_work() as uow:
        uow.messages.add(make_message(id="lost", contact_id=message.contact_id, conversation_id=message.conversation_id))
        uow.messages.get(message.id).text = "changed"
    with database.unit_of_work() as uow:
        assert uow.messages.get(message.id).text == "hello"
        with pytest.raises(NotFound):
            uow.messages.get("lost")


def test_an_error_rolls_back(database):
    message = _receive(database)
    with pytest.raises(RuntimeError), database.unit_of_work() as uow:
        uow.messages.get(message.id).text = "changed"
        raise RuntimeError
    with database.unit_of_work() as uow:
        assert uow.messages.get(message.id).text == "hello"


def test_a_naive_time_is_refused(database):
    message = _receive(database)
    with pytest.raises(Exception, match="naive"), database.unit_of_work() as uow:
        uow.messages.get(message.id).created_at = NOON.replace(tzinfo=None)
        uow.commit()


# Encryption


def test_texts_and_addresses_are_never_stored_in_clear(database):
    _fill(database)
    stored = stored_bytes(database)
    assert b"hotline_case" in stored or b"emergency_sea" in stored  # the search looks at the right bytes
    for secret in (SECRET_TEXT, SECRET_ADDRESS, "blue house", "نحن هنا", "910000042"):
        assert secret.encode() not in stored


def test_an_address_is_found_by_its_hash(database):
    message = _fill(database)
    with database.unit_of_work() as uow:
        found = uow.contacts.find_address(Provider.SIMULATOR, Channel.SMS, SECRET_ADDRESS)
        assert (found.contact_id, found.address) == (message.contact_id, SECRET_ADDRESS)
        assert uow.contacts.find_address(Provider.SIMULATOR, Channel.TELEGRAM, SECRET_ADDRESS) is None


def test_after_a_key_rotation_old_text_is_read_and_new_text_uses_the_new_key(database):
    old = _receive(database, SECRET_TEXT)
    newer = new_key()
    rotated = database.with_keys((newer, *database.keys))
    with rotated.unit_of_work() as uow:
        assert uow.messages.get(old.id).text == SECRET_TEXT
    fresh = _receive(rotated, "after the rotation")
    with database.with_keys((newer,)).unit_of_work() as uow:
        assert uow.messages.get(fresh.id).text == "after the rotation"
    # The same person is still known: the look-up hash does not rotate.
    assert fresh.contact_id == old.contact_id


def test_a_wrong_key_is_said_in_one_line(database):
    message = _receive(database)
    with pytest.raises(ConfigurationError) as caught, database.with_keys((new_key(),)).unit_of_work() as uow:
        uow.messages.get(message.id)
    assert "DALEEL_KEYS" in caught.value.detail
    assert "\n" not in caught.value.detail


@pytest.mark.parametrize("keys", [(), ("no key",), ("",)])
def test_what_is_no_key_is_a_configuration_error(keys):
    with pytest.raises(ConfigurationError):
        Cipher(keys, hash_key="x")


# The inbox


def test_a_webhook_repeated_at_the_same_moment_is_stored_once(database):
    _receive(database)  # the contact is known, so that only the message itself can be doubled
    outcomes = in_threads(4, lambda: _receive(database, "twice", provider_id="same"))
    stored = [outcome for outcome in outcomes if isinstance(outcome, Message)]
    assert stored
    # A loser is refused by the database; the provider repeats it and then gets the first one.
    assert all(isinstance(outcome, (Message, IntegrityError)) or "locked" in str(outcome) for outcome in outcomes)
    assert len({message.id for message in stored}) == 1
    with database.unit_of_work() as uow:
        texts = [m.text for m in uow.session.execute(select(Message)).scalars()]
    assert texts.count("twice") == 1
    assert _receive(database, "twice", provider_id="same").id == stored[0].id


def test_messages_are_taken_in_the_order_of_their_arrival(database):
    first = _receive(database, "one")
    _receive(database, "two")
    other = _receive(database, "three", address="sim:bilal")
    with database.unit_of_work() as uow:
        assert uow.messages.contacts_waiting(limit=10) == [first.contact_id, other.contact_id]
        assert uow.messages.contacts_waiting(limit=1) == [first.contact_id]
        assert uow.messages.next_received(first.contact_id).text == "one"


def test_a_lease_excludes_a_second_owner_until_it_expires_or_is_given_back(database):
    contact_id = _receive(database).contact_id

    def lease(owner, at):
        with database.unit_of_work() as uow:
            taken = uow.contacts.lease(contact_id, owner=owner, until=at + timedelta(seconds=20), now=at)
            uow.commit()
            return taken

    assert lease("one", NOON)
    assert not lease("two", NOON + timedelta(seconds=19))
    assert lease("one", NOON + timedelta(seconds=10))  # renewed
    assert not lease("two", NOON + timedelta(seconds=29))
    assert lease("two", NOON + timedelta(seconds=31))
    with database.unit_of_work() as uow:
        uow.contacts.release(contact_id, owner="one")  # not theirs any more
        uow.commit()
    assert not lease("one", NOON + timedelta(seconds=32))
    with database.unit_of_work() as uow:
        uow.contacts.release(contact_id, owner="two")
        uow.commit()
    assert lease("one", NOON + timedelta(seconds=32))


def test_a_lease_from_before_the_clock_jumped_back_excludes_nobody(database):
    contact_id = _receive(database).contact_id
    with database.unit_of_work() as uow:
        assert uow.contacts.lease(contact_id, owner="one", until=NOON + timedelta(seconds=20), now=NOON)
        uow.commit()
    earlier = NOON - timedelta(hours=3)
    with database.unit_of_work() as uow:
        assert uow.contacts.lease(contact_id, owner="two", until=earlier + timedelta(seconds=20), now=earlier)
        uow.commit()
        # Now it is a lease like any other.
        assert not uow.contacts.lease(contact_id, owner="one", until=earlier + timedelta(seconds=21), now=earlier)


def test_of_two_owners_at_the_same_moment_one_gets_the_lease(database):
    contact_id = _receive(database).contact_id
    owners = iter(range(9))

    def lease():
        owner = str(next(owners))
        with database.unit_of_work() as uow:
            taken = uow.contacts.lease(contact_id, owner=owner, until=NOON + timedelta(seconds=20), now=NOON)
            uow.commit()
            return taken

    assert in_threads(4, lease).count(True) == 1


def test_of_two_processes_that_finish_a_turn_one_gives_the_reply(database):
    message = _receive(database)
    with database.unit_of_work() as uow:
        turn = next_turn(uow, message.contact_id)
    understood = Understood("en", False, "greet", "answer", 1.0)

    def finish():
        with database.unit_of_work() as uow:
            finish_turn(uow, turn, understood=understood, replies=[Reply("greet", "Hi")], clock=FakeClock(), new_id=new_id)

    outcomes = in_threads(4, finish)
    assert outcomes.count(None) == 1
    assert all(outcome is None or isinstance(outcome, WrongState) for outcome in outcomes)
    with database.unit_of_work() as uow:
        assert len(uow.messages.in_conversation(message.conversation_id, after=0)) == 2


# The outbox


def test_choices_and_order_survive_storage(database):
    message = _fill(database)
    with database.unit_of_work() as uow:
        offered = uow.messages.latest_choices(message.conversation_id)
        assert offered.choices == (Choice("menu", "القائمة"),)
        said = uow.messages.in_conversation(message.conversation_id, after=0)
        assert [m.direction for m in said] == [Direction.INBOUND, Direction.OUTBOUND]
        assert uow.messages.in_conversation(message.conversation_id, after=said[-1].position) == []


# Media, corrections, the provider's order


def test_media_are_kept_with_their_message_and_their_reference_is_encrypted(database):
    media = (IncomingMedia("image/jpeg", 1000, "AgACAgQ-secret-file"), IncomingMedia("", None, "another-file"))
    message = _receive(database, kind=MessageKind.PHOTO, media=media)
    with database.unit_of_work() as uow:
        kept = uow.messages.media_of(message.id)
        assert {(m.content_type, m.size, m.reference) for m in kept} == {
            ("image/jpeg", 1000, "AgACAgQ-secret-file"),
            ("", None, "another-file"),
        }
        assert uow.messages.get_media(kept[0].id).message_id == message.id
        with pytest.raises(NotFound):
            uow.messages.get_media("nowhere")
    assert b"secret-file" not in stored_bytes(database)


def test_the_providers_order_counts_and_may_outgrow_32_bits(database):
    late = _receive(database, "second", sequence=2**40 + 1)
    _receive(database, "first", sequence=2**40)
    with database.unit_of_work() as uow:
        assert uow.messages.next_received(late.contact_id).text == "first"


def test_a_message_is_found_by_its_own_id_at_the_provider_in_its_conversation(database):
    here, there = _receive(database, message_ref="7"), _receive(database, message_ref="7", address="sim:bilal")
    with database.unit_of_work() as uow:
        assert uow.messages.find_by_provider_id(here.conversation_id, "7").id == here.id
        assert uow.messages.find_by_provider_id(there.conversation_id, "7").id == there.id
        assert uow.messages.find_by_provider_id(there.conversation_id, "8") is None


def test_a_mark_is_kept_and_moved(database):
    with database.unit_of_work() as uow:
        assert uow.marks.get("caught_up_twilio") is None
        uow.marks.set("caught_up_twilio", NOON)
        uow.commit()
    with database.unit_of_work() as uow:
        uow.marks.set("caught_up_twilio", NOON + timedelta(hours=1))
        uow.commit()
    with database.unit_of_work() as uow:
        assert uow.marks.get("caught_up_twilio") == NOON + timedelta(hours=1)


# Cases, directory


def test_cases_are_listed_by_urgency_then_age_and_by_what_a_role_sees(database):
    message = _receive(database)
    kinds = [CaseKind.QUESTION, CaseKind.RETURN, CaseKind.PROTECTION, CaseKind.COMPLAINT, CaseKind.DETENTION]
    with database.unit_of_work() as uow:
        for number, (priority, kind) in enumerate(zip([*reversed(URGENCY), URGENCY[0]], kinds)):
            case = make_case(
                priority, id=str(number), kind=kind, reference=f"R-0000{number}-0", contact_id=message.contact_id,
                conversation_id=message.conversation_id, opened_at=NOON + timedelta(minutes=number),
            )  # fmt: skip
            uow.cases.add(case)
        uow.commit()
        assert [c.id for c in list_waiting_cases(uow, [Role.SUPERVISOR])] == ["4", "2", "1", "0"]
        assert [c.id for c in list_waiting_cases(uow, [Grant.COMPLAINTS])] == ["3"]
        assert [c.id for c in list_waiting_cases(uow, [Role.CASEWORKER])] == ["4", "1", "0"]
        assert list_waiting_cases(uow, [Role.AUDITOR]) == []
        uow.cases.find_open(message.contact_id, CaseKind.DETENTION).queue_state = QueueState.RESOLVED
        uow.commit()
        assert uow.cases.find_open(message.contact_id, CaseKind.DETENTION) is None
        assert uow.cases.find_by_reference("R-00000-0") is not None
        assert uow.cases.find_by_reference("R-00009-9") is None
        assert len(uow.cases.of_contact(message.contact_id)) == 5


def test_a_new_directory_is_filled_once_and_nothing_in_it_is_told_yet(database):
    with database.unit_of_work() as uow:
        assert seed_directory(uow) > 0
        assert seed_directory(uow) == 0
        assert [entry.id for entry in uow.directory.all() if entry.is_shown(NOON)] == []


def test_only_active_staff_on_duty_count(database):
    with database.engine.begin() as connection:
        for number, (active, on_duty) in enumerate([(True, True), (True, False), (False, True)]):
            connection.execute(
                tables.staff.insert().values(
                    email=f"{number}@example.org", name="", active=active, is_on_duty=on_duty,
                    fs_uniquifier=str(number), created_at=NOON,
                )
            )  # fmt: skip
    with database.unit_of_work() as uow:
        assert uow.duty.count() == 1


# Migrations


def test_a_filled_database_goes_down_and_up_again(database):
    _fill(database)
    downgrade(database.engine, "base")
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    migrate(database.engine)
    _fill(database)
    with Session(database.engine, future=True) as session:
        assert session.execute(select(func.count()).select_from(tables.message)).scalar_one() == 2


def test_what_was_stored_before_the_channels_came_is_kept_by_their_migration_up_and_down(database):
    message = _fill(database)
    downgrade(database.engine, "0001")
    names = {column["name"] for column in inspect(database.engine).get_columns("message")}
    assert "claim_owner" not in names
    assert not {"media", "delivery_report"} & set(inspect(database.engine).get_table_names())
    migrate(database.engine)
    with database.unit_of_work() as uow:
        said = uow.messages.in_conversation(message.conversation_id, after=0)
        assert [(m.text, m.resends, m.template, m.erased_at) for m in said] == [
            (SECRET_TEXT, 0, None, None),
            ("Hello", 0, None, None),
        ]
        # What waited in the outbox is still to be sent.
        assert [uow.messages.get(r.message_id).text for r in uow.outbox.ready(NOON, limit=5)] == ["Hello"]
    # Foreign keys are checked as before.
    with pytest.raises(IntegrityError), database.unit_of_work() as uow:
        uow.messages.add(make_message())


def test_migrating_twice_changes_nothing(database):
    message = _fill(database)
    migrate(database.engine)
    with database.unit_of_work() as uow:
        assert uow.messages.get(message.id).text == SECRET_TEXT


def test_the_migrated_schema_is_the_one_in_the_code(database):
    inspector = inspect(database.engine)
    for table in tables.metadata.sorted_tables:
        found = {column["name"]: column["nullable"] for column in inspector.get_columns(table.name)}
        assert found == {column.name: bool(column.nullable) for column in table.columns}, table.name
        indexes = {index["name"] for index in inspector.get_indexes(table.name)}
        assert {index.name for index in table.indexes} <= indexes, table.name


# Addresses that do not work


@pytest.mark.parametrize("url", ["", "nonsense", "sqlite//x", "martian://host/name"])
def test_an_address_that_is_none_is_a_configuration_error(url):
    with pytest.raises(ConfigurationError) as caught:
        make_engine(url, Cipher((new_key(),), hash_key="x"))
    assert "DATABASE_URL" in caught.value.detail


def test_an_address_that_is_none_never_shows_its_password():
    with pytest.raises(ConfigurationError) as caught:
        make_engine("martian://amal:pass-word@host/name", Cipher((new_key(),), hash_key="x"))
    assert "pass-word" not in str(caught.value)


def test_an_unreadable_database_file_is_said_in_one_line(tmp_path):
    (tmp_path / "daleel.db").write_bytes(b"this is no database, and long enough to be looked at" * 40)
    engine = make_engine(f"sqlite:///{tmp_path / 'daleel.db'}", Cipher((new_key(),), hash_key="x"))
    for use in (check_connection, migrate):
        with pytest.raises(ConfigurationError) as caught:
            use(engine)
        assert "database" in caught.value.detail
        assert "\n" not in caught.value.detail


def test_a_folder_that_cannot_be_made_is_a_configuration_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError):
        make_engine(f"sqlite:///{tmp_path / 'file' / 'daleel.db'}", Cipher((new_key(),), hash_key="x"))


def test_sqlite_survives_a_killed_process_and_checks_foreign_keys(tmp_path):
    cipher = Cipher((new_key(),), hash_key="x")
    engine = make_engine(f"sqlite:///{tmp_path / 'daleel.db'}", cipher)
    migrate(engine)
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    with pytest.raises(IntegrityError), SqlUnitOfWork(engine, cipher) as uow:
        uow.messages.add(make_message())
    engine.dispose()
