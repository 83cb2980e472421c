"""The card of a person: masked, shown on demand, each look recorded, and nothing of what somebody may not see."""

from __future__ import annotations

import pytest

from bot.domain.audit import Act
from bot.domain.cases import CaseKind
from bot.domain.contacts import LANGUAGES, Channel, Provider
from bot.domain.errors import NotFound
from bot.domain.requests import Actor, RequestKind
from bot.domain.requests import RequestStatus as S
from bot.domain.staff import Grant, Role
from bot.services.audit_ports import AuditFilter
from bot.services.messages import receive_message
from bot.services.people import person_of, show_person
from bot.wiring import new_id, now
from tests.builders import NOON, make_case, make_incoming
from tests.integration.console_steps import token_on
from tests.integration.request_steps import add_request

NAME, PHONE = "Amina Haddad", "+218910000012"
CASEWORKER, PROTECTION = frozenset({Role.CASEWORKER}), frozenset({Role.PROTECTION})


@pytest.fixture
def console_worker(console_staff):
    """A browser in which a caseworker is logged in."""
    return console_staff("amal@example.org", Role.CASEWORKER)


def add_case(parts, request, kind=CaseKind.RETURN, **changes):
    """Store a case of the person of a request."""
    ids = {"contact_id": request.contact_id, "conversation_id": request.conversation_id}
    with parts.unit_of_work() as uow:
        case = make_case(kind=kind, **ids, **{"id": new_id(), **changes})
        uow.cases.add(case)
        uow.commit()
    return case


def writes_from(parts, address, channel):
    """Let somebody write from an address, and return their contact's id."""
    with parts.unit_of_work() as uow:
        incoming = make_incoming(provider=Provider.TWILIO, channel=channel, address=address, provider_id=new_id())
        message = uow.messages.get(receive_message(uow, incoming, clock=now, new_id=new_id)[0])
        uow.commit()
    return message.contact_id, message.conversation_id


def looks(parts, act=Act.PERSON_SHOWN):
    """Return what the audit log tells of looks."""
    with parts.unit_of_work() as uow:
        return uow.audit.newest(AuditFilter(act=act), before=None, limit=20)


def show(client, request, /, **data):
    """Press "Show name and phone"."""
    form = {"csrf_token": token_on(client, "/directory"), **(data or {"request": request.reference})}
    return client.post(f"/people/{request.contact_id}/show", data=form)


def person(parts, contact_id, roles=CASEWORKER, **more):
    with parts.unit_of_work() as uow:
        return person_of(uow, contact_id, roles, **more)


def test_a_person_is_masked_and_nothing_in_it_is_in_clear(console_parts):
    request = add_request(console_parts, fear_at=NOON)
    found = person(console_parts, request.contact_id)
    assert found.name == "A••• H•••" and found.has_open_fear and found.language == request.language
    assert not any(secret in repr(found) for secret in ("Amina", "Haddad", PHONE, "sim:"))
    assert found.safe_contacts == ("message",) and found.has_more


def test_the_answers_of_a_draft_are_not_told(console_parts):
    request = add_request(console_parts, status=S.DRAFT, submitted_at=None, fear_at=NOON)
    found = person(console_parts, request.contact_id)
    assert found.name == "" and not found.has_open_fear and not found.safe_contacts
    assert [(one.reference, one.status, one.name) for one in found.requests] == [(request.reference, S.DRAFT, "")]


@pytest.mark.parametrize(
    ("roles", "kinds"),
    [
        (CASEWORKER, {CaseKind.RETURN}),
        (PROTECTION, {CaseKind.RETURN, CaseKind.PROTECTION}),
        (frozenset({Grant.COMPLAINTS}), {CaseKind.COMPLAINT}),
    ],
)
def test_only_cases_and_requests_of_visible_kinds_are_listed(console_parts, roles, kinds):
    request = add_request(console_parts)
    for number, kind in enumerate((CaseKind.RETURN, CaseKind.PROTECTION, CaseKind.COMPLAINT)):
        add_case(console_parts, request, kind, reference=f"R-0000{number}-{number}", opened_by_message_id=new_id())
    found = person(console_parts, request.contact_id, roles)
    assert {one.kind for one in found.cases} == kinds
    assert bool(found.requests) == (CaseKind.RETURN in kinds)
    assert bool(found.name) == (CaseKind.RETURN in kinds)


def test_the_same_number_on_two_channels_is_one_person_unless_it_is_shared(console_parts):
    sms, conversation = writes_from(console_parts, "+218910000099", Channel.SMS)
    other, _ = writes_from(console_parts, "+218910000099", Channel.WHATSAPP)
    stranger, _ = writes_from(console_parts, "+218910000098", Channel.SMS)
    with console_parts.unit_of_work() as uow:
        uow.cases.add(make_case(id=new_id(), contact_id=sms, conversation_id=conversation, kind=CaseKind.QUESTION))
        uow.commit()
    found = person(console_parts, other)
    assert {way.channel for way in found.ways} == {Channel.SMS, Channel.WHATSAPP} and len(found.cases) == 1
    assert not person(console_parts, stranger).cases
    with console_parts.unit_of_work() as uow:
        uow.contacts.get(sms).is_shared = True
        uow.commit()
    found = person(console_parts, other)
    assert found.is_shared and not found.cases and [way.channel for way in found.ways] == [Channel.WHATSAPP]


def test_a_look_is_recorded_before_the_person_is_shown(console_parts):
    request = add_request(console_parts)
    with console_parts.unit_of_work() as uow:
        found = show_person(uow, request.contact_id, via=request.reference.lower(), actor=Actor("7", CASEWORKER), clock=now)
    assert found.name == NAME and found.is_open
    (entry,) = looks(console_parts)
    assert (entry.staff_id, entry.subject, entry.detail) == (7, request.reference, "")


def test_a_person_is_not_shown_through_what_is_not_theirs_or_not_to_be_seen(console_parts):
    request, other = add_request(console_parts), add_request(console_parts)
    hidden = add_case(console_parts, request, CaseKind.PROTECTION, reference="R-00000-0", opened_by_message_id=new_id())
    for via in (other.reference, hidden.reference, "", "nonsense"):
        with console_parts.unit_of_work() as uow, pytest.raises(NotFound):
            show_person(uow, request.contact_id, via=via, actor=Actor("7", CASEWORKER), clock=now)
    assert not looks(console_parts)


def test_the_button_shows_name_and_phone_below_the_note_and_is_recorded(console_parts, console_worker):
    request = add_request(console_parts)
    add_case(console_parts, request, reference=request.reference, opened_by_message_id=new_id())
    answer = show(console_worker, request, case=request.reference)
    page = answer.text
    assert NAME in page and f'href="tel:{PHONE}"' in page and "Hide again" in page
    assert page.index("Write only, do not call") < page.index("tel:")
    assert "no-store" in answer.headers["Cache-Control"]
    assert [entry.subject for entry in looks(console_parts)] == [request.reference]


def test_a_script_gets_the_card_alone(console_parts, console_worker):
    request = add_request(console_parts)
    form = {"csrf_token": token_on(console_worker, "/directory"), "request": request.reference}
    headers = {"X-Requested-With": "XMLHttpRequest"}
    page = console_worker.post(f"/people/{request.contact_id}/show", data=form, headers=headers).text
    assert NAME in page and "<html" not in page and len(looks(console_parts)) == 1


def test_whoever_may_not_see_the_person_learns_nothing(console_parts, console_staff, console_worker):
    request, other = add_request(console_parts), add_request(console_parts)
    assert show(console_worker, request, request=other.reference).status_code == 404
    assert show(console_worker, request, request="").status_code == 404
    assert console_worker.get(f"/people/{request.contact_id}/show").status_code == 405
    admin = console_staff("huda@example.org", Role.ADMINISTRATOR)
    assert show(admin, request).status_code == 403
    assert not looks(console_parts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_card_is_in_words(console_parts, console_app, language):
    household = [{"relation": "child", "age": 3}, {"relation": "sibling", "age": 9}]
    answers = {"household": household, "needs": ["medical"], "in_detention": True, "safe_contact": "<i>after six</i>"}
    request = add_request(console_parts, answers=answers, is_shared=True)
    add_case(console_parts, request, CaseKind.QUESTION, reference="R-00000-0", opened_by_message_id=new_id())
    found = person(console_parts, request.contact_id)
    assert (found.household, found.separated_children, found.in_detention) == (2, 1, True) and found.name == ""
    template = console_app.jinja_env.get_template("person_card.html")
    with console_app.test_request_context(headers={"Accept-Language": language}):
        page = template.render(person=found, may=lambda _permission: True, csrf_token=lambda: "")
    assert "&lt;i&gt;after six" in page and "<i>after" not in page and "style=" not in page
    assert page.count("safe-contact-none") == 1


def test_kinds_of_requests_without_a_name_have_none(console_parts):
    request = add_request(console_parts, RequestKind.COUNSELLING)
    assert person(console_parts, request.contact_id).name == ""
