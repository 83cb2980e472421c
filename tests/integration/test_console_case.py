"""The page of a case: read, answered, handed on, resolved; by those who may, and once."""

from __future__ import annotations

import re
import threading

import pytest

from bot.console.outside import handover_of
from bot.domain.audit import Act
from bot.domain.cases import CaseKind, QueueState
from bot.domain.contacts import Channel, Provider
from bot.domain.deliveries import OutboundState
from bot.domain.errors import HotlineError, WrongState
from bot.domain.requests import Actor
from bot.domain.staff import Grant, Role
from bot.language.catalogues import Catalogues
from bot.services import casework
from bot.services.case_returns import escalate_late
from bot.services.case_talk import outbound
from bot.services.cases import open_case
from bot.services.messages import Incoming, receive_message
from bot.settings import PROJECT
from bot.wiring import new_id, now
from tests.integration.console_steps import open_case_of, token_on

EVIL = "<script>alert(1)</script> & <img src=x onerror=alert(2)>"


@pytest.fixture
def console_parts(console_parts):
    """The console with the hotline's words: staff end their part in the person's language."""
    object.__setattr__(console_parts, "catalogues", Catalogues.load(PROJECT / "locales"))
    return console_parts


def case_in(parts, reference):
    """Return a case and its conversation."""
    with parts.unit_of_work() as uow:
        case = uow.cases.find_by_reference(reference)
        return case, uow.conversations.get(case.conversation_id)


def messages_in(parts, reference):
    """Return all messages of a case's conversation."""
    with parts.unit_of_work() as uow:
        case = uow.cases.find_by_reference(reference)
        return list(uow.messages.in_conversation(case.conversation_id, after=0))


def act(client, reference, what, **data):
    """Press a button on the page of a case."""
    path = f"/cases/{reference}"
    return client.post(f"{path}/{what}", data={"csrf_token": token_on(client, path), **data}, follow_redirects=True)


def write(client, reference, text, client_id="0123456789abcdef0123"):
    """Answer the person."""
    return act(client, reference, "reply", text=text, client_id=client_id)


def is_shut(page):
    """Say whether the box in which one writes to the person is closed."""
    return re.search(r'<form[^>]* id="reply-form"[^>]* hidden>', page) is not None


def acts_of(parts):
    """Return what the audit log holds, in order."""
    with parts.unit_of_work() as uow:
        return [entry.act for entry in uow.audit.entries(limit=1000)]


def test_an_answer_goes_out_once_and_takes_the_conversation(console_parts, console_staff):
    _, reference = open_case_of(console_parts, "talk_to_human")
    amal = console_staff("amal@example.org", Role.CASEWORKER)
    # When the same is sent twice, as on a bad line.
    write(amal, reference, "Good morning, I am Amal.")
    page = write(amal, reference, "Good morning, I am Amal.").text
    # Then one message waits to be sent, written by a colleague, and the assistant is silent.
    case, conversation = case_in(console_parts, reference)
    sent = [m for m in messages_in(console_parts, reference) if m.author_id is not None]
    assert [(m.text, m.state) for m in sent] == [("Good morning, I am Amal.", OutboundState.QUEUED.value)]
    assert (case.queue_state, case.waiting_since) == (QueueState.WITH_STAFF, None)
    assert conversation.is_with_staff
    assert "Good morning, I am Amal." in page
    assert acts_of(console_parts).count(Act.MESSAGE_SENT) == 1


def test_two_who_claim_at_once_one_wins(console_parts, console_staff):
    _, reference = open_case_of(console_parts, "talk_to_human")
    for name in ("amal", "sami"):
        console_staff(f"{name}@example.org", Role.CASEWORKER)
    barrier, outcomes = threading.Barrier(2), []

    def claim(staff_id):
        barrier.wait()
        with console_parts.unit_of_work() as uow:
            try:
                casework.claim_case(uow, reference, actor=Actor(str(staff_id), frozenset({Role.CASEWORKER})), clock=now)
                outcomes.append("won")
            except WrongState as error:
                outcomes.append(error.code)

    threads = [threading.Thread(target=claim, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["case_taken", "won"]


def test_a_colleague_is_told_who_was_faster(console_parts, console_staff):
    _, reference = open_case_of(console_parts, "talk_to_human")
    amal, sami = (console_staff(f"{name}@example.org", Role.CASEWORKER) for name in ("amal", "sami"))
    act(amal, reference, "claim")
    assert "was faster" in act(sami, reference, "claim").text
    # And may not write for it.
    assert "follows this case" in write(sami, reference, "hello").text
    assert [m for m in messages_in(console_parts, reference) if m.author_id is not None] == []


def test_a_supervisor_writes_for_any_case(console_parts, console_staff):
    _, reference = open_case_of(console_parts, "talk_to_human")
    amal, boss = console_staff("amal@example.org", Role.CASEWORKER), console_staff("boss@example.org", Role.SUPERVISOR)
    act(amal, reference, "claim")
    write(boss, reference, "I help out.")
    assert [m.text for m in messages_in(console_parts, reference) if m.author_id is not None] == ["I help out."]


def test_resolving_lets_the_assistant_speak_and_ask(console_parts, console_staff):
    _, reference = open_case_of(console_parts, "talk_to_human")
    amal = console_staff("amal@example.org", Role.CASEWORKER)
    write(amal, reference, "It is done.")
    page = act(amal, reference, "resolve", note="Called the embassy.").text
    case, conversation = case_in(console_parts, reference)
    said = messages_in(console_parts, reference)[-1]
    assert f"{reference} is resolved" in page
    assert (case.queue_state, conversation.is_with_staff) == (QueueState.RESOLVED, False)
    assert (said.answer_id, said.author_id) == ("case_resolved", None)
    assert [choice.id for choice in said.choices] == ["helped_yes", "helped_no", "talk_to_human"]


def test_who_never_wrote_to_the_person_says_nothing_by_resolving(console_parts, console_staff):
    _, reference = open_case_of(console_parts, "talk_to_human")
    before = len(messages_in(console_parts, reference))
    act(console_staff("amal@example.org", Role.CASEWORKER), reference, "resolve")
    assert len(messages_in(console_parts, reference)) == before


def test_giving_back_keeps_the_case_open(console_parts, console_staff):
    _, reference = open_case_of(console_parts, "talk_to_human")
    amal = console_staff("amal@example.org", Role.CASEWORKER)
    write(amal, reference, "One moment.")
    act(amal, reference, "give-back")
    case, conversation = case_in(console_parts, reference)
    assert (case.queue_state, conversation.is_with_staff) == (QueueState.ASSIGNED, False)
    assert messages_in(console_parts, reference)[-1].answer_id == "given_back"


def test_a_note_is_for_colleagues_and_kept_once(console_parts, console_staff):
    _, reference = open_case_of(console_parts, "talk_to_human")
    amal = console_staff("amal@example.org", Role.CASEWORKER)
    for _ in range(2):
        page = act(amal, reference, "note", text="Speaks Hausa at home.", client_id="0123456789abcdef").text
    assert page.count("Speaks Hausa at home.") == 1
    assert all("Hausa" not in message.text for message in messages_in(console_parts, reference))


def test_what_the_assistant_had_queued_is_withdrawn(console_parts, console_staff):
    _, reference = open_case_of(console_parts, "talk_to_human")
    _, conversation = case_in(console_parts, reference)
    with console_parts.unit_of_work() as uow:
        queued = outbound(conversation, "machine", actor=None, now=now(), new_id=new_id)
        queued.answer_id = "greet"
        danger = outbound(conversation, "safe steps", actor=None, now=now(), new_id=new_id)
        danger.answer_id = "emergency_danger"
        uow.messages.add(queued)
        uow.messages.add(danger)
        uow.commit()
    write(console_staff("amal@example.org", Role.CASEWORKER), reference, "Hello")
    states = {m.text: (m.state, m.failure) for m in messages_in(console_parts, reference)}
    assert states["machine"] == (OutboundState.WITHDRAWN.value, "with_staff")
    assert states["safe steps"] == (OutboundState.QUEUED.value, None)


def test_a_shut_window_closes_the_box_and_the_service(console_parts, console_staff):
    with console_parts.unit_of_work() as uow:
        incoming = Incoming(Provider.TWILIO, Channel.WHATSAPP, "+218910000001", new_id(), text="hello")
        message = uow.messages.get(receive_message(uow, incoming, clock=now, new_id=new_id)[0])
        opened = open_case(
            uow, topic="talk_to_human", contact_id=message.contact_id, conversation_id=message.conversation_id,
            message_id=message.id, clock=now, new_id=new_id,
        )  # fmt: skip
        uow.conversations.get(message.conversation_id).last_inbound_at = now().replace(year=2025)
        uow.commit()
    amal = console_staff("amal@example.org", Role.CASEWORKER)
    page = amal.get(f"/cases/{opened.reference}").text
    assert "takes no free text now" in page
    assert is_shut(page)
    assert "takes no free text now" in write(amal, opened.reference, "hello").text
    assert [m for m in messages_in(console_parts, opened.reference) if m.author_id is not None] == []


def test_an_open_matter_of_a_hidden_kind_hides_its_words_and_closes_the_box(console_parts, console_staff):
    _, reference = open_case_of(console_parts, "talk_to_human")
    case, _ = case_in(console_parts, reference)
    with console_parts.unit_of_work() as uow:
        opened = open_case(
            uow, topic="report_misconduct", contact_id=case.contact_id, conversation_id=case.conversation_id,
            message_id=new_id(), clock=now, new_id=new_id,
        )  # fmt: skip
    amal = console_staff("amal@example.org", Role.SUPERVISOR)
    named = console_staff("named@example.org", Role.SUPERVISOR, Grant.COMPLAINTS)
    page = amal.get(f"/cases/{reference}").text
    assert "Part of this conversation is not shown" in page
    assert opened.reference not in page and is_shut(page)
    assert "Colleagues are dealing" in write(amal, reference, "hello").text
    assert amal.get(f"/cases/{opened.reference}").status_code == 404
    assert opened.reference in named.get(f"/cases/{reference}").text
    assert opened.kind is CaseKind.COMPLAINT


def test_what_a_person_writes_is_only_text(console_parts, console_staff):
    with console_parts.unit_of_work() as uow:
        incoming = Incoming(Provider.SIMULATOR, Channel.SMS, "sim:evil", new_id(), text=EVIL)
        message = uow.messages.get(receive_message(uow, incoming, clock=now, new_id=new_id)[0])
        opened = open_case(
            uow, topic="talk_to_human", contact_id=message.contact_id, conversation_id=message.conversation_id,
            message_id=message.id, clock=now, new_id=new_id,
        )  # fmt: skip
    page = console_staff("amal@example.org", Role.CASEWORKER).get(f"/cases/{opened.reference}").text
    assert "&lt;script&gt;alert(1)" in page
    assert "<img src=x" not in page


def test_the_page_that_asks_again_is_told_only_what_is_new(console_parts, console_staff):
    _, reference = open_case_of(console_parts, "talk_to_human")
    amal = console_staff("amal@example.org", Role.CASEWORKER)
    known = re.search(r'data-state="([^"]+)"', amal.get(f"/cases/{reference}").text).group(1)
    opened = acts_of(console_parts).count(Act.CONVERSATION_OPENED)
    assert amal.get(f"/cases/{reference}/live?since={known}").status_code == 204
    write(amal, reference, "Something new")
    again = amal.get(f"/cases/{reference}/live?since={known}")
    assert again.status_code == 200 and "Something new" in again.text and ">hello<" not in again.text
    # Opening is a look, and so is each page after an act; asking again is none.
    assert opened == 1


def test_auditors_and_administrators_do_not_read_conversations(console_parts, console_staff):
    _, reference = open_case_of(console_parts, "talk_to_human")
    for role in (Role.AUDITOR, Role.ADMINISTRATOR):
        assert console_staff(f"{role.value}@example.org", role).get(f"/cases/{reference}").status_code == 403


def test_a_case_that_nobody_touches_goes_back_and_the_assistant_speaks(console_parts, console_staff):
    _, reference = open_case_of(console_parts, "talk_to_human")
    amal = console_staff("amal@example.org", Role.CASEWORKER)
    write(amal, reference, "I ask and come back.")
    later = now().replace(year=now().year + 1)
    with console_parts.unit_of_work() as uow:
        case = uow.cases.find_by_reference(reference)
        case.waiting_since, case.due_at = now(), now()
        uow.commit()
    with console_parts.unit_of_work() as uow:
        assert escalate_late(uow, words=handover_of(console_parts), clock=lambda: later, new_id=new_id) == 1
    with console_parts.unit_of_work() as uow:
        assert escalate_late(uow, words=handover_of(console_parts), clock=lambda: later, new_id=new_id) == 0
    case, conversation = case_in(console_parts, reference)
    assert (case.queue_state, case.assignee_id, conversation.is_with_staff) == (QueueState.WAITING, None, False)


@pytest.mark.parametrize("client_id", ["", "short", "x" * 65, "0123456789abcdef';--"])
def test_a_message_without_a_proper_id_is_refused(console_parts, console_staff, client_id):
    _, reference = open_case_of(console_parts, "talk_to_human")
    assert write(console_staff("amal@example.org", Role.CASEWORKER), reference, "hello", client_id).status_code == 400


@pytest.mark.parametrize("topic", ["report_misconduct", "emergency_danger"])
def test_who_may_not_write_anyhow_learns_nothing_of_a_matter_that_they_do_not_see(console_parts, console_staff, topic):
    _, reference = open_case_of(console_parts, "talk_to_human")
    case, _ = case_in(console_parts, reference)
    bilal = console_staff("bilal@example.org", Role.CASEWORKER)
    act(bilal, reference, "claim")
    with console_parts.unit_of_work() as uow:
        ids = {"contact_id": case.contact_id, "conversation_id": case.conversation_id}
        open_case(uow, topic=topic, message_id=new_id(), clock=now, new_id=new_id, **ids)
    amal = console_staff("amal@example.org", Role.CASEWORKER)
    for page in (amal.get(f"/cases/{reference}").text, write(amal, reference, "hello").text):
        assert "follows this case. Ask them" in page and "Colleagues are dealing" not in page
    assert "Colleagues are dealing" in bilal.get(f"/cases/{reference}").text


@pytest.mark.parametrize(
    ("what", "data"),
    [("release", {}), ("transfer", {"team": "", "note": "I speak no Tigrinya."})],
    ids=lambda one: str(one)[:8],
)
def test_a_person_hears_in_their_language_that_the_team_goes_on(console_parts, console_staff, what, data):
    _, reference = open_case_of(console_parts, "talk_to_human")
    with console_parts.unit_of_work() as uow:
        uow.conversations.get(uow.cases.find_by_reference(reference).conversation_id).use_language("fr", is_chosen=True)
        uow.commit()
    amal = console_staff("amal@example.org", Role.CASEWORKER)
    write(amal, reference, "Bonjour")
    act(amal, reference, what, **data)
    told = messages_in(console_parts, reference)[-1]
    assert (told.answer_id, told.author_id) == ("handed_on_off_duty", None)
    assert "L'équipe prendra la suite" in told.text and "personne de service" in told.text
    assert not case_in(console_parts, reference)[1].is_with_staff


def test_handing_on_needs_a_note(console_parts, console_staff):
    _, reference = open_case_of(console_parts, "talk_to_human")
    amal = console_staff("amal@example.org", Role.CASEWORKER)
    act(amal, reference, "claim")
    assert "Write a note" in act(amal, reference, "transfer", team="", note=" ").text
    act(amal, reference, "transfer", team="", note="She speaks Tigrinya, I do not.")
    case, _ = case_in(console_parts, reference)
    assert (case.assignee_id, case.queue_state) == (None, QueueState.WAITING)


def test_a_command_line_is_no_colleague(console_parts):
    _, reference = open_case_of(console_parts, "talk_to_human")
    with console_parts.unit_of_work() as uow, pytest.raises(HotlineError):
        casework.claim_case(uow, reference, actor=Actor("hotline", frozenset({Role.SUPERVISOR})), clock=now)
