"""The pages on which administrators manage the staff, and the same from the command line."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from bot.commands import staff as command
from bot.console import accounts
from bot.domain.audit import Act
from bot.domain.cases import EntryKind, QueueState
from bot.domain.errors import InvalidInput, WrongState
from bot.domain.staff import Grant, Role
from bot.language.catalogues import Catalogues
from bot.services import staff as services
from bot.services.audit_ports import AuditFilter
from bot.services.login import MAX_FAILURES
from bot.settings import PROJECT
from bot.storage.staff import SqlStaffMembers
from bot.wiring import now
from tests.integration.console_steps import PASSWORD, fill_in, log_in, open_case_of, token_on
from tests.integration.login_steps import acts, change, code_of, is_in, link_on, log_in_with, set_up, staff_id

ROOT, AMAL = "root@example.org", "amal@example.org"


@pytest.fixture
def root(console_staff):
    """A browser in which the administrator is logged in."""
    return console_staff(ROOT, Role.ADMINISTRATOR)


@pytest.fixture
def amal(console_parts, root, console_staff):
    """A browser in which a caseworker is logged in, and the path of her page."""
    client = console_staff(AMAL, Role.CASEWORKER)
    return client, f"/staff/{staff_id(console_parts, AMAL)}"


def test_an_administrator_invites_and_sees_the_link_once(console_parts, console_app, root):
    # Given an invitation made on the page
    data = {
        "email": "Omar@Example.org", "name": "Omar", "roles": ["caseworker", "protection"], "is_for_complaints": "y",
        "team": "Benghazi", "language": "ar",
    }  # fmt: skip
    page = _post(root, "/staff/invite", **data)
    # When the invited person opens it, they are in
    client = console_app.test_client()
    token = link_on(page).removeprefix("/invitation/")
    assert fill_in(client, token, email="omar@example.org", name="Omar").status_code == 303
    # Then roles, grant, team and language are as chosen, and the link is shown nowhere again
    (account,) = (one for one in accounts.list_staff(console_parts) if one.email == "omar@example.org")
    assert (account.roles, account.is_for_complaints, account.team) == (("caseworker", "protection"), True, "benghazi")
    assert 'lang="ar"' in client.get("/").text
    listed = root.get("/staff").text
    assert token not in listed and "omar@example.org" in listed and "Benghazi" in listed
    who = f"staff:{staff_id(console_parts, 'omar@example.org')}"
    assert ("invited", staff_id(console_parts, ROOT), who, "caseworker protection complaints") in acts(console_parts)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:1"])
def test_the_link_is_of_the_settings_and_not_of_what_the_browser_says(root, host):
    data = {"csrf_token": token_on(root, "/staff/invite"), "email": "omar@example.org", "roles": "caseworker", "language": "en"}
    page = root.post("/staff/invite", data=data, headers={"Host": host, "X-Forwarded-Host": host})
    # Another name of the site has another cookie: this one is for strangers.
    assert host not in page.text and (page.status_code in (400, 302) or "/invitation/" in page.text)
    page = _post(root, "/staff/invite", email="omar2@example.org", roles="caseworker", language="en", _host=host)
    assert host not in page.text and "/invitation/" in page.text


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"email": "nobody"}, "not an e-mail address"),
        ({"email": ROOT}, "Another staff member"),
        ({"roles": []}, "one role at least"),
        ({"team": "x" * 40}, "At most 32"),
        ({"roles": ["owner"]}, ""),
        ({"language": "de"}, ""),
    ],
)
def test_a_wrong_invitation_is_explained_and_made_by_nobody(console_parts, root, wrong, told):
    data = {"email": "omar@example.org", "roles": ["caseworker"], "team": "", "language": "en", **wrong}
    page = _post(root, "/staff/invite", **data)
    assert "/invitation/" not in page.text and told in page.text
    assert len(accounts.list_staff(console_parts)) == 1


def test_the_list_says_how_every_account_stands(console_parts, root, amal):
    accounts.invite(console_parts, "late@example.org", "Late", Role.AUDITOR)
    change(console_parts, AMAL, "locked_until = '2099-01-01 00:00:00'")
    page = root.get("/staff").text
    assert page.index(AMAL) < page.index("Locked") < page.index("late@example.org") < page.index("Invited")
    accounts.disable_staff(console_parts, AMAL)
    assert "Disabled" in root.get("/staff").text


def test_other_roles_hold_from_the_next_click_on(console_parts, root, amal):
    client, path = amal
    change(console_parts, AMAL, "is_on_duty = 1")
    assert client.get("/requests").status_code == 200
    _post(root, path, roles=["auditor"], team="Tripoli", is_for_complaints="")
    assert client.get("/requests").status_code == 403
    (account,) = (one for one in accounts.list_staff(console_parts) if one.email == AMAL)
    assert (account.roles, account.team, account.is_on_duty) == (("auditor",), "tripoli", False)


def test_a_team_is_known_by_its_town_in_any_language(console_parts, root, amal):
    _post(root, amal[1], roles=["caseworker"], team=" طرابلس ")
    assert [one.team for one in accounts.list_staff(console_parts) if one.email == AMAL] == ["tripoli"]
    assert 'value="Tripoli"' in root.get(amal[1]).text


def test_a_reset_takes_password_and_second_factor_and_gives_a_link(console_parts, console_app, root, amal):
    client, path = amal
    secret, codes = set_up(client)
    page = _post(root, f"{path}/reset", _form=path)
    assert not is_in(client)
    assert "is not right" in log_in(console_app.test_client(), AMAL, PASSWORD).text
    fresh = console_app.test_client()
    fill_in(fresh, link_on(page).removeprefix("/invitation/"), email=AMAL)
    assert is_in(fresh)
    assert log_in(console_app.test_client(), AMAL, PASSWORD).location == "/"
    told = [act for act, *_ in acts(console_parts)]
    assert told.count("staff_reset") == told.count("second_factor_removed") == 1
    assert secret and codes


def test_an_administrator_ends_the_sessions_of_another(root, amal, console_app):
    client, path = amal
    _post(root, f"{path}/end-sessions", _form=path)
    assert not is_in(client) and is_in(root)
    assert log_in(console_app.test_client(), AMAL, PASSWORD).location == "/"


def test_a_disabled_account_is_out_and_comes_back_as_it_was(console_app, root, amal):
    client, path = amal
    secret, _ = set_up(client)
    _post(root, f"{path}/disable", _form=path)
    assert not is_in(client)
    assert "is not right" in log_in(console_app.test_client(), AMAL, PASSWORD).text
    _post(root, f"{path}/enable", _form=path)
    assert log_in_with(console_app.test_client(), AMAL, code=code_of(secret, steps=1)).location == "/"


@pytest.mark.parametrize("by_page", [True, False], ids=["page", "command line"])
def test_cases_of_a_disabled_account_go_back_and_nobody_waits_for_somebody_who_left(console_parts, root, amal, by_page):
    client, path = amal
    (_, followed), (_, waits) = (open_case_of(console_parts, "talk_to_human") for _ in range(2))
    client.post("/duty", data={"csrf_token": token_on(client, "/directory"), "is_on_duty": "1"})
    assert [one.is_on_duty for one in accounts.list_staff(console_parts) if one.email == AMAL] == [True]
    page = f"/cases/{followed}"
    client.post(f"{page}/claim", data={"csrf_token": token_on(client, page)})
    client.post(f"{page}/reply", data={"csrf_token": token_on(client, page), "text": "Hello", "client_id": "0123456789abcdef"})
    object.__setattr__(console_parts, "catalogues", Catalogues.load(PROJECT / "locales"))
    if by_page:
        assert "cases are back in the queue" in _post(root, f"{path}/disable", _form=path, _follow=True).text
    else:
        command.disable(console_parts.settings, Console(file=io.StringIO()), email=AMAL)
    by = staff_id(console_parts, ROOT) if by_page else None
    with console_parts.unit_of_work() as uow:
        case = uow.cases.find_by_reference(followed)
        assert (case.assignee_id, case.queue_state) == (None, QueueState.WAITING)
        assert not uow.conversations.get(case.conversation_id).is_with_staff
        *_, told = uow.messages.in_conversation(case.conversation_id, after=0)
        assert told.answer_id == "handed_on_off_duty"
        *_, last = uow.cases.entries_of(case.conversation_id)
        assert (last.kind, last.by) == (EntryKind.RELEASED, by)
        (entry,) = uow.audit.newest(AuditFilter(act=Act.CASE_RELEASED), before=None, limit=9)
        assert (entry.staff_id, entry.subject) == (by, followed)
        assert uow.cases.find_by_reference(waits).touched_at is None
    (account,) = [one for one in accounts.list_staff(console_parts) if one.email == AMAL]
    assert (account.state, account.is_on_duty) == ("disabled", False)


def test_an_account_disabled_between_password_and_code_stays_out(console_app, root, amal):
    client, path = amal
    secret, _ = set_up(client)
    waiting = console_app.test_client()
    log_in(waiting, AMAL, PASSWORD)
    token = token_on(waiting, "/login/code")
    _post(root, f"{path}/disable", _form=path)
    waiting.post("/login/code", data={"csrf_token": token, "code": code_of(secret, steps=1)})
    assert not is_in(waiting)


def test_an_administrator_unlocks(console_app, root, amal):
    _, path = amal
    for _ in range(MAX_FAILURES):
        log_in(console_app.test_client(), AMAL, "wrong")
    assert "Unlock" in root.get(path).text
    _post(root, f"{path}/unlock", _form=path)
    assert log_in(console_app.test_client(), AMAL, PASSWORD).location == "/"


@pytest.mark.parametrize("act", ["disable", "reset"])
def test_nobody_shuts_themselves_out(console_parts, root, act):
    path = f"/staff/{staff_id(console_parts, ROOT)}"
    assert f"{path}/{act}" not in root.get(path).text
    assert "your own account" in _post(root, f"{path}/{act}", _form=path, _follow=True).text
    assert is_in(root)


def test_nobody_takes_their_own_administrator_role_away(console_parts, console_staff, root):
    console_staff("second@example.org", Role.ADMINISTRATOR)
    path = f"/staff/{staff_id(console_parts, ROOT)}"
    assert "your own administrator role" in _post(root, path, roles=["supervisor"], _follow=True).text
    assert root.get("/staff").status_code == 200
    _post(root, path, roles=["administrator", "supervisor"])
    assert root.get("/requests").status_code == 200


def test_the_last_administrator_cannot_be_lost(console_parts, root, amal):
    # Given one administrator who can log in, and two who cannot
    accounts.invite(console_parts, "invited@example.org", "", Role.ADMINISTRATOR)
    accounts.invite(console_parts, "gone@example.org", "", Role.ADMINISTRATOR)
    accounts.disable_staff(console_parts, "gone@example.org")
    # Then the command line does not disable them, but resets them: that is the way back in
    with pytest.raises(WrongState):
        accounts.disable_staff(console_parts, ROOT)
    assert is_in(root)
    with console_parts.unit_of_work() as uow, pytest.raises(WrongState):
        members = SqlStaffMembers(uow.session, console_parts.cipher)
        services.change_staff(members, members.find(ROOT), roles=[Role.AUDITOR], team=None, clock=now)
    assert accounts.reset_staff(console_parts, ROOT)


@pytest.mark.parametrize("act", ["", "/reset", "/disable", "/enable", "/unlock", "/end-sessions"])
def test_a_staff_member_who_does_not_exist_is_not_found(root, act):
    assert _post(root, f"/staff/9999{act}", _form="/staff", roles="caseworker").status_code == 404


def test_who_waits_for_the_first_login_has_no_page(console_parts, root):
    with console_parts.unit_of_work() as uow:
        waiting = SqlStaffMembers(uow.session, console_parts.cipher).create(services.FIRST_EMAIL, name="", now=now())
        number = waiting.id
        uow.commit()
    assert root.get(f"/staff/{number}").status_code == 404
    assert services.FIRST_EMAIL not in root.get("/staff").text


def test_the_command_line_gives_team_and_grant_and_lists_the_second_factor(console_parts, console_staff):
    settings, out = console_parts.settings, Console(file=io.StringIO(), width=200)
    command.add(
        settings,
        out,
        email="zoe@example.org",
        name="Zoé",
        role="caseworker",
        language="fr",
        team="sebha",
        is_for_complaints=True,
    )
    set_up(console_staff(AMAL, Role.CASEWORKER))
    command.show(settings, out)
    text = out.file.getvalue()
    assert "/invitation/" in text
    lines = {email: line for line in text.splitlines() for email in (AMAL, "zoe@example.org") if email in line}
    assert "caseworker, complaints" in lines["zoe@example.org"] and "sebha" in lines["zoe@example.org"]
    assert "yes" in lines[AMAL] and "yes" not in lines["zoe@example.org"]
    command.reset(settings, out, email=AMAL)
    assert not any(one.has_second_factor for one in accounts.list_staff(console_parts))
    with pytest.raises(InvalidInput):
        command.add(settings, out, email="x@example.org", name="", role="owner", language="fr")


def test_only_who_is_named_sees_complaints_and_no_role_brings_it(console_parts, root, amal):
    held = lambda: next(a for a in accounts.list_staff(console_parts) if a.email == AMAL).is_for_complaints  # noqa: E731
    _post(root, amal[1], roles=[role.value for role in Role])
    assert not held()
    _post(root, amal[1], roles=["caseworker"], is_for_complaints="y")
    assert held() and Grant.COMPLAINTS not in set(Role)


def _post(client, path, *, _form=None, _host=None, _follow=False, **data):
    headers = {"X-Forwarded-Host": _host} if _host else {}
    data = {"csrf_token": token_on(client, _form or path), **data}
    return client.post(path, data=data, headers=headers, follow_redirects=_follow)
