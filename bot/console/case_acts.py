"""What staff do on the page of a case; each is one call of ``bot.services.casework``."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import pgettext

from bot.console.answer_picker import chosen_answer
from bot.console.case_words import refusal
from bot.console.outside import actor, handover_of, new_id, now, parts, speaker, staff_names
from bot.console.permissions import may, requires
from bot.console.queue import colleagues, teams
from bot.console.sessions import asks_in_background
from bot.domain.cases import EntryKind, Priority
from bot.domain.contacts import Channel
from bot.domain.conversations import Conversation
from bot.domain.errors import HotlineError, InvalidInput, NotAllowed, WrongState
from bot.language.sms import sms_size
from bot.services import casework
from bot.services.cases import find_case, visible_kinds
from bot.services.ports import UnitOfWork
from bot.services.queue import list_queue
from bot.services.queue_ports import QueueFilter, Tab
from bot.services.turns import Reply
from bot.services.window import ask_to_write

pages = Blueprint("case_acts", __name__)
Work = Callable[[UnitOfWork], object]


@pages.post("/cases/<string:reference>/claim")
@requires("work_on_cases")
def claim(reference: str) -> ResponseReturnValue:
    """Follow a case."""
    return _do(reference, lambda uow: casework.claim_case(uow, reference, actor=actor(), clock=now))


@pages.post("/cases/<string:reference>/release")
@requires("work_on_cases")
def release(reference: str) -> ResponseReturnValue:
    """Put a case back into the queue."""
    words = handover_of(parts())
    return _do(
        reference,
        lambda uow: casework.release_case(uow, reference, actor=actor(), words=words, clock=now, new_id=new_id),
    )


@pages.post("/cases/<string:reference>/transfer")
@requires("work_on_cases")
def transfer(reference: str) -> ResponseReturnValue:
    """Hand a case to another office, with a note."""
    team = request.form.get("team", "")
    if team not in ("", *teams()):
        abort(400)
    note, words = request.form.get("note", ""), handover_of(parts())

    def work(uow: UnitOfWork) -> object:
        return casework.transfer_case(
            uow, reference, team=team or None, note=note, actor=actor(), words=words, clock=now, new_id=new_id
        )

    return _do(reference, work)


@pages.post("/cases/<string:reference>/assign")
@requires("work_on_cases")
def assign(reference: str) -> ResponseReturnValue:
    """Give a case to a colleague who may see its kind; whoever does not answer for the office gives only their own."""
    wanted, note = request.form.get("to", ""), request.form.get("note", "")

    def work(uow: UnitOfWork) -> object:
        case = find_case(uow, reference, actor().roles)
        member = next((one for one in colleagues() if str(one.id) == wanted and case.kind in visible_kinds(one.role_set)), None)
        if member is None:
            raise InvalidInput("nobody_chosen")
        if case.assignee_id is None and not may("assign_cases"):
            raise NotAllowed("case_not_yours", case.id)
        return casework.assign_case(uow, reference, to=member.id, team=member.team, actor=actor(), clock=now, note=note)

    return _do(reference, work)


@pages.post("/cases/<string:reference>/priority")
@requires("work_on_cases")
def priority(reference: str) -> ResponseReturnValue:
    """Make a case more or less urgent."""
    value = request.form.get("priority", "")
    if value not in [one.value for one in Priority]:
        abort(400)
    return _do(
        reference,
        lambda uow: casework.change_priority(uow, reference, priority=Priority(value), actor=actor(), clock=now),
    )


@pages.post("/cases/<string:reference>/note")
@requires("work_on_cases")
def note(reference: str) -> ResponseReturnValue:
    """Keep a note for colleagues."""
    text, client_id = request.form.get("text", ""), _client_id()
    return _do(
        reference,
        lambda uow: casework.write_note(uow, reference, text=text, client_id=client_id, actor=actor(), clock=now),
    )


@pages.post("/cases/<string:reference>/reply")
@requires("work_on_cases")
def reply(reference: str) -> ResponseReturnValue:
    """Write to the person."""
    text, client_id = request.form.get("text", "").replace("\r\n", "\n"), _client_id()

    def work(uow: UnitOfWork) -> object:
        conversation = uow.conversations.get(find_case(uow, reference, actor().roles).conversation_id)
        is_sms = conversation.channel is Channel.SMS
        return casework.send_reply(
            uow,
            reference,
            text=text,
            client_id=client_id,
            sms_parts=sms_size(text.strip()).parts if is_sms and text.strip() else None,
            actor=actor(),
            clock=now,
            new_id=new_id,
            answer_id=_answer_id(uow, conversation, client_id, text),
        )

    return _do(reference, work)


@pages.post("/cases/<string:reference>/ask")
@requires("work_on_cases")
def ask(reference: str) -> ResponseReturnValue:
    """Ask the person to write, where WhatsApp takes no free text."""
    templates = parts().window_templates
    return _do(
        reference,
        lambda uow: ask_to_write(uow, reference, templates=templates, actor=actor(), clock=now, new_id=new_id),
    )


@pages.post("/cases/<string:reference>/give-back")
@requires("work_on_cases")
def give_back(reference: str) -> ResponseReturnValue:
    """Let the assistant speak again."""

    def work(uow: UnitOfWork) -> object:
        farewell = _farewell(uow, reference, "given_back")
        return casework.give_back(uow, reference, actor=actor(), farewell=farewell, clock=now, new_id=new_id)

    return _do(reference, work)


@pages.post("/cases/<string:reference>/resolve")
@requires("work_on_cases")
def resolve(reference: str) -> ResponseReturnValue:
    """End a case, and go on to the next one of the reader's own, or back to the queue."""
    text = request.form.get("note", "")

    def work(uow: UnitOfWork) -> object:
        farewell = _farewell(uow, reference, "case_resolved")
        return casework.resolve_case(uow, reference, actor=actor(), farewell=farewell, clock=now, new_id=new_id, note=text)

    done = pgettext("case", "Case %(reference)s is resolved.", reference=reference.upper())
    return _do(reference, work, done=done, leads_on=request.form.get("then") == "next")


def _do(reference: str, work: Work, *, done: str | None = None, leads_on: bool = False) -> ResponseReturnValue:
    """Do something in a transaction of its own; say why where it is refused.

    Args:
        done: What is said when it was done and the case is left.
        leads_on: Whether the next case comes then, in place of the queue.
    """
    try:
        with parts().unit_of_work(is_durable=True) as uow:
            work(uow)
    except (InvalidInput, NotAllowed, WrongState) as error:
        words = _refusal(reference, error)
        if asks_in_background():
            return jsonify(error=words), 409
        flash(words, "error")
        return redirect(url_for("cases.show", reference=reference, _anchor="content"), 303)
    if asks_in_background():
        return jsonify(done=True)
    if done is None:
        return redirect(url_for("cases.show", reference=reference, _anchor="newest"), 303)
    flash(done, "done")
    return redirect(_next_case() if leads_on else url_for("queue.show"), 303)


def _next_case() -> str:
    with parts().unit_of_work() as uow:
        mine = list_queue(uow, QueueFilter(tab=Tab.MINE), actor=actor(), clock=now).rows
    return url_for("cases.show", reference=mine[0].reference) if mine else url_for("queue.show")


def _refusal(reference: str, error: HotlineError) -> str:
    with parts().unit_of_work() as uow:
        case = find_case(uow, reference, actor().roles)
        claims = (EntryKind.CLAIMED, EntryKind.ASSIGNED, EntryKind.TAKEN)
        taken = [one.at for one in uow.cases.entries_of(case.conversation_id) if one.case_id == case.id and one.kind in claims]
    return refusal(error, assignee=staff_names().get(case.assignee_id or 0, ""), since=taken[-1] if taken else None)


def _client_id() -> str:
    """Return the id that the page made, so that sending again sends nothing."""
    client_id = request.form.get("client_id", "")
    if not (16 <= len(client_id) <= 64 and client_id.replace("-", "").isalnum() and client_id.isascii()):
        abort(400)
    return client_id


def _answer_id(uow: UnitOfWork, conversation: Conversation, client_id: str, text: str) -> str | None:
    """Return the approved answer that the text is; a page that says so wrongly is not believed."""
    answer_id = request.form.get("answer_id", "")
    # What was taken already is not looked at a second time.
    is_new = bool(answer_id) and uow.messages.find_by_client_id(client_id) is None
    return chosen_answer(uow, conversation, answer_id, text) if is_new else None


def _farewell(uow: UnitOfWork, reference: str, answer_id: str) -> Reply:
    conversation = uow.conversations.get(find_case(uow, reference, actor().roles).conversation_id)
    return speaker().say(answer_id, conversation.reply_language, conversation.channel)
