"""The console's pages: closed by default, invitations, login, roles, duty, directory."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.console import accounts, create_app
from bot.console.permissions import PERMISSIONS, mark_of
from bot.domain.errors import InvalidInput
from bot.domain.staff import VISIBLE_KINDS, Role
from bot.services import staff as staff_service
from bot.storage.staff import SqlStaffMembers
from bot.wiring import now
from tests.integration.console_steps import PASSWORD, add_entry, fill_in, log_in, open_case_of, token_on

ALL_TOPICS = ("emergency_sea", "report_misconduct", "report_detention", "talk_to_human")


def test_every_view_names_its_permission(console_app):
    missing = [rule.endpoint for rule in console_app.url_map.iter_rules() if _mark(console_app, rule) is None]
    assert missing == [], f"mark these views with @requires(...) or @open_to_all(...): {missing}"


def test_every_permission_named_by_a_view_exists(console_app):
    marks = {_mark(console_app, rule) for rule in console_app.url_map.iter_rules()}
    assert marks - {"open_to_all"} <= set(PERMISSIONS)


def test_a_view_without_a_mark_is_refused(console_app):
    console_app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    assert console_app.test_client().get("/forgotten").status_code == 403


def test_a_change_is_never_made_by_a_link(console_app):
    changing = {
        "security.logout", "locale.choose", "queue.duty", "assignment.claim", "assignment.assign", "views.save", "views.delete",
        "directory.verify", "directory.take_back",
    }  # fmt: skip
    for rule in console_app.url_map.iter_rules():
        if rule.endpoint in changing:
            assert rule.methods == {"POST", "OPTIONS"}, rule.endpoint


def test_a_stranger_is_led_to_the_login_page(console_client):
    for path in ("/", "/directory"):
        answer = console_client.get(path)
        assert (answer.status_code, answer.location.partition("?")[0]) == (302, "/login")


def test_every_page_carries_strict_headers_and_no_inline_code(console_parts, console_staff, console_client):
    # Given pages that are filled: a case, an entry, an open invitation and one that is used up
    add_entry(console_parts, "office")
    open_case_of(console_parts, "emergency_sea")
    member = console_staff("amal@example.org", Role.SUPERVISOR)
    token = accounts.invite(console_parts, "late@example.org", "Late", Role.CASEWORKER)
    open_to_all = ("/login", "/simulator", f"/invitation/{token}", "/invitation/used", "/nothing")
    pages = [member.get("/"), member.get("/directory"), *map(console_client.get, open_to_all)]
    for page in pages:
        # Then each allows only our own files, and needs nothing else
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
        assert page.headers["X-Frame-Options"] == "DENY"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert page.headers["Cache-Control"] == "no-store"
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|https?://[^<]*\.(js|css)", page.text)


def test_session_cookies_are_strict(console_client):
    cookie = console_client.get("/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
    secure = console_client.get("/login", base_url="https://console.example.org").headers["Set-Cookie"]
    assert "Secure" in secure


def test_an_invitation_works_once(console_parts, console_app):
    # Given an invitation for the first administrator
    token = accounts.first_invitation(console_parts)
    client = console_app.test_client()
    # When it is accepted, the person is logged in
    answer = fill_in(client, token, email="First@Example.org")
    assert (answer.status_code, answer.location) == (303, "/")
    assert client.get("/").status_code == 200
    # Then it is used up, nobody is invited as first again, and both are told plainly
    again = console_app.test_client().get(f"/invitation/{token}")
    assert again.status_code == 404 and "used already" in again.text
    assert accounts.first_invitation(console_parts) is None
    assert [(a.email, a.state, a.roles) for a in accounts.list_staff(console_parts)] == [
        ("first@example.org", "active", ("supervisor", "administrator"))
    ]


def test_only_a_keyed_hash_of_an_invitation_is_stored(console_parts):
    token = accounts.invite(console_parts, "amal@example.org", "Amal", Role.CASEWORKER)
    with console_parts.engine.connect() as connection:
        stored = json.dumps([list(map(str, row)) for row in connection.exec_driver_sql("SELECT * FROM staff")])
    assert token not in stored


def test_a_new_first_invitation_replaces_the_older_one(console_parts, console_client):
    older = accounts.first_invitation(console_parts)
    newer = accounts.first_invitation(console_parts)
    assert console_client.get(f"/invitation/{older}").status_code == 404
    assert console_client.get(f"/invitation/{newer}").status_code == 200


def test_the_first_invitation_ends_once_anybody_is_in(console_parts, console_app):
    first = accounts.first_invitation(console_parts)
    other = accounts.invite(console_parts, "amal@example.org", "Amal", Role.CASEWORKER)
    fill_in(console_app.test_client(), other, email="amal@example.org")
    assert console_app.test_client().get(f"/invitation/{first}").status_code == 404


def test_an_invitation_ends_after_72_hours(console_parts, console_client):
    with console_parts.unit_of_work() as uow:
        members = SqlStaffMembers(uow.session, console_parts.cipher)
        long_ago = now() - timedelta(hours=72)
        token = staff_service.invite(members, "late@example.org", name="Late", roles=[Role.CASEWORKER], clock=lambda: long_ago)
    page = console_client.get(f"/invitation/{token}")
    assert page.status_code == 410 and "72 hours" in page.text


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"password": "short", "repeated": "short"}, "At least 12 characters"),
        ({"repeated": "something quite different"}, "differ"),
        ({"email": "nobody"}, "not an e-mail address"),
        ({"email": "taken@example.org"}, "Another staff member"),
        ({"name": ""}, "fill this in"),
    ],
)
def test_a_wrong_answer_to_an_invitation_is_explained_and_uses_nothing_up(console_parts, console_client, wrong, told):
    accounts.invite(console_parts, "taken@example.org", "Taken", Role.AUDITOR)
    token = accounts.invite(console_parts, "amal@example.org", "Amal", Role.CASEWORKER)
    answer = fill_in(console_client, token, **{"email": "amal@example.org", **wrong})
    assert answer.status_code == 200 and told in answer.text
    assert fill_in(console_client, token, email="amal@example.org").status_code == 303


def test_two_staff_members_cannot_share_an_address(console_parts):
    accounts.invite(console_parts, "amal@example.org", "Amal", Role.CASEWORKER)
    with pytest.raises(InvalidInput):
        accounts.invite(console_parts, "AMAL@example.org", "Amal again", Role.CASEWORKER)


def test_login_with_the_right_password(console_staff, console_app):
    console_staff("amal@example.org", Role.CASEWORKER)
    client = console_app.test_client()
    assert log_in(client, "Amal@Example.org", PASSWORD).location == "/"
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(("email", "password"), [("amal@example.org", "wrong"), ("nobody@example.org", PASSWORD), ("", "")])
def test_a_wrong_login_tells_nothing_of_who_exists(console_staff, console_app, email, password):
    console_staff("amal@example.org", Role.CASEWORKER)
    client = console_app.test_client()
    answer = log_in(client, email, password)
    assert "The e-mail address or the password is not right." in answer.text
    assert client.get("/").status_code == 302


def test_an_accented_password_lets_its_owner_in(console_parts, console_app):
    token = accounts.invite(console_parts, "zoe@example.org", "Zoé", Role.CASEWORKER)
    fill_in(console_app.test_client(), token, email="zoe@example.org", password="été à Zuwára, encore")
    assert log_in(console_app.test_client(), "zoe@example.org", "été à Zuwára, encore").location == "/"


def test_a_disabled_staff_member_is_out_at_once(console_parts, console_staff, console_app):
    client = console_staff("amal@example.org", Role.CASEWORKER)
    accounts.disable_staff(console_parts, "amal@example.org")
    assert client.get("/").status_code == 302
    assert "is not right" in log_in(console_app.test_client(), "amal@example.org", PASSWORD).text


def test_a_reset_ends_sessions_and_invites_anew(console_parts, console_staff, console_app):
    client = console_staff("amal@example.org", Role.CASEWORKER)
    token = accounts.reset_staff(console_parts, "amal@example.org")
    assert client.get("/").status_code == 302
    assert "is not right" in log_in(console_app.test_client(), "amal@example.org", PASSWORD).text
    assert fill_in(console_app.test_client(), token, email="amal@example.org").status_code == 303


def test_logging_out(console_staff):
    client = console_staff("amal@example.org", Role.CASEWORKER)
    client.post("/logout", data={"csrf_token": token_on(client, "/")})
    assert client.get("/").status_code == 302


def test_a_page_that_renews_itself_sends_no_cookie_again(console_staff):
    client = console_staff("amal@example.org", Role.CASEWORKER)
    client.get("/")
    assert "Set-Cookie" not in client.get("/").headers


def test_the_list_says_of_when_it_is_and_renews_itself(console_parts, console_staff):
    open_case_of(console_parts, "report_detention")
    page = console_staff("amal@example.org", Role.CASEWORKER).get("/").text
    assert "As of " in page and "data-known" in page and "/queue.js" in page


@pytest.mark.parametrize(("is_on", "count"), [(True, 1), (False, 0)])
def test_the_pages_lead_to_the_simulator_where_it_is_on(console_parts, is_on, count):
    settings = replace(console_parts.settings, has_simulator=is_on)
    client = create_app(replace(console_parts, settings=settings)).test_client()
    fill_in(client, accounts.first_invitation(console_parts), email="amal@example.org")
    assert client.get("/").text.count('href="/simulator"') == count


@pytest.mark.parametrize("role", list(Role))
def test_roles_see_their_kinds_of_cases(console_parts, console_staff, role):
    references = {open_case_of(console_parts, topic) for topic in ALL_TOPICS}
    page = console_staff("amal@example.org", role).get("/").text
    shown = {(kind, reference) for kind, reference in references if reference in page}
    assert {kind for kind, _ in shown} == {kind for kind, _ in references} & VISIBLE_KINDS[role]
    assert ("No cases for your role" in page) == (not VISIBLE_KINDS[role])


def test_the_overview_names_no_topic(console_parts, console_staff):
    open_case_of(console_parts, "report_sexual_violence")
    page = console_staff("amal@example.org", Role.SUPERVISOR).get("/").text
    assert "Protection" in page and "sexual" not in page.lower()


def test_the_duty_switch_is_what_contacts_are_told(console_parts, console_staff):
    client = console_staff("amal@example.org", Role.CASEWORKER)
    for answer, count in (("1", 1), ("0", 0)):
        client.post("/duty", data={"csrf_token": token_on(client, "/"), "is_on_duty": answer})
        with console_parts.unit_of_work() as uow:
            assert uow.duty.count() == count


def test_who_sees_no_cases_cannot_be_on_duty(console_parts, console_staff):
    client = console_staff("amal@example.org", Role.ADMINISTRATOR)
    answer = client.post("/duty", data={"csrf_token": token_on(client, "/"), "is_on_duty": "1"})
    assert answer.status_code == 403
    with console_parts.unit_of_work() as uow:
        assert uow.duty.count() == 0


@pytest.mark.parametrize("path", ["/duty", "/logout", "/language", "/directory/office/verify", "/simulator/phones"])
def test_a_post_without_its_token_is_refused(console_parts, console_staff, path):
    client = console_staff("amal@example.org", Role.SUPERVISOR)
    answer = client.post(path, data={"is_on_duty": "1", "language": "fr"})
    assert answer.status_code == 400
    with console_parts.unit_of_work() as uow:
        assert uow.duty.count() == 0


@pytest.mark.parametrize(("header", "lang", "direction"), [("ar-LY,en", "ar", "rtl"), ("fr", "fr", "ltr"), ("de", "en", "ltr")])
def test_a_page_speaks_the_browsers_language(console_client, header, lang, direction):
    page = console_client.get("/login", headers={"Accept-Language": header}).text
    assert f'<html lang="{lang}" dir="{direction}">' in page


def test_a_chosen_language_stays_with_the_browser_and_with_the_account(console_parts, console_staff, console_app):
    client = console_staff("amal@example.org", Role.CASEWORKER)
    data = {"csrf_token": token_on(client, "/"), "language": "ar", "next": "/directory"}
    assert client.post("/language", data=data).location == "/directory"
    assert 'lang="ar" dir="rtl"' in client.get("/").text
    elsewhere = console_app.test_client()
    log_in(elsewhere, "amal@example.org", PASSWORD)
    assert 'lang="ar" dir="rtl"' in elsewhere.get("/").text


@pytest.mark.parametrize("back", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_the_language_switch_leads_nowhere_else(console_client, back):
    data = {"csrf_token": token_on(console_client, "/login"), "language": "fr", "next": back}
    assert console_client.post("/language", data=data).location == "/"


def test_health_and_readiness(console_parts, console_client):
    assert console_client.get("/healthz").json == {"status": "ok"}
    assert console_client.get("/readyz").status_code == 200
    with console_parts.engine.connect() as connection:
        connection.exec_driver_sql("DROP TABLE staff_role")
        connection.exec_driver_sql("DROP TABLE staff")
        connection.commit()
    assert console_client.get("/readyz").status_code == 503


def _mark(app, rule):
    return mark_of(app.view_functions[rule.endpoint])
