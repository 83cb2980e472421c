"""Who may see what: each role against each view, each kind of case, and ids that were made up."""

from __future__ import annotations

import re
from itertools import product

import pytest

from bot.console import accounts
from bot.console.permissions import PERMISSIONS
from bot.console.sessions import AUTOMATIC
from bot.domain.cases import CaseKind
from bot.domain.staff import VISIBLE_KINDS, Grant, Role
from tests.integration.attack_steps import (
    FORGED,
    case_of_kind,
    counted,
    is_allowed,
    path_of,
    permission_of,
    post,
    views_of,
    write,
)  # fmt: skip
from tests.integration.console_steps import add_entry, token_on
from tests.integration.login_steps import change, is_in
from tests.integration.request_steps import add_request

NOWHERE = "R-ZZZZZ-Z"
ENDING = {"security.logout"}
PEOPLE = [(*roles, *grants) for roles, grants in product([(r,) for r in Role], [(), (Grant.COMPLAINTS,)])]


@pytest.mark.parametrize("role", list(Role))
def test_each_role_reaches_the_views_of_its_permissions_and_no_other(console_app, console_staff, role):
    client = console_staff("amal@example.org", role)
    token = token_on(client, "/account")
    wrong = []
    for method in ("GET", "POST"):
        for rule in views_of(console_app, method=method):
            if rule.endpoint in ENDING:
                continue
            data = {"csrf_token": token} if method == "POST" else None
            answer = client.open(path_of(console_app, rule), method=method, data=data)
            mark = permission_of(console_app, rule)
            # A page of the login leads to its first page whoever has not begun to log in.
            is_refused = answer.status_code == 403 or (mark != "open_to_all" and "/login" in (answer.location or ""))
            if is_refused is is_allowed(mark, {role}) or answer.status_code >= 500:
                wrong.append((method, rule.rule, answer.status_code))
    assert wrong == []
    assert is_in(client)


def test_a_stranger_reaches_nothing_but_what_is_open_to_all(console_app, console_client):
    token = token_on(console_client, "/login")
    for method in ("GET", "POST"):
        for rule in views_of(console_app, method=method):
            if permission_of(console_app, rule) == "open_to_all":
                continue
            data = {"csrf_token": token} if method == "POST" else None
            answer = console_client.open(path_of(console_app, rule), method=method, data=data)
            if rule.endpoint in AUTOMATIC:
                assert answer.status_code == 401
                continue
            assert (answer.status_code, answer.location.partition("?")[0]) == (302, "/login"), (method, rule.rule)
            script = console_client.open(
                path_of(console_app, rule), method=method, data=data, headers={"X-Requested-With": "XMLHttpRequest"}
            )
            assert script.status_code == 401, (method, rule.rule)


def test_what_is_open_to_all_is_this_and_no_more(console_app):
    found = {rule.endpoint for rule in console_app.url_map.iter_rules() if permission_of(console_app, rule) == "open_to_all"}
    assert {one for one in found if not one.startswith("simulator.")} == {
        "static", "security.login", "security.enter_code", "security.enter_recovery_code", "security.logout",
        "invitation.accept", "locale.choose", "health.healthz", "health.readyz", "health.favicon",
    }  # fmt: skip


def test_every_role_can_do_something_and_none_can_do_all():
    for role in Role:
        held = {permission for permission, roles in PERMISSIONS.items() if role in roles}
        assert held and held != set(PERMISSIONS), role
    assert PERMISSIONS["manage_staff"] == {Role.ADMINISTRATOR} and PERMISSIONS["read_audit"] == {Role.AUDITOR}
    assert not PERMISSIONS["see_personal_data"] & {Role.ADMINISTRATOR, Role.AUDITOR}


@pytest.mark.parametrize("held", PEOPLE, ids=lambda held: "-".join(one.value for one in held))
def test_a_case_of_a_hidden_kind_is_not_there(console_parts, console_app, console_staff, held):
    # Given a case of each kind
    client = console_staff("amal@example.org", *held)
    cases = {kind: case_of_kind(console_parts, kind) for kind in CaseKind}
    token = token_on(client, "/account")
    may_see = set().union(*(VISIBLE_KINDS[one] for one in held)) if is_allowed("see_cases", held) else set()
    queue, untouched = client.get("/").text, counted(console_parts)
    for kind, reference in cases.items():
        is_visible = kind in may_see
        # Then the queue names those that the roles may see
        assert (reference in queue) is is_visible, kind
        page = client.get(f"/cases/{reference}")
        assert page.status_code == (200 if is_visible else 404 if is_allowed("see_cases", held) else 403), kind
        if is_visible:
            continue
        # And every view that takes a case's reference says that there is none, in whatever case it is written
        for method, rule in _of_cases(console_app):
            values = {name: reference for name in rule.arguments if "reference" in name}
            data = {"csrf_token": token, "text": "a", "note": "a", "reason": "a", "priority": "low", "client_id": "a" * 32}
            for path in (path_of(console_app, rule, **values), path_of(console_app, rule, **values).lower()):
                answer = client.open(path, method=method, data=data if method == "POST" else None)
                assert answer.status_code in (400, 403, 404), (kind, method, path, answer.status_code)
                # In the words of any address that leads nowhere: not even that the case exists is told.
                nowhere = client.open(
                    re.sub(reference, NOWHERE, path, flags=re.IGNORECASE),
                    method=method,
                    data=data if method == "POST" else None,
                )
                assert _words(answer, reference) == _words(nowhere, NOWHERE)
    assert counted(console_parts) == untouched


@pytest.mark.parametrize("kind", [CaseKind.PROTECTION, CaseKind.COMPLAINT])
def test_a_list_of_cases_to_give_out_does_not_reach_hidden_ones(console_parts, console_staff, kind):
    # Given a supervisor, who sees no complaints, and a caseworker, who sees neither
    reference = case_of_kind(console_parts, kind)
    client = console_staff("amal@example.org", Role.SUPERVISOR if kind is CaseKind.COMPLAINT else Role.CASEWORKER)
    before = counted(console_parts)
    # When its reference is sent along
    for to in ("team:", "staff:1"):
        post(client, "/queue/assign", case=[reference], to=to, note="a")
    # Then nothing happens to it
    assert counted(console_parts) == before


@pytest.mark.parametrize("forged", FORGED, ids=range(len(FORGED)))
def test_a_made_up_id_finds_nothing_and_breaks_nothing(console_parts, console_app, console_staff, forged):
    client = console_staff("amal@example.org", *Role)
    add_entry(console_parts, "office")
    write(console_parts)
    add_request(console_parts)
    token, untouched = token_on(client, "/account"), counted(console_parts)
    for method in ("GET", "POST"):
        for rule in views_of(console_app, method=method):
            texts = [name for name in rule.arguments if "Int" not in type(rule._converters[name]).__name__]
            if not texts or permission_of(console_app, rule) == "open_to_all":
                continue
            path = path_of(console_app, rule, **dict.fromkeys(texts, "FORGED")).replace("FORGED", forged)
            answer = client.open(path, method=method, data={"csrf_token": token} if method == "POST" else None)
            assert answer.status_code < 500, (method, path)
            assert answer.status_code != 200 or "reference" not in " ".join(texts), (method, path)
    assert counted(console_parts) == untouched


def test_another_persons_account_cannot_be_named(console_parts, console_app, console_staff):
    # Given two caseworkers: nothing in the pages of one's own account takes an id
    for rule in console_app.url_map.iter_rules():
        assert not (rule.endpoint.startswith("account.") and rule.arguments), rule.rule
    # Then an id that is sent along changes nobody else
    amal = console_staff("amal@example.org", Role.CASEWORKER)
    console_staff("omar@example.org", Role.CASEWORKER)
    post(amal, "/account/name", name="Hacked", id="2", staff_id="2", email="omar@example.org", roles="administrator")
    with console_parts.engine.connect() as connection:
        names = connection.exec_driver_sql("SELECT email, name FROM staff ORDER BY id").all()
    assert names == [("amal@example.org", "Hacked"), ("omar@example.org", "Amal")]
    assert amal.get("/staff").status_code == 403


def test_an_invitation_gives_no_more_roles_than_it_was_made_with(console_parts, console_app):
    token = accounts.invite(console_parts, "amal@example.org", "Amal", Role.CASEWORKER)
    client, path = console_app.test_client(), f"/invitation/{token}"
    data = {"email": "amal@example.org", "name": "A", "password": "correct horse battery", "repeated": "correct horse battery"}
    client.post(path, data={"csrf_token": token_on(client, path), **data, "roles": "administrator", "active": "1"})
    assert accounts.list_staff(console_parts)[0].roles == ("caseworker",)


def test_a_role_that_is_taken_away_is_gone_with_the_next_click(console_parts, console_staff):
    client = console_staff("amal@example.org", Role.SUPERVISOR)
    assert client.get("/requests").status_code == 200
    with console_parts.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM staff_role")
    assert client.get("/requests").status_code == 403


def test_a_disabled_account_is_out_with_the_next_click(console_parts, console_staff):
    client = console_staff("amal@example.org", Role.SUPERVISOR)
    assert is_in(client)
    change(console_parts, "amal@example.org", "active = 0")
    assert not is_in(client)
    assert client.get("/live", headers={"X-Requested-With": "XMLHttpRequest"}).status_code == 401


def _words(page, reference):
    # Two tokens of one session differ by the second in which they were made.
    text = re.sub(r'(name="csrf_token" value=)"[^"]+"', "", page.text)
    return page.status_code, text.upper().replace(reference, "")


def _of_cases(app):
    rules = [(method, rule) for method in ("GET", "POST") for rule in views_of(app, method=method)]
    return [(method, rule) for method, rule in rules if "reference" in rule.arguments and not rule.rule.startswith("/requests")]
