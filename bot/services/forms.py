"""Forms as dialogues: begun, answered, interrupted, parked and gone on with. One message, one reply.

What an answer means for the person is in ``form_answers``, what a finished form does in ``form_endings``.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.contacts import ChannelAddress
from bot.domain.form_replies import FormReply, Line
from bot.domain.forms import SILENCE, Form
from bot.domain.questions import ASIDES, QUESTIONS, FormKind
from bot.domain.readings import Read, Reading, Unclear, Unread
from bot.domain.topics import is_safety
from bot.services.form_answers import apply_answer, flag_fear
from bot.services.form_asking import ask
from bot.services.form_beginnings import first_steps
from bot.services.form_context import Talk, values_of
from bot.services.form_endings import sent_again
from bot.services.form_steering import STEERING, miss
from bot.services.ports import Clock, UnitOfWork

QUIET = frozenset({"stop_messages", "change_language", "suggest"})
"""After these the form waits without asking again: the person wants silence, or picks something first."""

SLOTS_OF = {FormKind.RETURN_REQUEST: "return_request", FormKind.ASSISTANCE_REQUEST: "assistance_request"}
SLOT_NAMES = {"birth": "birth_date", "return_consent": "consent", "assistance_consent": "consent"}

SLOTS_OF = {FormKind.RETURN_REQUEST: "return_request", FormKind.ASSISTANCE_REQUEST: "assistance_request"}
SLOT_NAMES = {"birth": "birth_date", "return_consent": "consent", "assistance_consent": "consent"}


@dataclass(frozen=True)
class Asked:
    """The question that waits, as understanding needs it: read before a turn, so that it is known what a "2" means.

    Attributes:
        is_parked: The form waits as a draft: only a word such as "continue" is for it.
        is_done: This message was dealt with before; the form only asks again.
        is_silent: So long without a word that a text is not taken as an answer unless it clearly is one.
    """

    form: FormKind
    question: str
    values: tuple[str, ...]
    is_parked: bool
    is_done: bool
    is_silent: bool


def asked_of(uow: UnitOfWork, address: ChannelAddress, *, message_id: str, clock: Clock) -> Asked | None:
    """Return what the form of the contact at an address asks now, or None where there is none."""
    form = current_form(uow, address.contact_id)
    if form is None:
        return None
    return Asked(
        form.kind,
        form.asked,
        values_of(form, address),
        form.parked_at is not None,
        form.message_id == message_id,
        clock() - form.updated_at > SILENCE,
    )


def current_form(uow: UnitOfWork, contact_id: str) -> Form | None:
    """Return the form that a contact is in; else the draft that waits; else None."""
    forms = uow.forms.of_contact(contact_id)
    return next((form for form in forms if form.parked_at is None), forms[0] if forms else None)


def progress_of(uow: UnitOfWork, contact_id: str) -> dict[str, str | None]:
    """Return for each slot of a request whether its field was ``given`` or ``skipped`` in the form that is open, or None.

    The values themselves stay in our tables: a tracker holds no names.
    """
    form = current_form(uow, contact_id)
    slots: dict[str, str | None] = {}
    for kind, prefix in SLOTS_OF.items():
        for question in QUESTIONS[kind]:
            if question.id in SLOT_NAMES or question.is_kept:
                is_open = form is not None and form.kind is kind and question.id in form.answers
                given = "given" if form is not None and form.answers.get(question.id) is not None else "skipped"
                slots[f"{prefix}__{SLOT_NAMES.get(question.id, question.id)}"] = given if is_open else None
    return slots


def begin_form(kind: FormKind, talk: Talk) -> FormReply:
    """Begin a form, or go on with one of its kind that was begun before."""
    forms = talk.uow.forms.of_contact(talk.contact_id)
    same = next((form for form in forms if form.kind is kind), None)
    for other in forms:
        if other is not same and other.parked_at is None:
            other.park(talk.now)
    if same is None:
        reply = first_steps(kind, talk)
    elif same.message_id == talk.message_id:
        reply = ask(same, talk)
    else:
        was_waiting = same.parked_at is not None or talk.now - same.updated_at > SILENCE
        same.wake()
        if was_waiting and same.asked not in ASIDES:
            same.ask(ASIDES["resume"])
        reply = ask(same, talk)
    _touch(same or current_form(talk.uow, talk.contact_id), talk)
    talk.uow.commit()
    return reply


def answer_form(talk: Talk) -> FormReply:
    """Take a message as the answer to the question that waits.

    Returns:
        What to say; empty where no form waits and none ended with this message.
    """
    form = current_form(talk.uow, talk.contact_id)
    if form is None:
        reply = sent_again(talk)
    elif form.message_id == talk.message_id:
        reply = ask(form, talk)
    else:
        reply = _take(form, talk)
        _touch(form, talk)
    talk.uow.commit()
    return reply


def interrupt_form(talk: Talk, *, topic: str | None, decision: str | None) -> FormReply:
    """Take note of a message that was for something else, and ask again; a safety message parks the form.

    Returns:
        What to say after the answer to the other matter; empty where nothing is.
    """
    form = current_form(talk.uow, talk.contact_id)
    if form is None or form.message_id == talk.message_id:
        return FormReply()
    reply = _after_interruption(form, talk, topic=topic or "", decision=decision)
    _touch(form, talk)
    talk.uow.commit()
    return reply


def _after_interruption(form: Form, talk: Talk, *, topic: str, decision: str | None) -> FormReply:
    if is_safety(topic) or topic == "danger_yes" or decision == "check_safety":
        form.park(talk.now)
        return FormReply()
    if topic in QUIET:
        return FormReply()
    if form.parked_at is not None:
        if form.was_offered:
            return FormReply()
        form.was_offered = True
        return FormReply((Line("resume_offer"),))
    if topic == "return_fear" and form.kind is FormKind.RETURN_REQUEST:
        return ask(form, talk).after(*flag_fear(form, talk))
    if talk.now - form.updated_at > SILENCE and form.asked not in ASIDES:
        form.ask(ASIDES["resume"])
    return ask(form, talk)


def _touch(form: Form | None, talk: Talk) -> None:
    if form is not None:
        form.message_id, form.updated_at = talk.message_id, talk.now


def _take(form: Form, talk: Talk) -> FormReply:
    if talk.pressed and "__" in talk.pressed:
        return _press(form, talk, *talk.pressed.split("__", 1))
    word = talk.reader.word(talk.text)
    if word is not None:
        return STEERING[word](form, talk)
    if form.parked_at is not None:
        return _after_interruption(form, talk, topic="", decision=None)
    reading = _read(form, talk)
    if not isinstance(reading, Read) and talk.now - form.updated_at > SILENCE and form.asked not in ASIDES:
        form.ask(ASIDES["resume"])
        return ask(form, talk)
    if form.kind is FormKind.RETURN_REQUEST and form.asked != "fear" and talk.reader.has_fear(talk.text):
        lines = flag_fear(form, talk)
        return _use(form, talk, reading).after(*lines) if isinstance(reading, Read) else ask(form, talk).after(*lines)
    return _use(form, talk, reading)


def _read(form: Form, talk: Talk) -> Reading:
    question = form.question
    if talk.place and question.reads == "place":
        return Read({"id": talk.place})
    if not talk.text:
        return Unread("not_understood")
    return talk.reader.read(question, talk.text, values=values_of(form, talk.address), today=talk.today)


def _press(form: Form, talk: Talk, question_id: str, value: str) -> FormReply:
    """Take a button: of the question that waits, or of an earlier one, whose answer it then changes."""
    known = {question.id: question for question in QUESTIONS[form.kind]}
    is_current = question_id in (form.asked, "resume")
    if not is_current and (question_id not in form.answers or value not in known[question_id].values):
        return ask(form, talk)
    form.wake()
    if question_id == "resume":
        form.asked = "resume"
    return _use(form, talk, Read([value] if question_id == "needs" else value), question_id=question_id)


def _use(form: Form, talk: Talk, reading: Reading, *, question_id: str | None = None) -> FormReply:
    if isinstance(reading, Unread):
        return miss(form, talk, reading.code)
    if isinstance(reading, Unclear) and form.question.takes_several:
        return miss(form, talk, "not_a_choice")
    if isinstance(reading, Unclear):
        form.keep("which_of", form.asked)
        form.ask(ASIDES["which"], options=tuple(o["id"] if isinstance(o, dict) else str(o) for o in reading.options))
        return ask(form, talk)
    target = question_id or form.asked
    if target == "which":
        target = form.answers["which_of"]
        form.forget("which_of")
    return apply_answer(form, talk, target, reading.value)
