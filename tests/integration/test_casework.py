"""Staff at work over real databases: two at once, sent twice, taken in the middle of something; one wins, and once."""

from __future__ import annotations

import threading
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import func, insert, select, update

from bot.delivery import chores
from bot.domain.audit import Act
from bot.domain.cases import Case, EntryKind, Priority, QueueState
from bot.domain.contacts import LANGUAGES
from bot.domain.errors import HotlineError, InvalidInput, NotFound, WrongState
from bot.domain.requests import Actor
from bot.domain.staff import Role
from bot.language.catalogues import Catalogues
from bot.services import casework
from bot.services.audit import verify_chain
from bot.services.case_returns import escalate_late
from bot.services.case_talk import outbound
from bot.services.cases import open_case, open_request_case, place_case
from bot.services.turns import Reply, Understood, finish_turn, next_turn
from bot.settings import PROJECT
from bot.storage import tables
from bot.wiring import new_id
from tests.builders import NOON, make_case, make_request
from tests.integration.database import in_threads
from tests.integration.outbox_steps import Hotline
from tests.integration.worker_steps import run_until

AMAL = Actor("1", frozenset({Role.CASEWORKER}), "tripoli")
BILAL = Actor("2", frozenset({Role.CASEWORKER}), "sabha")
FAREWELL = Reply("case_resolved", "My colleague has finished.")


def hands_over(_conversation, *, is_staff_on_duty):
    """Say that the team goes on."""
    return Reply("handed_on_on_duty" if is_staff_on_duty else "handed_on_off_duty", "The team will go on.")


class Office(Hotline):
    """A hotline with two caseworkers, and a person who asked for somebody."""

    def __init__(self, database):
        super().__init__(database)
        self.message = self.write("a person please", "Somebody will come.")
        with database.unit_of_work() as uow:
            for actor in (AMAL, BILAL):
                values = {"id": actor.staff_id, "email": f"{actor.id}@example.org", "name": "", "fs_uniquifier": actor.id}
                uow.session.execute(insert(tables.staff).values(created_at=NOON, **values))
            uow.commit()
        self.reference = self.open("talk_to_human")

    def open(self, topic):
        """Open a case; return its reference."""
        with self.database.unit_of_work() as uow:
            return open_case(
                uow, topic=topic, contact_id=self.message.contact_id, conversation_id=self.message.conversation_id,
                message_id=self.message.id, clock=self.clock, new_id=new_id,
            ).reference  # fmt: skip

    def do(self, act, actor=AMAL, **values):
        """Do one of the acts of casework, in a transaction of its own."""
        if act in (casework.give_back, casework.resolve_case):
            values = {"farewell": FAREWELL, "new_id": new_id, **values}
        if act is casework.release_case:
            values = {"words": hands_over, "new_id": new_id, **values}
        with self.database.unit_of_work() as uow:
            return act(uow, values.pop("reference", self.reference), actor=actor, clock=self.clock, **values)

    def reply(self, text="Hello, I am Amal.", actor=AMAL, client_id="page-1", **changes):
        """Let staff write."""
        return self.do(
            casework.send_reply, actor, text=text, client_id=client_id, sms_parts=None, new_id=new_id, **changes
        )  # fmt: skip

    @property
    def case(self):
        """Return the case."""
        with self.database.unit_of_work() as uow:
            return uow.cases.find_by_reference(self.reference)

    @property
    def conversation(self):
        """Return the conversation."""
        with self.database.unit_of_work() as uow:
            return uow.conversations.get(self.message.conversation_id)

    @property
    def history(self):
        """Return the history of the conversation's cases."""
        with self.database.unit_of_work() as uow:
            return uow.cases.entries_of(self.message.conversation_id)

    @property
    def acts(self):
        """Return what the audit log says, after its chain was verified."""
        with self.database.unit_of_work() as uow:
            assert verify_chain(uow.audit).is_whole
            return [(entry.act, entry.staff_id, entry.subject) for entry in uow.audit.entries(limit=100)]

    def by_staff(self):
        """Return how many messages by staff there are."""
        of = tables.message.c
        with self.database.unit_of_work() as uow:
            query = select(func.count()).select_from(tables.message).where(of.author_id.is_not(None))
            return uow.session.execute(query).scalar_one()


@pytest.fixture
def office(database):
    """A person who asked for somebody, on each kind of database."""
    return Office(database)


# Two at once


def test_of_two_who_claim_at_once_one_wins_and_the_other_is_told(office):
    actors = iter((AMAL, BILAL))
    results = in_threads(2, lambda: office.do(casework.claim_case, next(actors)))
    (winner,) = [one for one in results if isinstance(one, Case)]
    (loser,) = [one for one in results if not isinstance(one, Case)]
    assert isinstance(loser, WrongState)
    assert loser.code == "case_taken"
    assert office.case.assignee_id == winner.assignee_id
    assert [entry.kind for entry in office.history] == [EntryKind.CLAIMED]
    assert office.acts == [(Act.CASE_CLAIMED, winner.assignee_id, office.reference)]


def test_a_message_sent_several_times_at_once_goes_out_once(office):
    results = in_threads(4, office.reply)
    assert len({message.id for message in results}) == 1
    assert office.by_staff() == 1
    assert office.acts == [(Act.MESSAGE_SENT, 1, office.reference)]
    assert [entry.kind for entry in office.history] == [EntryKind.TAKEN]


def test_a_message_sent_again_later_goes_out_once(office):
    assert office.reply().id == office.reply().id
    office.do(casework.resolve_case)
    assert office.reply().id
    assert office.by_staff() == 1


def test_two_pages_of_one_person_send_the_same_message_once(office):
    references = iter((office.reference, office.open("report_detention")))
    results = in_threads(2, lambda: office.reply(reference=next(references)))
    assert len({message.id for message in results}) == 1
    assert office.by_staff() == 1


def test_two_who_write_at_once_do_not_both_take_the_case(office):
    actors, ids = iter((AMAL, BILAL)), count()
    results = in_threads(2, lambda: office.reply(actor=next(actors), client_id=f"page-{next(ids)}"))
    assert [type(one).__name__ for one in results].count("NotAllowed") == 1
    assert office.by_staff() == 1


def test_a_note_sent_several_times_at_once_is_kept_once(office):
    in_threads(4, lambda: office.do(casework.write_note, text="Speaks Hausa.", client_id="note-1"))
    assert [(entry.kind, entry.text, entry.by) for entry in office.history] == [(EntryKind.NOTE, "Speaks Hausa.", 1)]
    assert office.acts == [(Act.NOTE_WRITTEN, 1, office.reference)]


def test_a_case_is_resolved_once(office):
    office.reply()
    results = in_threads(3, lambda: office.do(casework.resolve_case))
    assert sorted(type(one).__name__ for one in results) == ["Case", "WrongState", "WrongState"]
    assert office.state("My colleague has finished.") == ("queued", None)
    with office.database.unit_of_work() as uow:
        texts = [m.text for m in uow.messages.in_conversation(office.message.conversation_id, after=0)]
    assert texts.count("My colleague has finished.") == 1


def test_the_id_of_a_message_to_somebody_else_is_refused(office):
    office.reply()
    other = Hotline(office.database).write("hello", address="sim:other")
    with office.database.unit_of_work() as uow:
        reference = open_case(
            uow, topic="talk_to_human", contact_id=other.contact_id, conversation_id=other.conversation_id,
            message_id=other.id, clock=office.clock, new_id=new_id,
        ).reference  # fmt: skip
    with pytest.raises(InvalidInput, match="client_id_taken"):
        office.reply(reference=reference)


def test_who_is_refused_changes_nothing(office):
    complaint = office.open("report_misconduct")
    for act in (casework.claim_case, casework.release_case, casework.resolve_case):
        with pytest.raises(NotFound):
            office.do(act, reference=complaint)
    with pytest.raises(HotlineError):
        office.reply(reference=complaint)
    assert (office.history, office.acts, office.by_staff()) == ([], [], 0)


# Taken in the middle of something


def test_what_the_assistant_had_queued_is_withdrawn(office):
    office.reply()
    assert office.state("Somebody will come.") == ("withdrawn", "with_staff")
    assert office.state("Hello, I am Amal.") == ("queued", None)
    assert office.ready() == ["Hello, I am Amal."]


def test_what_a_worker_is_sending_is_not_called_withdrawn(office):
    office.claim("Somebody will come.")
    office.reply()
    assert office.state("Somebody will come.") == ("sending", None)


def test_a_worker_and_staff_at_once_leave_no_message_half_withdrawn(database):
    """Whoever is first: what a worker has in hand is being sent, and what was withdrawn is in nobody's hands."""
    office = Office(database)
    office.clock.advance(seconds=1)
    acts = iter((office.reply, lambda: office.claim("Somebody will come.")))
    results = in_threads(2, lambda: next(acts)())
    assert not [one for one in results if isinstance(one, Exception)]
    claimed = results[1]
    assert office.state("Somebody will come.")[0] == ("withdrawn" if claimed is None else "sending")


def test_the_worker_looks_once_more_just_before_it_sends(office):
    """A reply that a turn stored in the very moment in which staff began to write."""
    office.reply()
    office.claim("Hello, I am Amal.")
    office.was_sent("Hello, I am Amal.")
    with office.database.unit_of_work() as uow:
        conversation = uow.conversations.get(office.message.conversation_id)
        for text, answer_id in (("It is free.", "return_cost"), ("Stay low.", "emergency_danger")):
            late = outbound(conversation, text, actor=None, now=office.clock(), new_id=new_id)
            late.answer_id = answer_id
            uow.messages.add(late)
        uow.commit()
    assert office.claim("It is free.") is None
    assert office.state("It is free.") == ("withdrawn", "with_staff")
    assert office.claim("Stay low.") is not None


def test_a_turn_under_way_drops_its_replies_and_the_person_waits_for_staff(office):
    message = office.write("is it free?")
    with office.database.unit_of_work() as uow:
        turn = next_turn(uow, message.contact_id)
    office.reply()
    with office.database.unit_of_work() as uow:
        understood = Understood("fr", False, "return_cost", "answer", 0.9)
        replies = [Reply("return_cost", "It is free.")]
        assert finish_turn(uow, turn, understood=understood, replies=replies, clock=office.clock, new_id=new_id) is None
    with office.database.unit_of_work() as uow:
        assert uow.messages.latest_outbound(message.conversation_id).author_id == 1
        assert uow.messages.get(message.id).topic == "return_cost"
    assert office.case.waiting_since == message.created_at


def test_turns_and_staff_at_once_do_not_wait_in_a_circle(office):
    """A turn that changes the language and starts a case's clock, and staff who write, resolve and give back meanwhile."""
    office.reply()
    office.do(casework.give_back)
    barrier, errors = threading.Barrier(2), []

    def talk():
        barrier.wait()
        for number in range(10):
            try:
                office.write(f"question {number}", f"answer {number}", language=("ar", "fr")[number % 2])
            except WrongState as error:
                assert error.code == "left_by_staff"
                office.answer(office.message, f"answer {number}")

    def work():
        barrier.wait()
        for number in range(10):
            office.reply(client_id=f"again-{number}", text=f"word {number}")
            office.do(casework.give_back)

    def run(what):
        try:
            what()
        except Exception as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=run, args=(what,)) for what in (talk, work)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert office.by_staff() == 11


# Late cases


def _wait_for_staff(office):
    office.reply()
    office.write("and now?", "It is free.")
    office.clock.advance(hours=24)


def test_a_case_that_nobody_touched_goes_back_once_however_many_look(office):
    _wait_for_staff(office)

    def escalate():
        with office.database.unit_of_work() as uow:
            return escalate_late(uow, words=hands_over, clock=office.clock, new_id=new_id)

    assert sum(in_threads(3, escalate)) == 1
    case = office.case
    assert (case.assignee_id, case.queue_state, case.escalated_at) == (None, QueueState.WAITING, office.clock())
    assert not office.conversation.is_with_staff
    assert [entry.kind for entry in office.history] == [EntryKind.TAKEN, EntryKind.ESCALATED]
    office.do(casework.claim_case, BILAL)
    assert escalate() == 0
    office.clock.advance(hours=24)
    assert escalate() == 1


def test_a_kill_before_the_end_leaves_the_case_as_it_was(office):
    _wait_for_staff(office)

    class Killed(BaseException):
        pass

    def die():
        raise Killed

    with pytest.raises(Killed), office.database.unit_of_work() as uow:
        uow.commit = die
        escalate_late(uow, words=hands_over, clock=office.clock, new_id=new_id)
    assert (office.case.escalated_at, office.case.assignee_id) == (None, 1)
    assert office.conversation.is_with_staff
    with office.database.unit_of_work() as uow:
        assert escalate_late(uow, words=hands_over, clock=office.clock, new_id=new_id) == 1


def test_cases_that_went_back_before_hide_no_other_and_the_urgent_come_first(office):
    office.clock.advance(days=5)
    ids = {"contact_id": office.message.contact_id, "conversation_id": office.message.conversation_id}
    with office.database.unit_of_work() as uow:
        for number in range(5):
            due = NOON - timedelta(days=9 - number)
            uow.cases.add(make_case(id=f"old-{number}", **ids, reference=f"R-0000{number}-0", due_at=due,
                                    waiting_since=due, escalated_at=due + timedelta(hours=1)))  # fmt: skip
        uow.cases.add(make_case(Priority.CRITICAL, id="critical", **ids, reference="R-CRIT0-0", waiting_since=NOON))
        uow.commit()
    with office.database.unit_of_work() as uow:
        assert [case.id for case in uow.cases.late(office.clock(), limit=1)] == ["critical"]
        assert escalate_late(uow, words=hands_over, clock=office.clock, new_id=new_id, limit=2) == 2
    with office.database.unit_of_work() as uow:
        assert uow.cases.late(office.clock(), limit=2) == []


async def test_the_worker_puts_late_cases_back(office, monkeypatch):
    class Parts:
        unit_of_work = staticmethod(office.database.unit_of_work)
        catalogues = Catalogues.load(PROJECT / "locales")

    _wait_for_staff(office)
    monkeypatch.setattr(chores, "now", office.clock)
    await run_until(lambda stop: chores.put_back_late_cases(Parts(), stop), lambda: office.case.escalated_at is not None)
    with office.database.unit_of_work() as uow:
        *_, told = uow.messages.in_conversation(office.message.conversation_id, after=0)
    assert told.text in {Parts.catalogues.text(language, "handed_on_off_duty") for language in LANGUAGES}


# Where a case is


def test_a_case_stands_at_a_town_that_is_known_and_never_at_a_persons_own_words(office):
    ids = {"contact_id": office.message.contact_id, "conversation_id": office.message.conversation_id}
    request = make_request(**ids, reference="R-7K3QF-E", answers={"current_place": "sabha"})
    towns = frozenset({"sabha", "tripoli"})
    with office.database.unit_of_work() as uow:
        uow.requests.add(request)
        open_request_case(
            uow, request, topic="request_return", priority=Priority.NORMAL, message_id=office.message.id,
            clock=office.clock, new_id=new_id, places=towns,
        )  # fmt: skip
        uow.commit()
        assert uow.cases.find_by_reference("R-7K3QF-E").place == "sabha"
        for said, place in (("tripoli", "tripoli"), ("the blue house behind the mill", None), (None, None)):
            request.answers = {**request.answers, "current_place": said}
            place_case(uow, request, towns)
            uow.commit()
            assert uow.cases.find_by_reference("R-7K3QF-E").place == place


def test_staff_who_are_gone_leave_their_cases_readable(office):
    office.reply()
    with office.database.unit_of_work() as uow:
        uow.session.execute(update(tables.staff).values(active=False))
        uow.commit()
    assert office.case.assignee_id == 1
