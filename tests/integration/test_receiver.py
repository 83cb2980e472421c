"""What the webhooks bring is stored in one transaction each, also when two come at once."""

from __future__ import annotations

import pytest

from bot.delivery.receiver import StoringReceiver
from bot.domain.contacts import Channel, Provider
from bot.domain.deliveries import OutboundState
from bot.services.ports import DeliveryReport
from tests.builders import make_incoming
from tests.integration.database import in_threads
from tests.integration.worker_steps import PartsOver

SMS = {"provider": Provider.TWILIO, "channel": Channel.SMS, "address": "+218910000001"}


@pytest.fixture
def receiver(database):
    """The receiver over the database."""
    return StoringReceiver(PartsOver(database))


@pytest.fixture(params=[True, False], ids=["one process", "a process each"])
def any_receiver(request, database):
    """A function that gives the same receiver to everybody, or another one to each."""
    shared = StoringReceiver(PartsOver(database))
    return lambda: shared if request.param else StoringReceiver(PartsOver(database))


def test_the_same_message_at_the_same_moment_is_stored_once(any_receiver):
    # Nobody knows this person yet: contact, address and conversation are made at once, too.
    outcomes = in_threads(4, lambda: any_receiver().receive(make_incoming("hello", provider_id="SM1", **SMS)))
    assert len({message_id for message_id, _ in outcomes}) == 1
    assert sorted(is_new for _, is_new in outcomes) == [False, False, False, True]


def test_the_first_messages_of_a_person_at_the_same_moment_are_all_stored_for_one_contact(any_receiver, database):
    outcomes = in_threads(3, lambda: any_receiver().receive(make_incoming("hello", **SMS)))
    with database.unit_of_work() as uow:
        stored = [uow.messages.get(message_id) for message_id, _ in outcomes]
    assert [is_new for _, is_new in outcomes] == [True] * 3
    assert len({(m.contact_id, m.conversation_id) for m in stored}) == 1


@pytest.mark.parametrize("message_id", [None, "0a"])
def test_the_same_report_at_the_same_moment_is_stored_once(any_receiver, message_id):
    report = DeliveryReport(Provider.TWILIO, "SM9", OutboundState.DELIVERED, message_id=message_id)
    assert sorted(in_threads(4, lambda: any_receiver().report(report))) == [False, False, False, True]


def test_corrections_stops_and_resumes_reach_what_they_name(receiver, database):
    message_id, _ = receiver.receive(make_incoming("hlelo", message_ref="7", **SMS))
    assert receiver.correction(make_incoming("hello", message_ref="7", **SMS))
    receiver.stop(*SMS.values(), reason="blocked")
    with database.unit_of_work() as uow:
        assert uow.messages.get(message_id).text == "hello"
        assert uow.contacts.find_address(*SMS.values()).stop_reason == "blocked"
    receiver.resume(*SMS.values())
    with database.unit_of_work() as uow:
        assert uow.contacts.find_address(*SMS.values()).stopped_at is None
    repeated = make_incoming("again", provider_id="SM1", **SMS)
    assert [receiver.message(repeated), receiver.message(repeated)] == [True, False]
