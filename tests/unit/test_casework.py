"""What staff do with a case and its conversation, over fakes; races are tested over real databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.domain.audit import Act
from bot.domain.cases import CaseKind, EntryKind, Priority, QueueState
from bot.domain.contacts import Channel, Provider
from bot.domain.conversations import Choice, Direction
from bot.domain.deliveries import OutboundState
from bot.domain.errors import InvalidInput, NotAllowed, NotFound, WrongState
from bot.domain.requests import Actor
from bot.domain.silence import is_said_beside_staff, speaks_beside_staff
from bot.domain.staff import Grant, Role
from bot.services import casework
from bot.services.case_returns import escalate_late, release_cases_of
from bot.services.cases import open_case
from bot.services.media import may_see_media
from bot.services.messages import receive_message
from bot.services.same_person import contacts_of_person
from bot.services.turns import Reply, Understood, finish_turn, next_turn
from tests.builders import NOON, make_address, make_case, make_contact, make_incoming, make_message
from tests.fakes import CountingIds, FakeClock, InMemoryUnitOfWork

AMAL = Actor("1", frozenset({Role.CASEWORKER}), "tripoli")
BILAL = Actor("2", frozenset({Role.CASEWORKER}), "sabha")
SALMA = Actor("3", frozenset({Role.SUPERVISOR}))
NURA = Actor("4", frozenset({Role.PROTECTION}))
FAREWELL = Reply("case_resolved", "My colleague has finished.", (Choice("helped_yes", "Yes"), Choice("helped_no", "No")))
ASKS = Understood("en", False, "return_cost", "answer", 0.8)
SAYS = (Reply("return_cost", "It is free."),)


def hands_over(_conversation, *, is_staff_on_duty):
    """Say that the team goes on."""
    return Reply(f"handed_on_{'on' if is_staff_on_duty else 'off'}_duty", "The team will go on.")


class Office:
    """A person with a case, and what staff do about it."""

    def __init__(self, topic="talk_to_human", **changes):
        self.uow, self.clock, self.new_id = InMemoryUnitOfWork(), FakeClock(), CountingIds()
        self.with_it = {"clock": self.clock, "new_id": self.new_id}
        self.changes = changes
        self.message = self.receive()
        self.reference = self.open(topic)

    def receive(self, text="hello"):
        """Let the person write; it is not dealt with yet."""
        stored, _ = receive_message(self.uow, make_incoming(text, **self.changes), **self.with_it)
        return self.uow.messages.get(stored)

    def open(self, topic):
        """Open a case; return its reference."""
        ids = {"contact_id": self.message.contact_id, "conversation_id": self.message.conversation_id}
        return open_case(self.uow, topic=topic, message_id=self.message.id, **ids, **self.with_it).reference

    def case(self, reference=None):
        """Return the case."""
        return self.uow.cases.find_by_reference(reference or self.reference)

    @property
    def conversation(self):
        """Return the conversation."""
        return self.uow.conversations.get(self.message.conversation_id)

    @property
    def said(self):
        """Return all outbound messages."""
        return [m for m in self.uow.messages.rows.values() if m.direction is Direction.OUTBOUND]

    def turn(self, text="and now?", *, understood=ASKS, replies=SAYS):
        """Let the person write, and finish all turns."""
        self.receive(text)
        while (turn := next_turn(self.uow, self.message.contact_id)) is not None:
            finish_turn(self.uow, turn, understood=understood, replies=replies, **self.with_it)

    def send(self, actor=AMAL, text="Hello, I am Amal.", client_id="page-1", **changes):
        """Let staff write."""
        values = {"sms_parts": None, **changes, **self.with_it}
        return casework.send_reply(
            self.uow, changes.pop("reference", self.reference), text=text, client_id=client_id, actor=actor,
            **{k: v for k, v in values.items() if k != "reference"},
        )  # fmt: skip

    def do(self, act, actor=AMAL, **values):
        """Do one of the acts of casework."""
        if act in (casework.give_back, casework.resolve_case):
            values = {"farewell": FAREWELL, "new_id": self.new_id, **values}
        if act in (casework.release_case, casework.transfer_case):
            values = {"words": hands_over, "new_id": self.new_id, **values}
        return act(self.uow, values.pop("reference", self.reference), actor=actor, clock=self.clock, **values)

    def escalate(self):
        """Put back what nobody touched in its time."""
        return escalate_late(self.uow, words=hands_over, **self.with_it)

    @property
    def history(self):
        """Return what is recorded in the case's history."""
        return [entry.kind for entry in self.uow.cases.entries]


@pytest.fixture
def office():
    """A person who asked for somebody."""
    return Office()


# Following a case


def test_who_claims_follows_the_case_and_it_is_recorded(office):
    office.do(casework.claim_case)
    case = office.case()
    assert (case.assignee_id, case.team, case.queue_state) == (1, "tripoli", QueueState.ASSIGNED)
    assert office.history == [EntryKind.CLAIMED]
    assert office.uow.audit.acts == [(Act.CASE_CLAIMED, office.reference)]


def test_who_claims_twice_follows_it_once(office):
    office.do(casework.claim_case)
    office.do(casework.claim_case)
    assert office.history == [EntryKind.CLAIMED]


def test_a_case_of_a_colleague_cannot_be_claimed(office):
    office.do(casework.claim_case)
    with pytest.raises(WrongState, match="case_taken"):
        office.do(casework.claim_case, BILAL)


def test_a_claim_does_not_silence_the_assistant(office):
    office.do(casework.claim_case)
    assert not office.conversation.is_with_staff
    office.turn()
    assert [m.answer_id for m in office.said] == ["return_cost", "return_cost"]


@pytest.mark.parametrize(
    ("act", "values"),
    [
        (casework.assign_case, {"to": 2, "team": None}), (casework.transfer_case, {"team": "sabha", "note": "why"}),
        (casework.release_case, {}), (casework.resolve_case, {}), (casework.give_back, {}),
    ],
)  # fmt: skip
def test_only_who_follows_a_case_and_supervisors_hand_it_on(office, act, values):
    office.send()
    with pytest.raises(NotAllowed, match="case_of_colleague"):
        office.do(act, BILAL, **values)
    office.do(act, SALMA, **values)


@pytest.mark.parametrize(
    ("topic", "outsiders", "insider"),
    [
        ("emergency_danger", [AMAL, Actor("9", frozenset({Role.AUDITOR})), Actor("9", frozenset({Role.ADMINISTRATOR}))], NURA),
        ("report_misconduct", [AMAL, SALMA, NURA], Actor("5", frozenset({Role.CASEWORKER, Grant.COMPLAINTS}))),
    ],
)
def test_protection_cases_and_complaints_do_not_exist_for_others(topic, outsiders, insider):
    office = Office(topic)
    acts = [
        (casework.claim_case, {}), (casework.assign_case, {"to": 1, "team": None}), (casework.release_case, {}),
        (casework.transfer_case, {"team": None, "note": "x"}), (casework.change_priority, {"priority": Priority.LOW}),
        (casework.write_note, {"text": "x", "client_id": "n"}), (casework.give_back, {}), (casework.resolve_case, {}),
    ]  # fmt: skip
    for actor in outsiders:
        for act, values in acts:
            with pytest.raises(NotFound):
                office.do(act, actor, **values)
        with pytest.raises(NotFound):
            office.send(actor)
    office.send(insider)
    assert office.uow.audit.acts == [(Act.MESSAGE_SENT, office.reference)]


def test_a_rule_of_the_hotline_is_no_colleague(office):
    with pytest.raises(NotAllowed, match="staff_only"):
        office.do(casework.claim_case, Actor("hotline", frozenset({Role.SUPERVISOR})))


def test_handing_on_needs_a_note_and_tells_where(office):
    office.do(casework.claim_case)
    with pytest.raises(InvalidInput, match="note_missing"):
        office.do(casework.transfer_case, team="sabha", note="  ")
    office.do(casework.transfer_case, team="sabha", note="Lives in Sabha.")
    case = office.case()
    assert (case.assignee_id, case.team, case.queue_state) == (None, "sabha", QueueState.WAITING)
    assert office.uow.cases.entries[-1].text == "Lives in Sabha."


@pytest.mark.parametrize(
    ("act", "values"), [(casework.release_case, {}), (casework.transfer_case, {"team": None, "note": "x"})]
)
def test_who_hands_on_leaves_nobody_with_silence(office, act, values):
    office.send()
    office.clock.advance(hours=30)
    office.do(act, **values)
    assert not office.conversation.is_with_staff
    # And nobody takes the machine for the colleague, or waits for somebody who is not there.
    assert [(m.answer_id, m.author_id) for m in office.said] == [(None, 1), ("handed_on_off_duty", None)]
    case = office.case()
    # Whoever comes next has the whole time.
    assert (case.waiting_since, case.due_at) == (office.clock(), office.clock() + timedelta(hours=24))


def test_who_is_handed_on_hears_whether_somebody_is_on_duty(office):
    office.uow.duty.people = 1
    office.send()
    office.do(casework.release_case)
    assert office.said[-1].answer_id == "handed_on_on_duty"
    # Whoever comes in its place speaks for themselves.
    office.send(BILAL, client_id="page-2")
    assert [m.state for m in office.said] == ["queued", "withdrawn", "queued"]


def test_nothing_is_said_of_a_case_that_goes_back_before_anybody_wrote(office):
    office.do(casework.claim_case)
    office.do(casework.release_case)
    office.do(casework.claim_case)
    office.do(casework.transfer_case, team="sabha", note="x")
    assert office.said == []


def test_cases_of_a_closed_account_go_back_and_the_person_is_told(office):
    other, third = office.open("report_detention"), office.open("return_fear")
    office.send()
    office.do(casework.claim_case, reference=other)
    office.do(casework.claim_case, BILAL, reference=third)
    assert release_cases_of(office.uow, 1, by=9, words=hands_over, **office.with_it) == 2
    assert release_cases_of(office.uow, 1, by=9, words=hands_over, **office.with_it) == 0
    cases = [office.case(), office.case(other), office.case(third)]
    assert [(case.assignee_id, case.queue_state, case.team) for case in cases] == [
        (None, QueueState.WAITING, "tripoli"), (None, QueueState.WAITING, "tripoli"), (2, QueueState.ASSIGNED, "sabha"),
    ]  # fmt: skip
    assert [(e.kind, e.by) for e in office.uow.cases.entries[-2:]] == [(EntryKind.RELEASED, 9)] * 2
    assert office.uow.audit.acts[-2:] == [(Act.CASE_RELEASED, office.reference), (Act.CASE_RELEASED, other)]
    assert not office.conversation.is_with_staff
    assert office.said[-1].answer_id == "handed_on_off_duty"


def test_a_person_who_waits_is_not_made_to_wait_longer_by_a_release(office):
    office.do(casework.claim_case)
    office.clock.advance(hours=3)
    office.do(casework.release_case)
    assert (office.case().waiting_since, office.case().due_at) == (NOON, NOON + timedelta(hours=24))


def test_the_clock_of_another_priority_runs_from_when_the_person_began_to_wait(office):
    office.clock.advance(hours=1)
    office.do(casework.change_priority, priority=Priority.HIGH)
    assert office.case().due_at == NOON + timedelta(hours=2)
    office.do(casework.change_priority, priority=Priority.HIGH)
    assert office.history == [EntryKind.PRIORITY_CHANGED]


def test_a_note_sent_twice_is_kept_once_and_goes_to_nobody(office):
    for _ in range(2):
        office.do(casework.write_note, text="Speaks Hausa.", client_id="note-1")
    assert [entry.text for entry in office.uow.cases.entries] == ["Speaks Hausa."]
    assert office.uow.audit.acts == [(Act.NOTE_WRITTEN, office.reference)]
    assert office.said == []


@pytest.mark.parametrize("text", ["", " \n ", "x" * (casework.MAX_NOTE + 1)])
def test_an_empty_or_endless_note_is_refused(office, text):
    with pytest.raises(InvalidInput):
        office.do(casework.write_note, text=text, client_id="note-1")


# Writing


def test_who_writes_takes_the_conversation_and_the_case(office):
    message = office.send()
    case = office.case()
    assert (message.author_id, message.state) == (1, OutboundState.QUEUED.value)
    assert (case.assignee_id, case.queue_state, case.waiting_since) == (1, QueueState.WITH_STAFF, None)
    assert (case.first_reply_at, case.in_time) == (NOON, True)
    assert (office.conversation.with_staff_since, office.conversation.with_staff_id) == (NOON, 1)
    assert office.history == [EntryKind.TAKEN]
    office.send(text="Where are you?", client_id="page-2")
    assert office.history == [EntryKind.TAKEN]
    assert office.uow.audit.acts == [(Act.MESSAGE_SENT, office.reference)] * 2


def test_the_same_message_sent_again_goes_out_once_even_after_the_case_was_resolved(office):
    first = office.send()
    assert office.send() is first
    office.do(casework.resolve_case)
    assert office.send() is first
    assert [m.text for m in office.said].count("Hello, I am Amal.") == 1


def test_the_id_of_a_message_to_somebody_else_is_refused(office):
    office.uow.messages.add(make_message(Direction.OUTBOUND, conversation_id="another", client_id="page-1"))
    with pytest.raises(InvalidInput, match="client_id_taken"):
        office.send()


def test_what_the_assistant_had_queued_is_withdrawn_but_for_safety_and_what_is_on_its_way(office):
    ids = {"contact_id": office.message.contact_id, "conversation_id": office.message.conversation_id}
    for name, state in {"greet": "queued", "menu": "held", "emergency_sea": "queued", "goodbye": "sending"}.items():
        office.uow.messages.add(make_message(Direction.OUTBOUND, **ids, answer_id=name, state=state))
    office.send()
    states = {m.answer_id: (m.state, m.failure) for m in office.said if m.author_id is None}
    assert states == {
        "greet": ("withdrawn", "with_staff"), "menu": ("withdrawn", "with_staff"), "emergency_sea": ("queued", None),
        "goodbye": ("sending", None),
    }  # fmt: skip


def test_colleagues_do_not_write_into_each_others_cases(office):
    office.send()
    with pytest.raises(NotAllowed, match="case_of_colleague"):
        office.send(BILAL, client_id="page-2")
    office.send(SALMA, client_id="page-3")
    assert office.case().assignee_id == 1


def test_nobody_writes_where_colleagues_deal_with_a_matter_that_they_do_not_see(office):
    office.open("emergency_danger")
    with pytest.raises(NotAllowed, match="conversation_elsewhere"):
        office.send()
    assert not office.conversation.is_with_staff
    office.send(NURA)


@pytest.mark.parametrize("topic", ["emergency_danger", "report_misconduct"])
def test_a_hidden_matter_is_the_last_reason_that_is_told_and_tells_no_kind(office, topic):
    office.open(topic)
    with pytest.raises(NotAllowed, match="conversation_elsewhere"):
        office.send()
    office.do(casework.claim_case)
    with pytest.raises(NotAllowed, match="case_of_colleague"):
        office.send(BILAL)
    office.uow.contacts.get_address(office.conversation.channel_address_id).stop(office.clock())
    with pytest.raises(WrongState, match="address_stopped"):
        office.send()


def test_nobody_writes_by_sms_into_a_matter_that_was_told_by_telegram(office):
    own = office.uow.contacts.get_address(office.conversation.channel_address_id)
    office.uow.contacts.add(make_contact("by telegram"))
    office.uow.contacts.add_address(make_address("by telegram", address=own.address))
    office.uow.cases.add(make_case(id="hidden", kind=CaseKind.PROTECTION, contact_id="by telegram"))
    with pytest.raises(NotAllowed, match="conversation_elsewhere"):
        office.send()
    office.uow.contacts.get("by telegram").is_shared = True
    office.send()


def test_files_threads_and_replies_agree_on_who_is_the_same_person(office):
    # Given somebody who also writes from another number, where a matter of protection began
    contact_id = office.message.contact_id
    office.uow.contacts.add_address(make_address(contact_id, id="second", address="+218910000001"))
    office.uow.contacts.add(make_contact("by sms"))
    office.uow.contacts.add_address(make_address("by sms", id="third", address="+218910000001"))
    office.uow.cases.add(make_case(id="hidden", kind=CaseKind.PROTECTION, contact_id="by sms"))
    # Then it closes the files and the line alike
    assert contacts_of_person(office.uow, contact_id) == [contact_id, "by sms"]
    assert not may_see_media(office.uow, contact_id, AMAL.roles)
    with pytest.raises(NotAllowed, match="conversation_elsewhere"):
        office.send()


def test_nothing_is_sent_to_who_takes_no_messages(office):
    office.uow.contacts.get_address(office.conversation.channel_address_id).stop(office.clock())
    with pytest.raises(WrongState, match="address_stopped"):
        office.send()


def test_whatsapp_takes_free_text_for_a_day():
    office = Office(channel=Channel.WHATSAPP, provider=Provider.TWILIO)
    office.clock.advance(hours=23)
    office.send()
    office.clock.advance(hours=1)
    with pytest.raises(WrongState, match="window_shut"):
        office.send(client_id="page-2")


def test_a_resolved_case_is_not_written_for(office):
    office.do(casework.resolve_case)
    with pytest.raises(WrongState, match="case_resolved"):
        office.send()


@pytest.mark.parametrize(("text", "parts"), [("", None), ("  ", None), ("x" * 4097, None), ("x", 11)])
def test_an_empty_or_endless_message_is_refused(office, text, parts):
    with pytest.raises(InvalidInput):
        office.send(text=text, sms_parts=parts)
    assert not office.conversation.is_with_staff


# Ending


def test_who_gives_back_keeps_the_case_and_the_assistant_says_that_it_speaks(office):
    office.send()
    office.turn("thank you")
    office.do(casework.give_back)
    case = office.case()
    assert (case.assignee_id, case.queue_state, case.waiting_since) == (1, QueueState.ASSIGNED, None)
    assert not office.conversation.is_with_staff
    assert (office.said[-1].answer_id, office.said[-1].choices) == ("case_resolved", FAREWELL.choices)
    with pytest.raises(WrongState, match="case_not_with_staff"):
        office.do(casework.give_back)


def test_a_resolved_case_ends_and_the_assistant_speaks_again(office):
    office.send()
    office.do(casework.resolve_case, note="Is on the list of the clinic.")
    case = office.case()
    assert (case.queue_state, case.resolved_at, case.resolved_by) == (QueueState.RESOLVED, NOON, 1)
    assert [m.author_id for m in office.said] == [1, None]
    assert office.uow.cases.entries[-1].text == "Is on the list of the clinic."
    with pytest.raises(WrongState, match="case_resolved"):
        office.do(casework.resolve_case)


def test_nothing_is_said_of_a_case_for_which_nobody_wrote(office):
    office.do(casework.claim_case)
    office.do(casework.resolve_case)
    assert office.said == []


def test_the_assistant_stays_silent_while_staff_write_for_another_case(office):
    other = office.open("report_detention")
    office.send()
    office.send(client_id="page-2", reference=other)
    office.do(casework.resolve_case)
    assert office.conversation.is_with_staff
    assert all(m.author_id for m in office.said)
    office.do(casework.resolve_case, reference=other)
    assert not office.conversation.is_with_staff


def test_no_farewell_to_who_stopped_messages(office):
    office.send()
    office.uow.contacts.get_address(office.conversation.channel_address_id).stop(office.clock())
    office.do(casework.resolve_case)
    assert not office.conversation.is_with_staff
    assert len(office.said) == 1


def test_no_farewell_where_whatsapp_takes_no_free_text():
    office = Office(channel=Channel.WHATSAPP, provider=Provider.TWILIO)
    office.send()
    office.clock.advance(days=2)
    office.do(casework.resolve_case)
    assert not office.conversation.is_with_staff
    assert len(office.said) == 1


# Late cases


def test_a_case_that_nobody_touched_goes_back_once_and_the_assistant_speaks(office):
    office.send()
    office.turn()
    office.clock.advance(hours=23, minutes=59)
    assert office.escalate() == 0
    office.clock.advance(minutes=1)
    assert office.escalate() == 1
    case = office.case()
    assert (case.assignee_id, case.queue_state, case.escalated_at) == (None, QueueState.WAITING, office.clock())
    assert not office.conversation.is_with_staff
    assert office.said[-1].answer_id == "handed_on_off_duty"
    assert (office.history[-1], office.uow.cases.entries[-1].to) == (EntryKind.ESCALATED, 1)
    assert office.escalate() == 0


def test_who_claims_a_late_case_has_the_whole_time_and_then_it_goes_back_again(office):
    office.clock.advance(hours=25)
    assert office.escalate() == 1
    office.do(casework.claim_case)
    office.clock.advance(hours=23)
    assert office.escalate() == 0
    office.clock.advance(hours=1)
    assert office.escalate() == 1


def test_a_case_in_which_nobody_waits_is_never_late(office):
    office.send()
    office.clock.advance(days=30)
    assert office.escalate() == 0


# The assistant beside staff


def test_beside_staff_a_reply_of_the_assistant_is_dropped_and_the_person_waits_for_staff(office):
    office.turn()
    office.send()
    office.clock.advance(hours=5)
    office.turn()
    assert office.said[-1].author_id == 1
    case = office.case()
    assert (case.waiting_since, case.due_at) == (office.clock(), office.clock() + timedelta(hours=24))


def test_staff_who_begin_to_write_during_a_turn_silence_it(office):
    turn = next_turn(office.uow, office.message.contact_id)
    assert not turn.is_with_staff
    office.send()
    replies = [*SAYS, Reply("emergency_danger", "Stay low."), Reply("safety_case_on_duty", "A person comes.")]
    finish_turn(office.uow, turn, understood=ASKS, replies=replies, **office.with_it)
    assert [m.answer_id for m in office.said] == [None, "emergency_danger", "safety_case_on_duty"]
    assert office.message.topic == "return_cost"


def test_a_message_left_to_staff_who_finish_meanwhile_is_answered(office):
    office.send()
    turn = next_turn(office.uow, office.message.contact_id)
    assert turn.is_with_staff
    office.do(casework.resolve_case)
    with pytest.raises(WrongState, match="left_by_staff"):
        finish_turn(office.uow, turn, understood=ASKS, replies=[], **office.with_it)


def test_a_form_waits_while_staff_write(office):
    office.send()
    assert next_turn(office.uow, office.message.contact_id).asked is None


def test_a_number_answers_what_staff_asked_last_and_no_older_list(office):
    office.turn(replies=[Reply("menu", "What do you need?", (Choice("emergency_sea", "At sea"),))])
    office.receive("1")
    assert next_turn(office.uow, office.message.contact_id).offered != ()
    office.send(text="How many are you?")
    assert next_turn(office.uow, office.message.contact_id).offered == ()


def test_stop_is_obeyed_beside_staff_and_nobody_waits_then(office):
    office.turn()
    office.send()
    office.turn("stop", understood=Understood("en", False, None, "command", None), replies=[Reply("stop_messages", "Bye.")])
    assert office.uow.contacts.get_address(office.conversation.channel_address_id).stopped_at is not None
    assert office.said[-1].answer_id == "stop_messages"
    assert office.case().waiting_since is None


def test_who_asks_for_somebody_again_after_giving_back_waits_again(office):
    office.send()
    office.do(casework.give_back)
    office.clock.advance(hours=9)
    office.message = office.receive("a person please")
    assert office.open("talk_to_human") == office.reference
    assert office.case().waiting_since == office.clock()
    assert office.case().due_at == office.clock() + timedelta(hours=24)


@pytest.mark.parametrize(("topic", "helped"), [("helped_yes", True), ("helped_no", False)])
def test_what_a_person_says_of_the_help_is_kept_with_the_case_that_ended(office, topic, helped):
    office.turn()
    other = office.open("report_detention")
    office.send()
    office.do(casework.resolve_case)
    office.turn("1", understood=Understood("en", False, topic, "answer", 1.0), replies=[Reply(topic, "Thank you.")])
    assert office.case().helped is helped
    assert office.case(other).helped is None


def test_it_is_kept_with_a_case_that_was_given_back(office):
    office.turn()
    office.send()
    office.do(casework.give_back, farewell=Reply("given_back", "The machine again.", FAREWELL.choices))
    office.turn("1", understood=Understood("en", False, "helped_yes", "answer", 1.0), replies=[])
    assert office.case().helped is True


def test_a_yes_to_another_question_says_nothing_of_the_help_of_staff(office):
    office.turn()
    office.send()
    office.do(casework.resolve_case)
    office.turn(replies=[Reply("return_cost", "It is free.", (Choice("helped_yes", "Yes"), Choice("helped_no", "No")))])
    office.turn("1", understood=Understood("en", False, "helped_yes", "answer", 1.0), replies=[Reply("helped_yes", "Good.")])
    assert office.case().helped is None


# What is said beside staff


@pytest.mark.parametrize(
    "answer_id",
    ["emergency_danger", "report_misconduct", "check_safety", "danger_yes", "safety_case_off_duty", "stop_messages",
     "change_language", "language_changed", "help", "erase_sms"],
)  # fmt: skip
def test_safety_language_and_stop_are_said_beside_staff(answer_id):
    assert is_said_beside_staff(answer_id)


@pytest.mark.parametrize(
    "answer_id",
    ["greet", "menu", "return_cost", "form", "error_apology", "fallback", "suggest", "case_opened_on_duty", "case_resolved",
     "given_back", "helped_yes", "with_staff", ""],
)  # fmt: skip
def test_all_else_is_not_said_beside_staff(answer_id):
    assert not is_said_beside_staff(answer_id)


def test_what_staff_wrote_and_templates_go_out():
    assert speaks_beside_staff(make_message(Direction.OUTBOUND, author_id=1, answer_id="return_cost"))
    assert speaks_beside_staff(make_message(Direction.OUTBOUND, template="reply_ready_en"))
    assert not speaks_beside_staff(make_message(Direction.OUTBOUND, answer_id="return_cost"))
