"""The services over fakes: inbox, turns, outbox, cases, directory."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest

from bot.domain.cases import CaseKind, Priority, QueueState
from bot.domain.contacts import Provider
from bot.domain.conversations import MAX_TEXT_LENGTH, Choice, Direction, OutboundState
from bot.domain.errors import InvalidInput, NotFound, Rejected, TryLater, Unreachable, WrongState
from bot.domain.staff import Role
from bot.services.cases import list_waiting_cases, open_case
from bot.services.directory import MAX_SHOWN, entries_to_tell, take_back_entry, verify_entry
from bot.services.messages import receive_message
from bot.services.outbox import MAX_ATTEMPTS, send_due_messages
from bot.services.turns import LEASE, Reply, Understood, finish_turn, lease_contact, next_turn, release_contact
from tests.builders import NOON, make_address, make_conversation, make_entry, make_incoming, make_message
from tests.fakes import CountingIds, FakeClient, FakeClock, InMemoryUnitOfWork

REPLY = Reply("return_cost", "It is free.")
UNDERSTOOD = Understood("fr", False, "return_cost", "answer", 0.8)


@pytest.fixture
def hotline():
    """A unit of work, a clock and ids, with the use cases bound to them."""
    uow, clock, new_id = InMemoryUnitOfWork(), FakeClock(), CountingIds()

    def receive(text="hello", **changes):
        return receive_message(uow, make_incoming(text, **changes), clock=clock, new_id=new_id)

    def finish(turn, *, understood=UNDERSTOOD, replies=(REPLY,)):
        finish_turn(uow, turn, understood=understood, replies=replies, clock=clock, new_id=new_id)

    def open_for(message, topic):
        return open_case(
            uow, topic=topic, contact_id=message.contact_id, conversation_id=message.conversation_id,
            message_id=message.id, clock=clock, new_id=new_id,
        )  # fmt: skip

    return SimpleNamespace(uow=uow, clock=clock, receive=receive, finish=finish, open_for=open_for)


def _outbound(uow):
    return [m for m in uow.messages.rows.values() if m.direction is Direction.OUTBOUND]


# The inbox


def test_a_repeated_webhook_is_stored_once(hotline):
    first, is_new = hotline.receive(provider_id="7")
    again, is_new_again = hotline.receive("hello, repeated", provider_id="7")
    assert (is_new, is_new_again) == (True, False)
    assert again is first
    assert len(hotline.uow.messages.rows) == 1


def test_the_same_id_of_another_provider_is_another_message(hotline):
    hotline.receive(provider_id="7")
    assert hotline.receive(provider_id="7", provider=Provider.TELEGRAM)[1]


def test_a_person_who_writes_again_is_the_same_contact_in_the_same_conversation(hotline):
    first, _ = hotline.receive()
    second, _ = hotline.receive()
    assert (second.contact_id, second.conversation_id) == (first.contact_id, first.conversation_id)


def test_another_address_is_another_contact(hotline):
    assert hotline.receive()[0].contact_id != hotline.receive(address="sim:bilal")[0].contact_id


def test_a_message_is_committed_before_it_is_acknowledged(hotline):
    hotline.receive()
    assert hotline.uow.commits == 1


def test_a_very_long_text_is_cut(hotline):
    assert len(hotline.receive("x" * 9999)[0].text) == MAX_TEXT_LENGTH


def test_who_writes_again_wants_messages_again(hotline):
    hotline.receive()
    (address,) = hotline.uow.contacts.addresses.values()
    address.stop(NOON)
    hotline.receive()
    assert address.stopped_at is None


# Turns


def test_messages_of_a_contact_are_taken_in_order(hotline):
    first, _ = hotline.receive("first")
    hotline.receive("second")
    turn = next_turn(hotline.uow, first.contact_id)
    hotline.finish(turn)
    assert [turn.text, next_turn(hotline.uow, first.contact_id).text] == ["first", "second"]


def test_a_turn_finished_twice_is_refused_and_gives_no_second_reply(hotline):
    message, _ = hotline.receive()
    turn = next_turn(hotline.uow, message.contact_id)
    hotline.finish(turn)
    commits = hotline.uow.commits
    with pytest.raises(WrongState):
        hotline.finish(turn)
    assert len(_outbound(hotline.uow)) == 1
    assert hotline.uow.commits == commits


def test_a_finished_turn_stores_what_was_understood_and_its_replies(hotline):
    message, _ = hotline.receive()
    choices = (Choice("helped_yes", "Oui"),)
    hotline.finish(next_turn(hotline.uow, message.contact_id), replies=[Reply("return_cost", "Gratuit", choices, 1)])
    (reply,) = _outbound(hotline.uow)
    assert (message.topic, message.decision, message.confidence) == ("return_cost", "answer", 0.8)
    assert (reply.answer_id, reply.choices, reply.sms_parts, reply.reply_to_id) == ("return_cost", choices, 1, message.id)
    assert hotline.uow.conversations.get(message.conversation_id).language == "fr"


def test_the_next_turn_knows_what_was_offered_last(hotline):
    message, _ = hotline.receive()
    offer = Reply("menu", "Menu", (Choice("talk_to_human", "A person"),))
    hotline.finish(next_turn(hotline.uow, message.contact_id), replies=[offer, Reply("case_opened_off_duty", "Noted")])
    hotline.receive("1")
    assert next_turn(hotline.uow, message.contact_id).offered == offer.choices


def test_stop_messages_marks_the_address(hotline):
    message, _ = hotline.receive("stop")
    understood = Understood("en", False, "stop_messages", "answer", 0.9)
    hotline.finish(next_turn(hotline.uow, message.contact_id), understood=understood)
    (address,) = hotline.uow.contacts.addresses.values()
    assert address.stopped_at == NOON


def test_a_contact_is_handled_by_one_process_at_a_time(hotline):
    uow, clock = hotline.uow, hotline.clock
    assert lease_contact(uow, "c", owner="one", clock=clock)
    assert lease_contact(uow, "c", owner="one", clock=clock)
    assert not lease_contact(uow, "c", owner="two", clock=clock)
    clock.advance(seconds=LEASE.total_seconds() + 1)
    assert lease_contact(uow, "c", owner="two", clock=clock)
    release_contact(uow, "c", owner="one")  # not theirs any more
    assert not lease_contact(uow, "c", owner="one", clock=clock)


# The outbox


def _fill_outbox(uow, *texts, conversation="conversation"):
    address = make_address(id=f"address of {conversation}")
    uow.contacts.add_address(address)
    uow.conversations.add(make_conversation(id=conversation, channel_address_id=address.id))
    for text in texts:
        uow.messages.add(make_message(Direction.OUTBOUND, text=text, conversation_id=conversation))


def _send(uow, client, clock):
    return send_due_messages(uow, {Provider.SIMULATOR: client}, clock=clock)


def test_replies_are_sent_in_order_and_once(hotline):
    _fill_outbox(hotline.uow, "one", "two", "three")
    client = FakeClient()
    _send(hotline.uow, client, hotline.clock)
    counts = _send(hotline.uow, client, hotline.clock)
    assert client.taken == ["one", "two", "three"]
    assert counts == {"sent": 0, "postponed": 0, "failed": 0}


def test_a_message_that_must_wait_holds_back_its_conversation_only(hotline):
    _fill_outbox(hotline.uow, "one", "two")
    _fill_outbox(hotline.uow, "other", conversation="elsewhere")
    client = FakeClient({"one": TryLater("busy", after=5)})
    assert _send(hotline.uow, client, hotline.clock) == {"sent": 1, "postponed": 1, "failed": 0}
    # Before its time nothing moves; at its time both go, in order.
    client.errors.clear()
    assert _send(hotline.uow, client, hotline.clock)["sent"] == 0
    hotline.clock.advance(seconds=5)
    _send(hotline.uow, client, hotline.clock)
    assert client.taken == ["other", "one", "two"]


def test_pauses_grow_and_end_after_the_last_attempt(hotline):
    _fill_outbox(hotline.uow, "one", "two")
    client = FakeClient({"one": TryLater("busy", after=5)})
    pauses = []
    for _ in range(MAX_ATTEMPTS):
        _send(hotline.uow, client, hotline.clock)
        first, _second = _outbound(hotline.uow)
        if first.state == OutboundState.QUEUED.value:
            pauses.append((first.next_attempt_at - hotline.clock()).total_seconds())
            hotline.clock.time = first.next_attempt_at
    assert pauses == [5 * 2**n for n in range(MAX_ATTEMPTS - 1)]
    assert (first.state, first.failure) == (OutboundState.FAILED.value, "busy")
    assert client.taken == ["two"]


@pytest.mark.parametrize("error", [Rejected("too_long"), Unreachable("blocked")])
def test_a_refused_message_fails_at_once_and_holds_nothing_back(hotline, error):
    _fill_outbox(hotline.uow, "one", "two")
    assert _send(hotline.uow, FakeClient({"one": error}), hotline.clock) == {"sent": 1, "postponed": 0, "failed": 1}
    assert _outbound(hotline.uow)[0].failure == error.code


def test_a_clients_fault_holds_back_only_the_conversation_that_met_it(hotline):
    _fill_outbox(hotline.uow, "one", "two")
    _fill_outbox(hotline.uow, "other", conversation="elsewhere")
    client = FakeClient({"one": RuntimeError("a bug")})
    assert _send(hotline.uow, client, hotline.clock) == {"sent": 1, "postponed": 1, "failed": 0}
    assert client.taken == ["other"]


def test_a_message_for_a_channel_that_is_off_fails(hotline):
    _fill_outbox(hotline.uow, "one")
    assert send_due_messages(hotline.uow, {}, clock=hotline.clock)["failed"] == 1


def test_each_outcome_is_committed_by_itself(hotline):
    _fill_outbox(hotline.uow, "one", "two")
    before = hotline.uow.commits
    _send(hotline.uow, FakeClient({"two": Rejected("no")}), hotline.clock)
    assert hotline.uow.commits == before + 2


# Cases


def test_opening_a_case_twice_for_one_message_gives_one_case(hotline):
    message, _ = hotline.receive()
    first = hotline.open_for(message, "request_return")
    assert hotline.open_for(message, "request_return") == first
    assert len(hotline.uow.cases.rows) == 1
    assert first.is_new


def test_a_later_message_joins_the_open_case_of_its_kind(hotline):
    first = hotline.open_for(hotline.receive()[0], "request_return")
    second = hotline.open_for(hotline.receive()[0], "check_status")
    assert (second.reference, second.is_new) == (first.reference, False)


def test_a_more_urgent_message_raises_the_case_that_it_joins(hotline):
    hotline.open_for(hotline.receive()[0], "request_return")
    hotline.open_for(hotline.receive()[0], "withdraw_request")
    hotline.open_for(hotline.receive()[0], "check_status")
    (case,) = hotline.uow.cases.rows.values()
    assert (case.priority, case.due_at) == (Priority.HIGH, NOON + timedelta(hours=2))


def test_another_kind_another_contact_or_a_resolved_case_means_a_new_case(hotline):
    hotline.open_for(hotline.receive()[0], "request_return")
    assert hotline.open_for(hotline.receive()[0], "emergency_sea").is_new
    assert hotline.open_for(hotline.receive(address="sim:bilal")[0], "request_return").is_new
    for case in hotline.uow.cases.rows.values():
        case.queue_state = QueueState.RESOLVED
    assert hotline.open_for(hotline.receive()[0], "request_return").is_new


def test_a_case_tells_the_truth_about_who_is_on_duty(hotline):
    message, _ = hotline.receive()
    assert not hotline.open_for(message, "emergency_sea").is_staff_on_duty
    hotline.uow.duty.people = 1
    assert hotline.open_for(message, "emergency_sea").is_staff_on_duty


def test_a_topic_without_a_case_opens_none(hotline):
    with pytest.raises(InvalidInput):
        hotline.open_for(hotline.receive()[0], "return_cost")


def test_waiting_cases_are_the_visible_ones_the_most_urgent_first(hotline):
    for topic in ("request_return", "emergency_sea", "report_misconduct", "report_detention"):
        hotline.open_for(hotline.receive()[0], topic)
    seen = {role: [c.kind for c in list_waiting_cases(hotline.uow, [role])] for role in Role}
    assert seen[Role.CASEWORKER] == [CaseKind.DETENTION, CaseKind.RETURN]
    assert seen[Role.PROTECTION] == [CaseKind.PROTECTION, CaseKind.DETENTION, CaseKind.RETURN]
    assert set(seen[Role.SUPERVISOR]) == {CaseKind.PROTECTION, CaseKind.COMPLAINT, CaseKind.DETENTION, CaseKind.RETURN}
    assert seen[Role.ADMINISTRATOR] == seen[Role.AUDITOR] == []


# The directory


def _told(hotline, *kinds, **more):
    return [entry.id for entry in entries_to_tell(hotline.uow, kinds, clock=hotline.clock, **more)]


def test_an_unverified_or_expired_entry_is_never_told(hotline):
    hotline.uow.directory.add(make_entry("unverified", verified=False))
    hotline.uow.directory.add(make_entry("expiring", valid_for=timedelta(days=1)))
    hotline.uow.directory.add(make_entry("lasting", valid_for=None))
    assert _told(hotline, "return_office") == ["expiring", "lasting"]
    hotline.clock.advance(days=1)
    assert _told(hotline, "return_office") == ["lasting"]


def test_a_verified_entry_is_told_until_it_is_taken_back(hotline):
    hotline.uow.directory.add(make_entry(verified=False))
    verify_entry(hotline.uow, "office", by="amal", valid_until=None, clock=hotline.clock)
    assert _told(hotline, "return_office") == ["office"]
    take_back_entry(hotline.uow, "office")
    assert _told(hotline, "return_office") == []


def test_at_most_two_entries_are_told_those_of_the_place_first(hotline):
    for number in range(3):
        hotline.uow.directory.add(make_entry(f"e{number}", places=("sabha",) if number == 2 else ()))
    told = _told(hotline, "return_office", place="sabha")
    assert (told[0], len(told)) == ("e2", MAX_SHOWN)


def test_entries_of_other_kinds_are_not_told(hotline):
    hotline.uow.directory.add(make_entry())
    assert _told(hotline, "embassy") == []


def test_an_entry_that_is_not_there_cannot_be_verified(hotline):
    with pytest.raises(NotFound):
        verify_entry(hotline.uow, "nowhere", by="amal", valid_until=None, clock=hotline.clock)
