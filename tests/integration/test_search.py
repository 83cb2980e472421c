"""Finding people: by reference, phone and name in both scripts; only what somebody may see, masked, and recorded."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from bot.console.search import Reader
from bot.domain.audit import Act
from bot.domain.cases import CaseKind
from bot.domain.contacts import Channel, Provider
from bot.domain.requests import RequestKind
from bot.domain.requests import RequestStatus as S
from bot.domain.staff import Grant, Role
from bot.services.audit_ports import AuditFilter
from bot.services.messages import receive_message
from bot.services.privacy import empty_request
from bot.services.search import Found, SearchKind, search
from bot.storage.migrate import downgrade, migrate
from bot.storage.tables import request_name_key
from bot.wiring import new_id, now
from tests.builders import NOON, make_case, make_incoming
from tests.integration.console_steps import token_on
from tests.integration.request_steps import add_request

ROLES = frozenset({Role.CASEWORKER})
PHONE = "+218910000012"


def find(parts, typed, roles=ROLES):
    with parts.unit_of_work() as uow:
        return search(uow, typed, roles=roles, reader=Reader())


def references(found):
    return [one.reference for one in found.requests]


def named(parts, name, **changes):
    return add_request(parts, answers={"full_name": name}, **changes)


def with_phone(parts, phone=PHONE):
    with parts.unit_of_work() as uow:
        hashed = uow.requests.hash(f"phone:{phone}")
    return add_request(parts, phone_hash=hashed, answers={"contact_phone": phone})


@pytest.mark.parametrize("typed", ["{0}", " {0} ", "{1}", "{2}", "see {0} please"])
def test_a_reference_is_found_in_any_writing(database, typed):
    request = add_request(database)
    add_request(database)
    reference = request.reference
    written = typed.format(reference, reference.lower().replace("-", ""), reference[2:])
    found = find(database, written)
    assert (found.kind, references(found)) == (SearchKind.REFERENCE, [reference])


@pytest.mark.parametrize("typed", [PHONE, "0910000012", "091 000 00 12", "٠٩١٠٠٠٠٠١٢", "00218-91-0000012"])
def test_a_phone_is_found_however_it_is_written(database, typed):
    request = with_phone(database)
    add_request(database)
    found = find(database, typed)
    assert (found.kind, references(found)) == (SearchKind.PHONE, [request.reference])


@pytest.mark.parametrize(
    ("provider", "channel", "address", "typed"),
    [
        (Provider.TWILIO, Channel.WHATSAPP, PHONE, "0910000012"),
        (Provider.GATEWAY, Channel.SMS, PHONE, PHONE),
        (Provider.TELEGRAM, Channel.TELEGRAM, "7000123456", "7000123456"),
    ],
)
def test_a_person_is_found_by_the_number_that_they_write_from(database, provider, channel, address, typed):
    with database.unit_of_work() as uow:
        incoming = make_incoming(provider=provider, channel=channel, address=address)
        message = uow.messages.get(receive_message(uow, incoming, clock=now, new_id=new_id)[0])
        ids = {"contact_id": message.contact_id, "conversation_id": message.conversation_id}
        for number, kind in enumerate((CaseKind.QUESTION, CaseKind.COMPLAINT)):
            case = make_case(id=new_id(), kind=kind, reference=f"R-0000{number}-{number}", opened_by_message_id=new_id(), **ids)
            uow.cases.add(case)
        uow.commit()
    assert [case.kind for case in find(database, typed).cases] == [CaseKind.QUESTION]
    assert [case.kind for case in find(database, typed, {Grant.COMPLAINTS}).cases] == [CaseKind.COMPLAINT]
    assert find(database, "+218910000013").count == 0


@pytest.mark.parametrize("typed", ["+218000000012", "00218 00 0000012", "٠٠٢١٨٠٠٠٠٠٠٠١٢", "218-00-0000012"])
def test_a_number_that_nobody_gives_out_is_found_where_it_is_stored(sqlite_database, typed):
    request = with_phone(sqlite_database, "+218000000012")
    with_phone(sqlite_database, "+218000000013")
    found = find(sqlite_database, typed)
    assert (found.kind, references(found)) == (SearchKind.PHONE, [request.reference])


@pytest.mark.parametrize("typed", ["Amina Haddad", "haddad AMINA", "أمينة حداد", "amina"])
def test_a_name_is_found_in_both_scripts_with_the_closest_first(database, typed):
    longer = named(database, "Amina Yusuf Ali Haddad")
    exact = named(database, "أمينة حداد")
    other = named(database, "Amina Traoré")
    named(database, "Mamadou Haddad")
    found = find(database, typed)
    expected = [exact.reference, longer.reference]
    if typed == "amina":
        assert set(references(found)) == {*expected, other.reference}
    else:
        assert references(found) == expected
    assert found.kind is SearchKind.NAME


def test_what_is_found_is_masked_and_holds_no_name(database):
    named(database, "Amina Haddad")
    found = find(database, "Amina")
    assert found.requests[0].name == "A••• H•••" and "Amina" not in repr(found) and "Haddad" not in repr(found)


def test_drafts_are_not_found_by_name_and_show_nothing_by_reference(database):
    draft = named(database, "Amina Haddad", status=S.DRAFT, submitted_at=None, fear_at=NOON)
    assert find(database, "Amina Haddad").count == 0
    (hit,) = find(database, draft.reference).requests
    assert (hit.name, hit.phone, hit.has_open_fear) == ("", "", False)


def test_only_kinds_that_the_roles_see_are_found(database):
    request = named(database, "Amina Haddad")
    for typed in ("Amina Haddad", request.reference):
        for roles in ({Role.ADMINISTRATOR}, {Role.AUDITOR}, {Grant.COMPLAINTS}):
            assert find(database, typed, roles).count == 0


def test_a_name_that_is_erased_or_changed_is_not_found_any_more(database):
    request = named(database, "Amina Haddad", status=S.CLOSED)
    other = named(database, "Amina Haddad")
    with database.unit_of_work() as uow:
        empty_request(uow, uow.requests.get(request.id))
        changed = uow.requests.get(other.id)
        changed.answers = {**changed.answers, "full_name": "Mamadou Diallo"}
        uow.requests.keep_name(changed)
        uow.commit()
    assert find(database, "Amina").count == 0 and references(find(database, "Mamadou")) == [other.reference]
    with database.unit_of_work() as uow:
        uow.requests.remove(uow.requests.get(other.id))
        uow.commit()
        assert uow.session.execute(select(func.count()).select_from(request_name_key)).scalar_one() == 0


def test_at_most_fifty_are_given_and_that_is_said(sqlite_database):
    for _ in range(52):
        named(sqlite_database, "Amina Haddad")
    found = find(sqlite_database, "Amina")
    assert (found.count, found.is_cut) == (50, True)


@pytest.mark.parametrize("typed", ["", "   ", "…"])
def test_nothing_is_searched_for_in_nothing(sqlite_database, typed):
    assert find(sqlite_database, typed) == Found(None)


def test_no_request_kind_without_a_name_has_keys(sqlite_database):
    add_request(sqlite_database, RequestKind.COUNSELLING)
    with sqlite_database.unit_of_work() as uow:
        assert uow.session.execute(select(func.count()).select_from(request_name_key)).scalar_one() == 0


def test_requests_of_before_are_found_by_name_after_the_migration(database):
    request = named(database, "Amina Haddad")
    named(database, "Amina Haddad", status=S.DRAFT, submitted_at=None)
    add_request(database, RequestKind.COUNSELLING)
    downgrade(database.engine, "0003")
    migrate(database.engine)
    assert references(find(database, "أمينة حداد")) == [request.reference]


# The page


def look_for(client, typed):
    return client.post("/search", data={"csrf_token": token_on(client, "/search"), "q": typed})


def test_the_page_finds_says_as_what_and_is_recorded(console_parts, console_staff, process_log):
    request = named(console_parts, "Amina Haddad")
    client = console_staff("amal@example.org", Role.CASEWORKER)
    answer = look_for(client, "أمينة حداد")
    page = answer.text
    assert f'href="/requests/{request.reference}"' in page and "Understood as a name" in page and "1 match" in page
    assert "Amina" not in page and "no-store" in answer.headers["Cache-Control"]
    with console_parts.unit_of_work() as uow:
        (entry,) = uow.audit.newest(AuditFilter(act=Act.SEARCHED), before=None, limit=5)
    assert (entry.subject, entry.detail) == ("", "name")
    assert "أمينة" not in process_log.getvalue()


def test_what_was_typed_is_shown_as_text(console_staff):
    client = console_staff("amal@example.org", Role.CASEWORKER)
    page = look_for(client, "<script>x</script>").text
    assert "<script>x" not in page and "&lt;script&gt;" in page
    assert "nothing to search for" in look_for(client, "…").text


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_who_sees_no_cases_does_not_search(console_parts, console_staff, role):
    client = console_staff("amal@example.org", role)
    assert client.get("/search").status_code == 403
    assert client.post("/search", data={"csrf_token": token_on(client, "/"), "q": "x"}).status_code == 403
