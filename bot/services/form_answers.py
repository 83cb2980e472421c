"""What an answer means: kept, or followed by what the person needs first (protection, consent, a caseworker)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from bot.domain.form_replies import FormReply, Line
from bot.domain.forms import Form
from bot.domain.questions import ASIDES, CONSENTS, REQUEST_OF, FormKind, Question, question_of
from bot.domain.readings import Read
from bot.domain.requests import PERSON, Request, RequestKind, RequestStatus, Step
from bot.services.cases import fresh_reference
from bot.services.form_asking import ask, fields_of, leave_for_good, park, summary_of
from bot.services.form_context import Talk, is_of_request, own_requests
from bot.services.form_endings import finish, finish_request, merge_with_first
from bot.services.form_proof import identify

AGE = Question("age", "number")
"""Not asked for: it reads whether a birth year was said as an age."""

ELDERS = frozenset({"spouse", "parent", "grandparent"})
"""Relations that no small child has."""

STEERING_ANSWERS = frozenset({"fear", "understood", *CONSENTS})
"""They stay when the person starts again."""


def apply_answer(form: Form, talk: Talk, question_id: str, value: Any) -> FormReply:
    """Take an answer that was understood, and say what comes next."""
    if value == "talk_to_human":
        form.misses, form.options = 0, ()
        return ask(form, talk).after(talk.case_line(talk.call("talk_to_human")))
    rule = _RULES.get(question_id)
    if rule is not None:
        reply = rule(form, talk, value)
        if reply is not None:
            return reply
    else:
        form.keep(question_id, _even(form, question_id, value))
    return advance(form, talk)


def advance(form: Form, talk: Talk) -> FormReply:
    """Keep what was answered with the request, and go to the next question or to the end."""
    request = talk.request_of(form)
    if request is not None and is_of_request(form):
        request.answers, request.updated_at = fields_of(form), talk.now
    upcoming = form.next_question(talk.today)
    if upcoming.id == "confirm" and not is_of_request(form):
        return finish(form, talk)
    form.misses = 0
    form.ask(upcoming)
    return ask(form, talk)


def flag_fear(form: Form, talk: Talk) -> list[Line]:
    """Record a sign of fear of going home, and call protection and counselling; says so the first time only."""
    is_new = _note_fear(form, talk)
    if form.request_id is None:
        form.keep("fear", "yes")
    if not is_new:
        return []
    talk.call("return_fear")
    return [Line("fear_seen"), talk.case_line(talk.call("fear_of_return"))]


def _note_fear(form: Form, talk: Talk) -> bool:
    """Record a sign of fear with the request, and with the form until there is one; say whether it is a new one.

    It stays, whatever is answered later: only a protection officer clears it.
    """
    is_new = not form.answers.get("is_afraid")
    form.keep("is_afraid", True)
    request = talk.request_of(form)
    return is_new if request is None else request.raise_fear(talk.now)


def flag_fear_after_sending(talk: Talk) -> None:
    """Record fear of going home with the return requests that were sent from this number, and call protection."""
    live = [r for r in own_requests(talk) if r.is_live and r.kind is RequestKind.RETURN]
    for request in live:
        if talk.uow.requests.lock(request.id).raise_fear(talk.now):
            talk.uow.requests.add_step(Step(request.id, request.status, request.status, PERSON.id, talk.now, "fear_seen"))
            talk.call("fear_of_return")


def _even(form: Form, question_id: str, value: Any) -> Any:
    """Return a picked value in the shape that reading a text gives."""
    if isinstance(value, str) and question_of(form.kind, question_id).reads == "place":
        return {"id": value}
    return list(value) if isinstance(value, tuple) else value


def _fear(form: Form, talk: Talk, value: str) -> FormReply | None:
    if value == "no":
        form.keep("fear", value)
        return None
    talk.call("return_fear")
    opened = talk.call("fear_of_return")
    _note_fear(form, talk)
    form.keep("fear", value)
    form.ask(ASIDES["go_on_with_fear"])
    return ask(form, talk).after(Line("fear_first"), talk.case_line(opened))


def _go_on_with_fear(form: Form, talk: Talk, value: str) -> FormReply | None:
    if value == "go_on":
        return None
    form.ask(form.next_question(talk.today))
    return park(form, talk)


def _understood(form: Form, talk: Talk, value: str) -> FormReply | None:
    if value == "yes":
        form.keep("understood", value)
        return None
    form.misses += 1
    lines = [Line("hint_understood")] if form.misses < 2 else [Line("hint_understood"), Line("form_person")]
    return ask(form, talk).after(*lines)


def _consent(form: Form, talk: Talk, value: str, *, question_id: str) -> FormReply | None:
    if value == "no":
        leave_for_good(form, talk)
        return FormReply((Line("consent_refused"),))
    form.keep(question_id, value)
    request = talk.request_of(form)
    if request is None:
        request = Request(
            id=talk.new_id(),
            kind=REQUEST_OF[form.kind],
            reference=fresh_reference(talk.uow),
            contact_id=talk.contact_id,
            conversation_id=talk.conversation.id,
            channel=talk.conversation.channel,
            language=talk.language,
            status=RequestStatus.DRAFT,
            answers={},
            created_at=talk.now,
            updated_at=talk.now,
        )
        talk.uow.requests.add(request)
        form.request_id = request.id
    request.give_consent(talk.rules.consent_version, talk.now, channel=talk.conversation.channel, language=talk.language)
    if form.answers.get("is_afraid"):
        request.raise_fear(talk.now)
    return advance(form, talk).after(Line("form_words"))


def _birth(form: Form, talk: Talk, value: dict[str, Any]) -> FormReply | None:
    """Keep a birth date or year; beside the year the age, where it was said: "18" is no child, whatever the month."""
    said = talk.reader.read(AGE, talk.text, values=(), today=talk.today)
    is_age = isinstance(said, Read) and value.get("birth_year") == talk.today.year - said.value
    form.keep("birth", {**value, "age": said.value} if is_age and isinstance(said, Read) else value)
    return None


def _accompanied(form: Form, talk: Talk, value: str) -> FormReply | None:
    form.keep("accompanied", value)
    if value == "yes":
        return None
    # A child alone is never put through the form: child protection takes over.
    opened = talk.call("child_alone")
    leave_for_good(form, talk)
    return FormReply((Line("child_alone"), talk.case_line(opened, is_safety=True)))


def _in_detention(form: Form, talk: Talk, value: str) -> FormReply | None:
    form.keep("in_detention", value)
    if value == "no":
        return None
    talk.call("report_detention")
    return advance(form, talk).after(Line("detention_noted"))


def _household(form: Form, talk: Talk, value: Any) -> FormReply | None:
    members = [] if value == "alone" else [dict(member) for member in value]
    form.keep("household", members)
    unknown = [i for i, member in enumerate(members) if member["relation"] is None or member["age"] is None]
    form.keep("household_open", unknown)
    return None


def _household_member(form: Form, talk: Talk, value: Any) -> FormReply | None:
    members = [dict(member) for member in form.answers["household"]]
    index, *rest = form.answers["household_open"]
    member = members[index]
    told = {"relation": value, "age": None} if isinstance(value, str) else value or {}
    number = talk.text.strip()
    # No wife is four years old: there the number is that of a line, which corrects who it is.
    is_line = isinstance(value, dict) and value.get("relation") is not None and member["relation"] in ELDERS
    if member["relation"] is not None and number.isdecimal() and not is_line:
        told = {"age": int(number)}
    for part in ("relation", "age"):
        if told.get(part) is not None:
            member[part] = told[part]
    is_complete = value is None or (member["relation"] is not None and member["age"] is not None)
    form.answers = {**form.answers, "household": members, "household_open": rest if is_complete else [index, *rest]}
    return None


def _contact_phone(form: Form, talk: Talk, value: str | None) -> FormReply | None:
    if value == "this":
        value = talk.address.address
    form.keep("contact_phone", value)
    return None


def _confirm(form: Form, talk: Talk, value: str) -> FormReply | None:
    if value == "later":
        return park(form, talk)
    if value == "change":
        form.ask(ASIDES["change"], options=tuple(question_id for question_id, _value in summary_of(form)))
        return ask(form, talk)
    return finish_request(form, talk)


def _change(form: Form, talk: Talk, value: str) -> FormReply | None:
    follows = {"birth": ("accompanied",), "household": ("household_open",)}
    form.forget(value, *follows.get(value, ()))
    return None


def _resume(form: Form, talk: Talk, value: str) -> FormReply | None:
    form.wake()
    if value == "later":
        form.ask(form.next_question(talk.today))
        return park(form, talk)
    if value == "start_again":
        form.answers = {k: v for k, v in form.answers.items() if k in STEERING_ANSWERS or k.startswith("is_")}
    return None


def _leave(form: Form, talk: Talk, value: str) -> FormReply | None:
    if value == "keep":
        return park(form, talk)
    if value == "delete":
        leave_for_good(form, talk)
        return FormReply((Line("deleted"),))
    return None


def _asked_before(form: Form, talk: Talk, value: str) -> FormReply | None:
    if value == "no":
        # Two persons, one number: from now on it opens nothing by itself.
        talk.uow.contacts.get(talk.contact_id).is_shared = True
        return None
    live = [request for request in talk.uow.requests.of_contact(talk.contact_id) if request.is_live]
    form.kind, form.request_id, form.answers = FormKind.UPDATE, live[-1].id, {"is_known": True}
    return None


def _same_request(form: Form, talk: Talk, value: str) -> FormReply | None:
    if value == "yes":
        return merge_with_first(form, talk)
    return finish_request(form, talk, is_new=True)


_RULES: dict[str, Callable[[Form, Talk, Any], FormReply | None]] = {
    "fear": _fear,
    "go_on_with_fear": _go_on_with_fear,
    "understood": _understood,
    **{question_id: partial(_consent, question_id=question_id) for question_id in CONSENTS},
    "birth": _birth,
    "accompanied": _accompanied,
    "in_detention": _in_detention,
    "household": _household,
    "household_member": _household_member,
    "contact_phone": _contact_phone,
    "confirm": _confirm,
    "change": _change,
    "resume": _resume,
    "leave": _leave,
    "asked_before": _asked_before,
    "same_request": _same_request,
    "proof": identify,
}
