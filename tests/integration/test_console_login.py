"""Getting in: second factor, recovery codes, what locks an account or an address, how long a session lasts."""

from __future__ import annotations

import json
import time

import pytest

from bot.console import accounts
from bot.console.throttle import MAX_FAILURES as FAILURES_OF_AN_ADDRESS
from bot.domain.staff import Role
from bot.services.login import MAX_FAILURES, RECOVERY_CODES
from bot.storage.cipher import Cipher
from tests.integration.console_steps import PASSWORD, fill_in, log_in, token_on
from tests.integration.login_steps import (
    SET_UP,
    acts,
    app_with,
    change,
    code_of,
    codes_on,
    is_in,
    let_pass,
    log_in_with,
    secret_on,
    set_up,
    staff_id,
)  # fmt: skip

AMAL = "amal@example.org"
WRONG = "The e-mail address or the password is not right."
WRONG_CODE = "This code is not right"


@pytest.fixture
def amal(console_staff):
    """A browser in which a caseworker is logged in."""
    return console_staff(AMAL, Role.CASEWORKER)


@pytest.fixture
def strict_app(console_parts):
    """The application where everybody needs a second factor."""
    return app_with(console_parts, needs_second_factor=True)


# Second factor


def test_who_accepts_an_invitation_sets_up_a_second_factor_before_any_page(console_parts, strict_app):
    # Given a new staff member, where a second factor is needed
    client = strict_app.test_client()
    token = accounts.invite(console_parts, AMAL, "Amal", Role.SUPERVISOR)
    landed = fill_in(client, token, email=AMAL)
    # When they go anywhere, they are led to the set-up
    for path in (landed.location, "/directory", "/requests", "/staff"):
        assert (client.get(path).status_code, client.get(path).location) == (303, SET_UP), path
    assert client.get("/live", headers={"X-Requested-With": "XMLHttpRequest"}).status_code == 403
    assert client.post("/duty", data={"csrf_token": token_on(client, SET_UP), "is_on_duty": "1"}).location == SET_UP
    # Their pages ask for no alarms, which they would be refused
    for path in (SET_UP, "/account"):
        assert "alarm.js" not in client.get(path).text and 'id="alarms"' not in client.get(path).text, path
    # Then account and language are open, and after the set-up everything is
    assert client.get("/account").status_code == 200
    assert client.post("/language", data={"csrf_token": token_on(client, SET_UP), "language": "fr"}).status_code == 303
    set_up(client)
    assert client.get("/").status_code == 200
    assert 'id="alarms"' in client.get("/").text


def test_where_it_is_only_offered_the_first_page_says_so_until_later(amal):
    assert SET_UP in amal.get("/").text
    amal.post("/account/second-factor/later", data={"csrf_token": token_on(amal, "/")})
    assert SET_UP not in amal.get("/").text


def test_who_has_a_second_factor_is_asked_for_it(console_app, amal):
    secret, _ = set_up(amal)
    client = console_app.test_client()
    log_in(client, AMAL, PASSWORD)
    assert not is_in(client)
    assert log_in_with(client, AMAL, code=code_of(secret, steps=1)).location == "/"
    assert is_in(client)


def test_the_way_one_wanted_survives_both_steps(console_app, amal):
    secret, _ = set_up(amal)
    client = console_app.test_client()
    data = {"csrf_token": token_on(client, "/login"), "email": AMAL, "password": PASSWORD, "next": "/directory?place=zuwara"}
    client.post("/login", data=data)
    answer = client.post("/login/code", data={"csrf_token": token_on(client, "/login/code"), "code": code_of(secret, steps=1)})
    assert answer.location == "/directory?place=zuwara"


def test_the_page_shows_the_secret_as_a_picture_and_as_text_in_fours(amal):
    page = amal.get(SET_UP).text
    secret = secret_on(amal)
    assert '<svg class="qr"' in page and "data:" not in page and f"secret={secret}" in page
    assert all(len(group) == 4 for group in (secret[at : at + 4] for at in range(0, len(secret), 4)))
    assert secret_on(amal) == secret


def test_a_wrong_first_code_sets_nothing_up(console_app, amal):
    answer = amal.post(SET_UP, data={"csrf_token": token_on(amal, SET_UP), "code": "000000"})
    assert "Wait for the next one" in answer.text
    assert log_in(console_app.test_client(), AMAL, PASSWORD).location == "/"


def test_a_code_may_have_gaps_and_digits_of_any_script(console_app, amal):
    secret, _ = set_up(amal)
    arabic = code_of(secret, steps=1).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert log_in_with(console_app.test_client(), AMAL, code=f" {arabic[:3]} {arabic[3:]} ").location == "/"


def test_a_code_works_once(console_app, amal):
    # Given a code that let somebody in
    secret, _ = set_up(amal)
    code = code_of(secret, steps=1)
    assert log_in_with(console_app.test_client(), AMAL, code=code).location == "/"
    # When somebody who looked over the shoulder uses it, or the one before it
    for seen in (code, code_of(secret)):
        answer = log_in_with(console_app.test_client(), AMAL, code=seen)
        # Then it is refused
        assert WRONG_CODE in answer.text


def test_the_code_that_set_the_app_up_is_used_as_well(console_app, amal):
    secret, _ = set_up(amal)
    assert WRONG_CODE in log_in_with(console_app.test_client(), AMAL, code=code_of(secret)).text


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "'; DROP TABLE staff; --", "٠٠٠٠٠٠", "⁶⁶⁶⁶⁶⁶"])
def test_what_is_no_code_is_refused(console_app, amal, code):
    set_up(amal)
    client = console_app.test_client()
    assert WRONG_CODE in log_in_with(client, AMAL, code=code).text
    assert not is_in(client)


def test_a_code_without_a_password_leads_back(console_app, amal):
    secret, codes = set_up(amal)
    client = console_app.test_client()
    for path, code in (("/login/code", code_of(secret, steps=1)), ("/login/recovery-code", codes[0])):
        answer = client.post(path, data={"csrf_token": token_on(client, "/login"), "code": code})
        assert (answer.status_code, answer.location) == (303, "/login")
    assert not is_in(client)


def test_a_right_password_waits_ten_minutes_for_its_code(console_app, amal):
    secret, _ = set_up(amal)
    client = console_app.test_client()
    log_in(client, AMAL, PASSWORD)
    token = token_on(client, "/login/code")
    with client.session_transaction() as session:
        session["second_step"] = {**session["second_step"], "at": time.time() - 601}
    answer = client.post("/login/code", data={"csrf_token": token, "code": code_of(secret, steps=1)})
    assert answer.location == "/login" and not is_in(client)


def test_another_phone_takes_the_place_of_the_first_one_with_the_password_only(console_app, amal):
    # Given an app that is set up
    old, _ = set_up(amal)
    new = secret_on(amal)
    assert new != old
    # When another one is set up without the password, nothing changes; with it, the first one is void
    data = {"csrf_token": token_on(amal, SET_UP), "code": code_of(new)}
    for password in ({}, {"own_password": "not the password"}):
        assert codes_on(amal.post(SET_UP, data={**data, **password})) == []
    assert len(codes_on(amal.post(SET_UP, data={**data, "own_password": PASSWORD}))) == RECOVERY_CODES
    assert WRONG_CODE in log_in_with(console_app.test_client(), AMAL, code=code_of(old, steps=1)).text
    assert log_in_with(console_app.test_client(), AMAL, code=code_of(new, steps=1)).location == "/"


def test_an_older_session_gives_the_password_before_a_first_app(amal):
    let_pass(amal, since_login=16 * 60)
    secret = secret_on(amal)
    data = {"csrf_token": token_on(amal, SET_UP), "code": code_of(secret)}
    assert codes_on(amal.post(SET_UP, data=data)) == []
    assert codes_on(amal.post(SET_UP, data={**data, "own_password": PASSWORD}))


def test_setting_it_up_ends_the_other_sessions(console_app, amal):
    other = console_app.test_client()
    log_in(other, AMAL, PASSWORD)
    assert is_in(other)
    set_up(amal)
    assert is_in(amal) and not is_in(other)


# Recovery codes


def test_ten_recovery_codes_each_work_once(console_app, amal):
    _, codes = set_up(amal)
    assert len(set(codes)) == RECOVERY_CODES
    assert log_in_with(console_app.test_client(), AMAL, recovery=codes[3].upper().replace("-", " ")).location == "/"
    again = console_app.test_client()
    assert WRONG_CODE in log_in_with(again, AMAL, recovery=codes[3]).text and not is_in(again)
    client = console_app.test_client()
    assert log_in_with(client, AMAL, recovery=codes[0]).location == "/"
    assert "8 recovery codes are left" in client.get("/").text
    assert "8 of 10 recovery codes are left" in client.get("/account").text


def test_recovery_codes_are_shown_once_and_stored_as_keyed_hashes(console_parts, amal):
    secret, codes = set_up(amal)
    assert not any(code in amal.get("/account").text for code in codes)
    with console_parts.engine.connect() as connection:
        stored = connection.exec_driver_sql("SELECT tf_totp_secret, mf_recovery_codes FROM staff").one()
    cipher: Cipher = console_parts.cipher
    kept = json.loads(cipher.decrypt(stored[1]))
    assert len(kept) == RECOVERY_CODES and not any(code in str(kept) or code.replace("-", "") in str(kept) for code in codes)
    assert secret not in str(stored) and secret not in cipher.decrypt(stored[0])


def test_new_recovery_codes_need_the_password_and_void_the_older_ones(console_app, amal):
    _, old = set_up(amal)
    data = {"csrf_token": token_on(amal, "/account")}
    assert codes_on(amal.post("/account/recovery-codes", data={**data, "own_password": "not the password"})) == []
    new = codes_on(amal.post("/account/recovery-codes", data={**data, "own_password": PASSWORD}))
    assert len(new) == RECOVERY_CODES and not set(new) & set(old)
    assert WRONG_CODE in log_in_with(console_app.test_client(), AMAL, recovery=old[0]).text
    assert log_in_with(console_app.test_client(), AMAL, recovery=new[0]).location == "/"


def test_a_code_of_one_person_is_no_code_of_another(console_app, console_staff, amal):
    secret, codes = set_up(amal)
    set_up(console_staff("omar@example.org", Role.CASEWORKER))
    for given in ({"recovery": codes[0]}, {"code": code_of(secret, steps=1)}):
        assert WRONG_CODE in log_in_with(console_app.test_client(), "omar@example.org", **given).text


# Too many tries


def test_five_wrong_passwords_lock_the_account_for_15_minutes(console_parts, console_app, amal):
    client = console_app.test_client()
    for _ in range(MAX_FAILURES):
        assert WRONG in log_in(client, AMAL, "wrong").text
    # Then even the right one is refused, in the same words, and nobody who is in is thrown out
    assert log_in(client, AMAL, PASSWORD).text.count(WRONG) == 1
    assert is_in(amal)
    # And after 15 minutes it is open again, with five new tries
    change(console_parts, AMAL, "locked_until = '2020-01-01 00:00:00'")
    for _ in range(MAX_FAILURES - 1):
        log_in(client, AMAL, "wrong")
    assert log_in(client, AMAL, PASSWORD).location == "/"


def test_wrong_codes_and_passwords_count_together_and_a_right_password_between_them_forgives_nothing(console_app, amal):
    secret, codes = set_up(amal)
    client = console_app.test_client()
    log_in(client, AMAL, "wrong")
    for _ in range(2):
        assert WRONG_CODE in log_in_with(client, AMAL, code="000000").text
        assert WRONG_CODE in log_in_with(client, AMAL, recovery="0000-0000-0000").text
    # Then it is locked, for codes that are right too
    path = "/login/code"
    assert WRONG_CODE in client.post(path, data={"csrf_token": token_on(client, path), "code": code_of(secret, steps=1)}).text
    path = "/login/recovery-code"
    assert WRONG_CODE in client.post(path, data={"csrf_token": token_on(client, path), "code": codes[0]}).text
    assert WRONG in log_in(console_app.test_client(), AMAL, PASSWORD).text


def test_a_login_forgets_what_was_wrong_before(console_app, amal):
    client = console_app.test_client()
    for _ in range(3):
        for _ in range(MAX_FAILURES - 1):
            log_in(client, AMAL, "wrong")
        assert log_in(client, AMAL, PASSWORD).location == "/"
        client = console_app.test_client()


def test_wrong_locked_disabled_invited_and_unknown_look_the_same(console_parts, console_app, console_staff):
    for name in ("mistyped", "locked", "disabled"):
        console_staff(f"{name}@example.org", Role.CASEWORKER)
    accounts.invite(console_parts, "invited@example.org", "", Role.CASEWORKER)
    change(console_parts, "locked@example.org", "locked_until = '2099-01-01 00:00:00'")
    accounts.disable_staff(console_parts, "disabled@example.org")
    pages = set()
    for name in ("mistyped", "locked", "disabled", "invited", "nobody"):
        client = console_app.test_client()
        page = log_in(client, f"{name}@example.org", "wrong" if name == "mistyped" else PASSWORD)
        with client.session_transaction() as session:
            kept = frozenset(session)
        pages.add((page.status_code, kept, page.text.replace(name, "").replace(_token(page), "")))
    assert len(pages) == 1 and "_user_id" not in kept


def test_the_time_tells_nothing_of_who_exists(console_app, amal):
    def seconds(email):
        client = console_app.test_client()
        data = {"csrf_token": token_on(client, "/login"), "email": email, "password": "not the password"}
        start = time.perf_counter()
        client.post("/login", data=data)
        return time.perf_counter() - start

    known, unknown = (min(seconds(email) for _ in range(4)) for email in (AMAL, "nobody@example.org"))
    # Without a hash for nobody it would be a tenth.
    assert unknown > known / 2


def test_an_address_that_tries_too_often_waits_whatever_account_it_names(console_app, amal):
    # Given a stranger who tries many accounts from one address
    there = {"REMOTE_ADDR": "203.0.113.7"}
    client = console_app.test_client()
    for number in range(FAILURES_OF_AN_ADDRESS):
        assert _try(client, f"nobody{number}@example.org", there).status_code == 200
    # Then the next try is refused, with the right password too, and so is a code
    refused = _try(client, AMAL, there, password=PASSWORD)
    assert refused.status_code == 429 and "Wait 15 minutes" in refused.text
    # And another address is not held up, nor is who is in
    assert _try(client, AMAL, {"REMOTE_ADDR": "203.0.113.8"}, password=PASSWORD).location == "/"
    assert is_in(amal)


def test_addresses_of_one_ipv6_network_count_as_one(console_app):
    client = console_app.test_client()
    for number in range(FAILURES_OF_AN_ADDRESS):
        _try(client, f"nobody{number}@example.org", {"REMOTE_ADDR": f"[2001:db8:1:2::{number + 1:x}]"})
    assert _try(client, AMAL, {"REMOTE_ADDR": "2001:db8:1:2:ffff::1"}).status_code == 429
    assert _try(client, AMAL, {"REMOTE_ADDR": "2001:db8:1:3::1"}).status_code == 200


def test_a_proxy_that_gives_no_address_locks_nobody_out(console_app, amal):
    client = console_app.test_client()
    for number in range(FAILURES_OF_AN_ADDRESS + 1):
        _try(client, f"nobody{number}@example.org", {"REMOTE_ADDR": "127.0.0.1"})
    assert log_in(client, AMAL, PASSWORD).location == "/"


# Sessions


def test_a_session_ends_12_hours_after_the_login(amal):
    let_pass(amal, since_login=12 * 3600 - 60)
    assert is_in(amal)
    let_pass(amal, since_login=61)
    assert not is_in(amal)


def test_a_session_ends_after_an_hour_without_activity(amal):
    let_pass(amal, since_seen=59 * 60)
    assert is_in(amal)
    let_pass(amal, since_seen=59 * 60)
    assert is_in(amal)
    let_pass(amal, since_seen=60 * 60)
    page = amal.get("/", follow_redirects=True)
    assert "nothing happened for a while" in page.text and not is_in(amal)


@pytest.mark.parametrize(("path", "headers"), [("/live", {}), ("/", {"X-Requested-With": "XMLHttpRequest"})])
def test_what_a_page_asks_by_itself_keeps_no_session_open(amal, path, headers):
    amal.get("/")
    let_pass(amal, since_seen=59 * 60)
    answer = amal.get(path, headers=headers)
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    let_pass(amal, since_seen=60)
    assert amal.get(path, headers=headers).status_code == 401
    assert amal.get(path, headers=headers).status_code == 401
    assert not is_in(amal)


def test_a_cookie_from_before_the_login_is_worthless_after_it(console_app, amal):
    # Given a cookie that somebody planted, or read from the login page
    victim, thief = console_app.test_client(), console_app.test_client()
    victim.get("/login")
    planted = victim.get_cookie("daleel").value
    log_in(victim, AMAL, PASSWORD)
    assert victim.get_cookie("daleel").value != planted
    thief.set_cookie("daleel", planted)
    assert is_in(victim) and not is_in(thief)


def test_a_copied_cookie_is_worthless_after_logging_out(console_app, amal):
    thief = console_app.test_client()
    thief.set_cookie("daleel", amal.get_cookie("daleel").value)
    assert is_in(thief)
    assert amal.post("/logout", data={"csrf_token": token_on(amal, "/account")}).location == "/login"
    assert not is_in(amal) and not is_in(thief)


def test_logging_out_everywhere_else_leaves_this_session(console_app, amal):
    other = console_app.test_client()
    log_in(other, AMAL, PASSWORD)
    amal.post("/account/end-sessions", data={"csrf_token": token_on(amal, "/account")})
    assert is_in(amal) and not is_in(other)


def test_a_new_password_needs_the_old_one_and_ends_other_sessions(console_app, amal):
    other = console_app.test_client()
    log_in(other, AMAL, PASSWORD)
    new = "été à Zuwára, encore"
    data = {"csrf_token": token_on(amal, "/account"), "password": new, "repeated": new}
    assert "not your password" in amal.post("/account/password", data={**data, "old_password": "wrong"}).text
    short = {"old_password": PASSWORD, "password": "short", "repeated": "short"}
    assert "At least 12" in amal.post("/account/password", data={**data, **short}).text
    assert amal.post("/account/password", data={**data, "old_password": PASSWORD}).status_code == 303
    assert is_in(amal) and not is_in(other)
    assert WRONG in log_in(console_app.test_client(), AMAL, PASSWORD).text
    assert log_in(console_app.test_client(), AMAL, new).location == "/"


def test_guessing_the_password_in_an_open_session_locks_the_account_too(console_app, amal):
    data = {"csrf_token": token_on(amal, "/account"), "password": PASSWORD, "repeated": PASSWORD, "old_password": "wrong"}
    for _ in range(MAX_FAILURES):
        amal.post("/account/password", data=data)
    assert "not your password" in amal.post("/account/password", data={**data, "old_password": PASSWORD}).text
    assert WRONG in log_in(console_app.test_client(), AMAL, PASSWORD).text


def test_ones_own_name_is_changed_and_never_emptied(amal):
    token = token_on(amal, "/account")
    assert amal.post("/account/name", data={"csrf_token": token, "name": "Amal B."}).status_code == 303
    assert "Amal B." in amal.get("/account").text
    for empty in ("", "   "):
        assert amal.post("/account/name", data={"csrf_token": token, "name": empty}).status_code == 200
    assert "Amal B." in amal.get("/account").text


# What is recorded


def test_the_audit_log_tells_who_got_in_and_who_tried(console_parts, console_app, amal):
    mine, before = staff_id(console_parts, AMAL), len(acts(console_parts))
    _, codes = set_up(amal)
    amal.post("/logout", data={"csrf_token": token_on(amal, "/account")})
    log_in(console_app.test_client(), "secret.name@example.org", "a typed password")
    for _ in range(MAX_FAILURES):
        log_in(console_app.test_client(), AMAL, "a typed password")
    change(console_parts, AMAL, "locked_until = NULL")
    log_in_with(console_app.test_client(), AMAL, recovery=codes[0])
    told = acts(console_parts)
    assert [(act, who) for act, who, _, _ in told[before:]] == [
        ("second_factor_set", mine),
        ("recovery_codes_made", mine),
        ("logged_out", mine),
        ("login_failed", None),
        *[("login_failed", mine)] * MAX_FAILURES,
        ("locked_out", mine),
        ("logged_in", mine),
    ]
    assert told[-1][3] == "recovery_code"
    assert "secret.name" not in str(told) and "typed" not in str(told)


def _try(client, email, environ, *, password="wrong"):
    data = {"csrf_token": token_on(client, "/login"), "email": email, "password": password}
    return client.post("/login", data=data, environ_base=environ)


def _token(page):
    return page.text.split('name="csrf_token" value="')[1].split('"')[0]
