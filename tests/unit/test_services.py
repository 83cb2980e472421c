"""The services over fakes: inbox, turns, cases, directory. The outbox is tested over real databases."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest

from bot.domain.cases import CaseKind, Priority, QueueState
from bot.domain.commands import Command
from bot.domain.contacts import Channel, Provider
from bot.domain.conversations import MAX_TEXT_LENGTH, Choice, Direction, InboundState, MessageKind
from bot.domain.deliveries import ERASABLE, OutboundState
from bot.domain.errors import InvalidInput, NotFound, WrongState
from bot.domain.staff import Grant, Role
from bot.services.cases import list_waiting_cases, open_case
from bot.services.directory import MAX_SHOWN, Editor, entries_to_tell, take_back_entry, verify_entry
from bot.services.messages import IncomingMedia, correct_message, primary_language, receive_message
from bot.services.turns import (
    LEASE,
    Reply,
    Understood,
    count_failure,
    finish_turn,
    lease_contact,
    next_turn,
    release_contact,
)
from tests.builders import NOON, make_entry, make_incoming, make_message
from tests.fakes import CountingIds, FakeClock, InMemoryUnitOfWork

REPLY = Reply("return_cost", "It is free.")
UNDERSTOOD = Understood("fr", False, "return_cost", "answer", 0.8)


@pytest.fixture
def hotline():
    """A unit of work, a clock and ids, with the use cases bound to them."""
    uow, clock, new_id = InMemoryUnitOfWork(), FakeClock(), CountingIds()

    def receive(text="hello", **changes):
        message_id, is_new = receive_message(uow, make_incoming(text, **changes), clock=clock, new_id=new_id)
        return uow.messages.get(message_id), is_new

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


def test_the_key_against_repeats_and_the_messages_own_id_are_kept_apart(hotline):
    message, _ = hotline.receive(provider_id="update-7", message_ref="42")
    assert message.provider_id == "42"
    assert hotline.uow.messages.find_inbound(Provider.SIMULATOR, "update-7") == message.id
    assert hotline.uow.messages.find_inbound(Provider.SIMULATOR, "42") is None


def test_files_are_kept_with_their_message(hotline):
    media = (IncomingMedia("image/jpeg", 1000, "file-1"), IncomingMedia("", None, "file-2"))
    message, _ = hotline.receive("look", kind=MessageKind.PHOTO, media=media)
    kept = hotline.uow.messages.media_of(message.id)
    assert [(m.content_type, m.size, m.reference, m.fetched_at) for m in kept] == [
        ("image/jpeg", 1000, "file-1", None),
        ("", None, "file-2", None),
    ]


def test_the_line_that_was_written_to_last_is_the_one_to_answer_from(hotline):
    hotline.receive(line="+15550001")
    hotline.receive(line="+15550002")
    hotline.receive()
    (address,) = hotline.uow.contacts.addresses.values()
    assert address.line == "+15550002"


@pytest.mark.parametrize(
    ("tag", "language"),
    [("fr", "fr"), ("fr-CA", "fr"), ("AR_ly", "ar"), ("en-US-x-y", "en"), ("ha", None), ("", None), (None, None), ("-", None)],
)
def test_of_a_language_tag_only_one_of_our_languages_is_kept(tag, language):
    assert primary_language(tag) == language


def test_what_the_app_says_of_its_language_is_a_hint_until_something_is_understood(hotline):
    message, _ = hotline.receive("1", language_hint="fr-FR")
    conversation = hotline.uow.conversations.get(message.conversation_id)
    assert (conversation.language, conversation.language_hint) == (None, "fr")
    turn = next_turn(hotline.uow, message.contact_id)
    assert (turn.language, turn.language_is_chosen) == ("fr", False)
    hotline.finish(turn, understood=Understood("ar", False, None, None, None))
    hotline.receive("2", language_hint="fr-FR")
    assert next_turn(hotline.uow, message.contact_id).language == "ar"


def test_a_correction_replaces_the_text_and_is_no_new_message(hotline):
    message, _ = hotline.receive("I need hlep", message_ref="7")
    correction = make_incoming("I need help", message_ref="7")
    assert correct_message(hotline.uow, correction, clock=hotline.clock)
    assert (message.text, message.edited_at, message.state) == ("I need help", NOON, InboundState.RECEIVED.value)
    assert len(hotline.uow.messages.rows) == 1


def test_a_correction_of_what_is_unknown_or_ours_changes_nothing(hotline):
    assert not correct_message(hotline.uow, make_incoming(message_ref="7"), clock=hotline.clock)
    message, _ = hotline.receive(message_ref="7")
    assert not correct_message(hotline.uow, make_incoming(message_ref="8"), clock=hotline.clock)
    assert not correct_message(hotline.uow, make_incoming(message_ref=None), clock=hotline.clock)
    assert not correct_message(hotline.uow, make_incoming(message_ref="7", address="sim:bilal"), clock=hotline.clock)
    ours = make_message(Direction.OUTBOUND, conversation_id=message.conversation_id, provider_id="9", text="ours")
    hotline.uow.messages.add(ours)
    assert not correct_message(hotline.uow, make_incoming("theirs", message_ref="9"), clock=hotline.clock)
    assert ours.text == "ours"


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


def test_where_the_provider_has_an_order_it_counts_and_not_the_arrival(hotline):
    late, _ = hotline.receive("second", sequence=12)
    hotline.receive("first", sequence=11)
    assert next_turn(hotline.uow, late.contact_id).text == "first"


def test_a_turn_knows_its_provider_and_how_often_it_failed(hotline):
    message, _ = hotline.receive()
    count_failure(hotline.uow, message.id)
    count_failure(hotline.uow, message.id)
    turn = next_turn(hotline.uow, message.contact_id)
    assert (turn.provider, turn.failures) == (Provider.SIMULATOR, 2)


@pytest.mark.parametrize(
    ("incoming", "command"),
    [
        ({"text": "/stop"}, Command.STOP),
        ({"text": "stop", "pressed": "return_cost"}, None),
        ({"text": "stop", "kind": MessageKind.PHOTO}, None),
        ({"text": "please stop"}, None),
    ],
)
def test_only_a_typed_word_that_is_the_whole_message_is_a_command(hotline, incoming, command):
    message, _ = hotline.receive(**incoming)
    assert next_turn(hotline.uow, message.contact_id).command is command


@pytest.mark.parametrize(
    ("title", "text", "command"),
    [
        ("مساعدة", "مساعده", None),
        ("مساعدة", "help", None),
        ("Return", "help", Command.HELP),
        ("Stop", "stop", Command.STOP),
    ],
)
def test_a_word_that_was_offered_is_picked_and_not_obeyed_but_for_stop(hotline, title, text, command):
    message, _ = hotline.receive()
    offer = Reply("menu", "Menu", (Choice("request_assistance", title),))
    hotline.finish(next_turn(hotline.uow, message.contact_id), replies=[offer])
    hotline.receive(text)
    assert next_turn(hotline.uow, message.contact_id).command is command


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


def test_stop_withdraws_what_was_not_sent_yet_and_the_goodbye_still_goes(hotline):
    message, _ = hotline.receive()
    hotline.finish(next_turn(hotline.uow, message.contact_id))
    hotline.receive("/stop")
    turn = next_turn(hotline.uow, message.contact_id)
    hotline.finish(
        turn, understood=Understood("en", False, None, "command", None), replies=[Reply("stop_messages", "Goodbye.")]
    )
    earlier, goodbye = _outbound(hotline.uow)
    assert (earlier.state, earlier.failure) == (OutboundState.WITHDRAWN.value, "opted_out")
    assert goodbye.state == OutboundState.QUEUED.value
    (address,) = hotline.uow.contacts.addresses.values()
    assert (address.stopped_at, address.stop_reason) == (NOON, "opted_out")


@pytest.mark.parametrize("channel", Channel)
def test_erase_asks_for_the_messages_of_two_days_on_telegram_only(hotline, channel):
    old, _ = hotline.receive("old", channel=channel)
    hotline.finish(next_turn(hotline.uow, old.contact_id))
    hotline.clock.advance(seconds=ERASABLE.total_seconds() + 1)
    recent, _ = hotline.receive("recent", channel=channel)
    hotline.finish(next_turn(hotline.uow, old.contact_id))
    wish, _ = hotline.receive("erase", channel=channel)
    hotline.finish(next_turn(hotline.uow, old.contact_id))
    asked = {m.id for m in hotline.uow.messages.rows.values() if m.erase_asked_at is not None}
    # What we said was not sent yet, so nothing of ours is on the phone.
    assert asked == ({recent.id, wish.id} if channel is Channel.TELEGRAM else set())


def test_a_contact_is_handled_by_one_process_at_a_time(hotline):
    uow, clock = hotline.uow, hotline.clock
    assert lease_contact(uow, "c", owner="one", clock=clock)
    assert lease_contact(uow, "c", owner="one", clock=clock)
    assert not lease_contact(uow, "c", owner="two", clock=clock)
    clock.advance(seconds=LEASE.total_seconds() + 1)
    assert lease_contact(uow, "c", owner="two", clock=clock)
    release_contact(uow, "c", owner="one")  # not theirs any more
    assert not lease_contact(uow, "c", owner="one", clock=clock)


# Cases


def test_opening_a_case_twice_for_one_message_gives_one_case(hotline):
    message, _ = hotline.receive()
    first = hotline.open_for(message, "update_request")
    assert hotline.open_for(message, "update_request") == first
    assert len(hotline.uow.cases.rows) == 1
    assert first.is_new


def test_a_later_message_joins_the_open_case_of_its_kind(hotline):
    first = hotline.open_for(hotline.receive()[0], "update_request")
    second = hotline.open_for(hotline.receive()[0], "update_request")
    assert (second.reference, second.is_new) == (first.reference, False)


def test_a_more_urgent_message_raises_the_case_that_it_joins(hotline):
    hotline.open_for(hotline.receive()[0], "update_request")
    hotline.open_for(hotline.receive()[0], "withdraw_request")
    hotline.open_for(hotline.receive()[0], "update_request")
    (case,) = hotline.uow.cases.rows.values()
    assert (case.priority, case.due_at) == (Priority.HIGH, NOON + timedelta(hours=2))


def test_another_kind_another_contact_or_a_resolved_case_means_a_new_case(hotline):
    hotline.open_for(hotline.receive()[0], "update_request")
    assert hotline.open_for(hotline.receive()[0], "emergency_sea").is_new
    assert hotline.open_for(hotline.receive(address="sim:bilal")[0], "update_request").is_new
    for case in hotline.uow.cases.rows.values():
        case.queue_state = QueueState.RESOLVED
    assert hotline.open_for(hotline.receive()[0], "update_request").is_new


def test_a_case_tells_the_truth_about_who_is_on_duty(hotline):
    message, _ = hotline.receive()
    assert not hotline.open_for(message, "emergency_sea").is_staff_on_duty
    hotline.uow.duty.people = 1
    assert hotline.open_for(message, "emergency_sea").is_staff_on_duty


def test_a_topic_without_a_case_opens_none(hotline):
    with pytest.raises(InvalidInput):
        hotline.open_for(hotline.receive()[0], "return_cost")


def test_waiting_cases_are_the_visible_ones_the_most_urgent_first(hotline):
    for topic in ("update_request", "emergency_sea", "report_misconduct", "report_detention"):
        hotline.open_for(hotline.receive()[0], topic)
    seen = {role: [c.kind for c in list_waiting_cases(hotline.uow, [role])] for role in Role}
    assert seen[Role.CASEWORKER] == [CaseKind.DETENTION, CaseKind.RETURN]
    assert seen[Role.PROTECTION] == [CaseKind.PROTECTION, CaseKind.DETENTION, CaseKind.RETURN]
    assert set(seen[Role.SUPERVISOR]) == {CaseKind.PROTECTION, CaseKind.DETENTION, CaseKind.RETURN}
    assert seen[Role.ADMINISTRATOR] == seen[Role.AUDITOR] == []
    assert [case.kind for case in list_waiting_cases(hotline.uow, [Grant.COMPLAINTS])] == [CaseKind.COMPLAINT]


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
    verify_entry(hotline.uow, "office", by=Editor(1, "amal"), valid_until=None, clock=hotline.clock)
    assert _told(hotline, "return_office") == ["office"]
    take_back_entry(hotline.uow, "office", by=Editor(1, "amal"), clock=hotline.clock)
    assert _told(hotline, "return_office") == []


def test_at_most_two_entries_are_told_those_of_the_place_first(hotline):
    for number in range(3):
        hotline.uow.directory.add(make_entry(f"e{number}", places=("sabha",) if number == 2 else ()))
    told = _told(hotline, "return_office", place="sabha")
    assert (told[0], len(told)) == ("e2", MAX_SHOWN)


def test_an_entry_that_cannot_be_called_is_not_told_and_hides_none_that_can(hotline):
    for number in range(MAX_SHOWN):
        hotline.uow.directory.add(make_entry(f"silent{number}", phones=(), places=("sabha",)))
    hotline.uow.directory.add(make_entry("called"))
    assert _told(hotline, "return_office", place="sabha") == ["called"]


@pytest.mark.parametrize(
    ("place", "expected"),
    [("sabha", ["of_sabha", "of_all"]), ("tripoli", ["of_tripoli", "of_all"]), ("kufra", ["of_all"]), (None, ["of_all"])],
)
def test_an_entry_of_the_whole_country_comes_before_those_of_other_places(hotline, place, expected):
    for name, places in {"of_tripoli": ("tripoli",), "of_sabha": ("sabha", "ubari"), "of_all": ()}.items():
        hotline.uow.directory.add(make_entry(name, places=places))
    assert _told(hotline, "return_office", place=place)[: len(expected)] == expected


def test_entries_of_other_kinds_are_not_told(hotline):
    hotline.uow.directory.add(make_entry())
    assert _told(hotline, "embassy") == []


def test_an_entry_that_is_not_there_cannot_be_verified(hotline):
    with pytest.raises(NotFound):
        verify_entry(hotline.uow, "nowhere", by=Editor(1, "amal"), valid_until=None, clock=hotline.clock)
