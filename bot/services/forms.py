"""Forms as dialogues: begun, answered, interrupted, parked and gone on with. One message, one reply.

What an answer means for the person is in ``form_answers``, what a finished form does in ``form_endings``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.contacts import ChannelAddress
from bot.domain.conversations import InboundState
from bot.domain.form_replies import FormReply, Line
from bot.domain.forms import Form, FormWord
from bot.domain.questions import ASIDES, LEAVE, QUESTIONS, REQUEST_OF, FormKind
from bot.domain.readings import Read, Reading, Unclear, Unread
from bot.domain.topics import is_safety
from bot.services.form_answers import advance, apply_answer, flag_fear, flag_fear_after_sending
from bot.services.form_asking import ask, move_here, park
from bot.services.form_beginnings import first_steps, unsent_to_change
from bot.services.form_context import Talk, is_of_request, values_of
from bot.services.form_steering import STEERING, miss
from bot.services.ports import UnitOfWork

QUIET = frozenset({"stop_messages", "change_language", "suggest", "menu"})
"""After these the form waits without asking again: the person wants silence, or picks something first."""

MISSED_WHEN_UNCLEAR = {"birth": "not_a_date", "number": "not_a_number", "phone": "not_a_phone"}
"""Readers whose possible meanings have no titles to pick from: "3 or 4" is asked again, with what helps to read it."""

SLOTS_OF = {FormKind.RETURN_REQUEST: "return_request", FormKind.ASSISTANCE_REQUEST: "assistance_request"}
SLOT_NAMES = {"birth": "birth_date", "return_consent": "consent", "assistance_consent": "consent"}


@dataclass(frozen=True)
class Asked:
    """The question that waits, as understanding needs it: read before a turn, so that it is known what a "2" means.

    Attributes:
        is_parked: The form waits as a draft: only a word such as "continue" is for it.
        is_done: A form dealt with this message before, and may have ended by it; it only says again what it said.
    """

    form: FormKind
    question: str
    values: tuple[str, ...]
    is_parked: bool
    is_done: bool


def asked_of(uow: UnitOfWork, address: ChannelAddress, *, message_id: str) -> Asked | None:
    """Return what the form of the contact at an address asks now, or None where none waits and none took the message."""
    is_done = _was_taken(uow, address.contact_id, message_id)
    form = current_form(uow, address.contact_id)
    if form is None:
        return Asked(FormKind.STATUS, "reference", (), is_parked=False, is_done=True) if is_done else None
    return Asked(form.kind, form.asked, values_of(form, address), form.parked_at is not None, is_done)


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
    return _once(talk, lambda: _begin(kind, talk))


def _begin(kind: FormKind, talk: Talk) -> FormReply:
    forms = talk.uow.forms.of_contact(talk.contact_id)
    unsent = unsent_to_change(forms, talk) if kind is FormKind.UPDATE else None
    if unsent is not None:
        unsent.updated_at = talk.now
        return ask(unsent, talk)
    same = next((form for form in forms if form.kind is kind), None) or _from_other_channel(kind, talk)
    for other in forms:
        if other is not same and other.parked_at is None:
            # What only looks something up keeps no answers that would be worth going on with.
            other.park(talk.now) if is_of_request(other) else talk.uow.forms.remove(other)
    if same is None:
        return first_steps(kind, talk)
    was_waiting = same.parked_at is not None or talk.is_after_silence(same)
    same.wake()
    same.updated_at = talk.now
    if was_waiting and same.asked not in ASIDES:
        same.ask(ASIDES["resume"])
    return ask(same, talk)


def _from_other_channel(kind: FormKind, talk: Talk) -> Form | None:
    """Bring over the form of this kind that the same number began on another channel; it is asked whether to go on."""
    for contact_id in talk.own_contacts[1:]:
        for form in talk.uow.forms.of_contact(contact_id):
            if form.kind is kind and kind in REQUEST_OF:
                move_here(form, talk)
                form.park(talk.now)
                return form
    return None


def answer_form(talk: Talk) -> FormReply:
    """Take a message as the answer to the question that waits.

    Returns:
        What to say; empty where no form waits.
    """
    return _once(talk, lambda: _answer(talk))


def _answer(talk: Talk) -> FormReply:
    form = current_form(talk.uow, talk.contact_id)
    if form is None:
        return FormReply()
    reply = _take(form, talk)
    form.updated_at = talk.now
    return reply


def _once(talk: Talk, deal_with: Callable[[], FormReply]) -> FormReply:
    """Deal with a message once: come again, because its turn was not finished, it gets the same reply and changes nothing."""
    if _is_over(talk):
        return FormReply()
    last = talk.uow.forms.last_reply(talk.contact_id)
    if last is not None and last[0] == talk.message_id:
        return FormReply.from_dict(last[1])
    reply = deal_with()
    if reply.lines or reply.asking:
        talk.uow.forms.keep_reply(talk.contact_id, talk.message_id, reply.as_dict())
    talk.uow.commit()
    return reply


def _was_taken(uow: UnitOfWork, contact_id: str, message_id: str) -> bool:
    last = uow.forms.last_reply(contact_id)
    return last is not None and last[0] == message_id


def interrupt_form(talk: Talk, *, topic: str | None, decision: str | None) -> FormReply:
    """Take note of a message that was for something else, and ask again; a safety message parks the form.

    Returns:
        What to say after the answer to the other matter; empty where nothing is.
    """
    if topic == "return_fear":
        flag_fear_after_sending(talk)
        talk.uow.commit()
    form = current_form(talk.uow, talk.contact_id)
    if form is None or _was_taken(talk.uow, talk.contact_id, talk.message_id) or _is_over(talk):
        return FormReply()
    reply = _after_interruption(form, talk, topic=topic or "", decision=decision)
    # The message's id is not kept: should the turn be repeated, the message is still for the other matter, a plea above all.
    form.updated_at = talk.now
    talk.uow.commit()
    return reply


def _after_interruption(form: Form, talk: Talk, *, topic: str, decision: str | None) -> FormReply:
    if is_safety(topic) or topic == "danger_yes" or decision == "check_safety":
        if form.kind is FormKind.RETURN_REQUEST and talk.reader.has_fear(talk.text):
            # Only recorded: what is said now is for the danger.
            flag_fear(form, talk)
        if form.asked == "in_detention" and topic == "report_detention" and _says_yes(_read(form, talk)):
            # Who just told it is not asked the same again when the form goes on.
            form.keep("in_detention", "yes")
            advance(form, talk)
        form.park(talk.now)
        return FormReply()
    if topic in QUIET:
        return FormReply()
    fear = flag_fear(form, talk) if topic == "return_fear" and form.kind is FormKind.RETURN_REQUEST else []
    if form.parked_at is not None:
        offer = [] if form.was_offered else [Line("resume_offer")]
        form.was_offered = True
        return FormReply((*fear, *offer))
    if fear:
        if form.asked == "fear":
            form.ask(ASIDES["go_on_with_fear"])  # It was said; it is not asked again.
        # The answer to the fear told of a case already; a second reference would only confuse.
        return ask(form, talk).after(fear[0])
    if talk.is_after_silence(form) and form.asked not in ASIDES:
        form.ask(ASIDES["resume"])
    return ask(form, talk)


def _is_over(talk: Talk) -> bool:
    """Say whether a message was answered long ago: a process that was thought dead may come back with it."""
    return talk.uow.messages.get(talk.message_id).state == InboundState.HANDLED.value


def _take(form: Form, talk: Talk) -> FormReply:
    if talk.pressed == LEAVE:
        return STEERING[FormWord.LEAVE](form, talk)
    if talk.pressed and "__" in talk.pressed:
        return _press(form, talk, *talk.pressed.split("__", 1))
    word = talk.reader.word(talk.text)
    if word is not None:
        return STEERING[word](form, talk)
    if form.parked_at is not None:
        return _after_interruption(form, talk, topic="", decision=None)
    reading = _read(form, talk)
    if form.asked == "fear" and talk.reader.has_fear(talk.text) and not (isinstance(reading, Read) and reading.is_whole):
        # "The war goes on there" says yes without the word, whatever small words of it look like a no.
        return _use(form, talk, Read("yes"))
    if form.kind is FormKind.RETURN_REQUEST and form.asked != "fear" and talk.reader.has_fear(talk.text):
        lines = flag_fear(form, talk)
        is_answer = isinstance(reading, Read) and not _is_only_words(form, reading)
        return _use(form, talk, reading).after(*lines) if is_answer else ask(form, talk).after(*lines)
    if not isinstance(reading, Read) and talk.is_after_silence(form) and form.asked not in ASIDES:
        form.ask(ASIDES["resume"])
        return ask(form, talk)
    return _use(form, talk, reading)


def _says_yes(reading: Reading) -> bool:
    return isinstance(reading, Read) and reading.value == "yes"


def _is_only_words(form: Form, reading: Read) -> bool:
    """Say whether any words would pass for the answer: those that tell of fear are neither a name nor a town."""
    reads = form.question.reads
    return reads in ("name", "town") or (reads == "place" and "text" in reading.value)


def _read(form: Form, talk: Talk) -> Reading:
    question = form.question
    if talk.place and question.reads == "place":
        return Read({"id": talk.place})
    if not talk.text:
        return Unread("not_understood")
    values, number = values_of(form, talk.address), talk.text.strip()
    if question.takes_several and number.isdecimal() and len(question.values) < int(number) <= len(values):
        return Read(values[int(number) - 1])  # A person, offered beside the choices.
    return talk.reader.read(question, talk.text, values=values, today=talk.today)


def _press(form: Form, talk: Talk, question_id: str, value: str) -> FormReply:
    """Take a button: of the question that waits, or of an earlier one, whose answer it then changes."""
    if value not in _values_at(form, talk, question_id):
        # "1" once more after "not now" belongs to a question that is gone; who paused is not asked on.
        return ask(form, talk) if form.parked_at is None else park(form, talk)
    form.wake()
    if question_id == "resume":
        form.asked = "resume"
    return _use(form, talk, Read([value] if question_id == "needs" else value), question_id=question_id)


def _values_at(form: Form, talk: Talk, question_id: str) -> tuple[str, ...]:
    """Return the values of buttons that still count: a forged one, or one of a question never answered, does not."""
    if question_id == form.asked:
        return values_of(form, talk.address)
    if question_id == "resume":
        return ASIDES["resume"].values
    earlier = {question.id: question.values for question in QUESTIONS[form.kind] if question.id in form.answers}
    return earlier.get(question_id, ())


def _use(form: Form, talk: Talk, reading: Reading, *, question_id: str | None = None) -> FormReply:
    if isinstance(reading, Unread) and reading.code == "no_reference":
        return STEERING[FormWord.SKIP](form, talk)
    if isinstance(reading, Unread):
        return miss(form, talk, reading.code)
    if isinstance(reading, Unclear) and (form.question.takes_several or form.question.reads in MISSED_WHEN_UNCLEAR):
        return miss(form, talk, MISSED_WHEN_UNCLEAR.get(form.question.reads, "not_a_choice"))
    if isinstance(reading, Unclear):
        form.keep("which_of", form.asked)
        form.ask(ASIDES["which"], options=tuple(o["id"] if isinstance(o, dict) else str(o) for o in reading.options))
        return ask(form, talk)
    target = question_id or form.asked
    if target == "which":
        target = form.answers["which_of"]
        form.forget("which_of")
    return apply_answer(form, talk, target, reading.value)
