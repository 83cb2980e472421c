"""What staff do with a case and its conversation: claim, assign, hand over, write, note, give back, resolve.

Cases that go back without anybody's pressing a button are in ``bot.services.case_returns``.

Every function here locks the case, records what was done in its history and in the audit log, and is one transaction. Who may
see a kind of case may work on it; once a colleague follows it, only they and supervisors write to the person.
"""

from __future__ import annotations

from datetime import datetime

from bot.domain.audit import Act
from bot.domain.cases import Case, CaseEntry, EntryKind, Priority
from bot.domain.contacts import Channel
from bot.domain.conversations import Conversation, Message
from bot.domain.errors import InvalidInput, NotAllowed, WrongState
from bot.domain.requests import Actor
from bot.domain.staff import Role
from bot.services.case_talk import (
    HandoverWords,
    let_assistant_speak,
    lock_both,
    lock_case,
    outbound,
    put_back,
    staff_of,
    take_conversation,
)
from bot.services.hidden import has_hidden_matter
from bot.services.ports import Clock, Ids, UnitOfWork
from bot.services.turns import Reply

MAX_NOTE = 4000
MAX_REPLY = {Channel.TELEGRAM: 4096, Channel.WHATSAPP: 1600, Channel.SMS: 1530}
"""Characters of one message by staff: what Telegram and Twilio take in one piece; ten parts of SMS in Latin letters."""
MAX_SMS_PARTS = 10


def claim_case(uow: UnitOfWork, reference: str, *, actor: Actor, clock: Clock) -> Case:
    """Let somebody follow a case that nobody follows yet. Of two at once, one wins.

    Raises:
        NotFound: As ``find_case``.
        WrongState: ``case_taken``, ``case_resolved``.
    """
    case = lock_case(uow, reference, actor)
    if case.is_open and case.assignee_id == staff_of(actor):
        return case
    case.claim(staff_of(actor), clock(), team=actor.team)
    return _done(uow, case, EntryKind.CLAIMED, Act.CASE_CLAIMED, actor=actor, now=clock())


def assign_case(
    uow: UnitOfWork, reference: str, *, to: int, team: str | None, actor: Actor, clock: Clock, note: str = ""
) -> Case:
    """Give a case to a staff member; the page offers only those who may see its kind.

    Raises:
        NotFound, WrongState: As ``claim_case``.
        NotAllowed: ``case_of_colleague`` if a colleague follows it and the actor is no supervisor.
        InvalidInput: ``text_too_long``.
    """
    case = lock_case(uow, reference, actor)
    _require_own(case, actor)
    case.assign(to, clock(), team=team)
    return _done(uow, case, EntryKind.ASSIGNED, Act.CASE_ASSIGNED, actor=actor, now=clock(), to=to, text=_text(note, MAX_NOTE))


def transfer_case(
    uow: UnitOfWork,
    reference: str,
    *,
    team: str | None,
    note: str,
    actor: Actor,
    words: HandoverWords,
    clock: Clock,
    new_id: Ids,
) -> Case:
    """Hand a case to another office, or to whoever comes first, with a note that says why.

    Until somebody there writes, the assistant speaks again, and says so: nobody must write into the void.

    Raises:
        NotFound, WrongState, NotAllowed: As ``assign_case``.
        InvalidInput: ``note_missing``, ``text_too_long``.
    """
    case, conversation = lock_both(uow, reference, actor)
    _require_own(case, actor)
    explained = _text(note, MAX_NOTE)
    if not explained:
        raise InvalidInput("note_missing")
    put_back(uow, case, conversation, team=team, words=words, now=clock(), new_id=new_id)
    return _done(uow, case, EntryKind.TRANSFERRED, Act.CASE_TRANSFERRED, actor=actor, now=clock(), text=explained)


def release_case(uow: UnitOfWork, reference: str, *, actor: Actor, words: HandoverWords, clock: Clock, new_id: Ids) -> Case:
    """Put a case back into the queue of its office; the assistant speaks again, as after ``transfer_case``.

    Raises:
        NotFound, WrongState, NotAllowed: As ``assign_case``.
    """
    case, conversation = lock_both(uow, reference, actor)
    _require_own(case, actor)
    put_back(uow, case, conversation, team=case.team, words=words, now=clock(), new_id=new_id)
    return _done(uow, case, EntryKind.RELEASED, Act.CASE_RELEASED, actor=actor, now=clock())


def change_priority(uow: UnitOfWork, reference: str, *, priority: Priority, actor: Actor, clock: Clock) -> Case:
    """Make a case more or less urgent; its clock runs from when the person began to wait.

    Raises:
        NotFound, WrongState: As ``claim_case``.
    """
    case = lock_case(uow, reference, actor)
    if not case.is_open:
        raise WrongState("case_resolved", case.id)
    if case.priority is priority:
        return case
    text = f"{case.priority.value} {priority.value}"
    case.priority, case.touched_at = priority, clock()
    case.due_at = uow.duty.hours.due(case.waiting_since or clock(), priority)
    return _done(uow, case, EntryKind.PRIORITY_CHANGED, Act.CASE_PRIORITY_CHANGED, actor=actor, now=clock(), text=text)


def write_note(uow: UnitOfWork, reference: str, *, text: str, client_id: str, actor: Actor, clock: Clock) -> Case:
    """Keep a note for colleagues; sent twice with the same ``client_id``, it is kept once.

    Raises:
        NotFound: As ``find_case``.
        InvalidInput: ``text_missing``, ``text_too_long``.
    """
    case = lock_case(uow, reference, actor)
    written = _text(text, MAX_NOTE)
    if not written:
        raise InvalidInput("text_missing")
    case.touched_at = clock() if case.is_open else case.touched_at
    return _done(uow, case, EntryKind.NOTE, Act.NOTE_WRITTEN, actor=actor, now=clock(), text=written, client_id=client_id)


def send_reply(
    uow: UnitOfWork,
    reference: str,
    *,
    text: str,
    client_id: str,
    sms_parts: int | None,
    actor: Actor,
    clock: Clock,
    new_id: Ids,
    answer_id: str | None = None,
) -> Message:
    """Write to the person. It takes the conversation: the assistant is silent from now on, and what it had queued is withdrawn.

    Args:
        client_id: Made by the page; sent twice with the same one, the message goes out once.
        sms_parts: How many parts the text takes, on SMS.
        answer_id: Of the approved answer that the text is, where it is one.

    Raises:
        NotFound, WrongState: As ``claim_case``; ``window_shut`` where WhatsApp takes no free text now; ``address_stopped``
            where the person wants or takes no messages.
        NotAllowed: ``case_of_colleague``; ``conversation_elsewhere`` where the person has an open matter that the actor may
            not see, which comes last: whatever else stands in the way is said in its place.
        InvalidInput: ``text_missing``, ``text_too_long``; ``client_id_taken`` if it is that of a message to somebody else.
    """
    case, conversation = lock_both(uow, reference, actor)
    known = uow.messages.find_by_client_id(client_id)
    if known is not None:
        if known.conversation_id != conversation.id:
            raise InvalidInput("client_id_taken")
        return known
    now = clock()
    _require_open_line(uow, case, conversation, actor, now)
    written = _text(text, MAX_REPLY[conversation.channel])
    if not written:
        raise InvalidInput("text_missing")
    if sms_parts is not None and sms_parts > MAX_SMS_PARTS:
        raise InvalidInput("text_too_long", f"at most {MAX_SMS_PARTS} SMS parts")
    message = outbound(conversation, written, actor=actor, now=now, new_id=new_id)
    message.client_id, message.answer_id, message.sms_parts = client_id, answer_id, sms_parts
    take_conversation(uow, case, conversation, actor=actor, now=now)
    uow.messages.add(message)
    uow.audit.add(Act.MESSAGE_SENT, staff_id=actor.staff_id, at=now, subject=case.reference)
    uow.commit()
    return message


def give_back(uow: UnitOfWork, reference: str, *, actor: Actor, farewell: Reply | None, clock: Clock, new_id: Ids) -> Case:
    """Let the assistant speak again while the case stays open.

    Args:
        farewell: What the assistant says first.

    Raises:
        NotFound, WrongState, NotAllowed: As ``assign_case``; ``case_not_with_staff``.
    """
    case, conversation = lock_both(uow, reference, actor)
    _require_own(case, actor)
    case.give_back(clock())
    let_assistant_speak(uow, case, conversation, farewell, now=clock(), new_id=new_id)
    return _done(uow, case, EntryKind.GIVEN_BACK, Act.CASE_GIVEN_BACK, actor=actor, now=clock())


def resolve_case(
    uow: UnitOfWork, reference: str, *, actor: Actor, farewell: Reply | None, clock: Clock, new_id: Ids, note: str = ""
) -> Case:
    """End a case; if staff were writing to the person, the assistant speaks again, and says so.

    Args:
        farewell: What the assistant says first.

    Raises:
        NotFound, WrongState, NotAllowed, InvalidInput: As ``assign_case``.
    """
    case, conversation = lock_both(uow, reference, actor)
    _require_own(case, actor)
    text = _text(note, MAX_NOTE)
    case.resolve(staff_of(actor), clock())
    let_assistant_speak(uow, case, conversation, farewell, now=clock(), new_id=new_id)
    return _done(uow, case, EntryKind.RESOLVED, Act.CASE_RESOLVED, actor=actor, now=clock(), text=text)


def _require_own(case: Case, actor: Actor) -> None:
    if case.assignee_id not in (None, actor.staff_id) and Role.SUPERVISOR not in actor.roles:
        raise NotAllowed("case_of_colleague", case.id)


def _require_open_line(uow: UnitOfWork, case: Case, conversation: Conversation, actor: Actor, now: datetime) -> None:
    if not case.is_open:
        raise WrongState("case_resolved", case.id)
    _require_own(case, actor)
    if uow.contacts.get_address(conversation.channel_address_id).stopped_at is not None:
        raise WrongState("address_stopped", case.id)
    if not conversation.takes_free_text(now):
        raise WrongState("window_shut", case.id)
    # The last: who is refused for another reason too learns nothing of a matter that they do not see.
    if has_hidden_matter(uow, case, actor.roles):
        raise NotAllowed("conversation_elsewhere", case.id)


def _done(
    uow: UnitOfWork,
    case: Case,
    kind: EntryKind,
    act: Act,
    *,
    actor: Actor,
    now: datetime,
    to: int | None = None,
    text: str = "",
    client_id: str | None = None,
) -> Case:
    entry = CaseEntry(case.id, case.conversation_id, kind, now, by=actor.staff_id, to=to, text=text, client_id=client_id)
    if uow.cases.add_entry(entry):
        uow.audit.add(act, staff_id=actor.staff_id, at=now, subject=case.reference)
    uow.commit()
    return case


def _text(text: str, longest: int) -> str:
    written = text.strip()
    if len(written) > longest:
        raise InvalidInput("text_too_long", f"at most {longest} characters")
    return written
