"""Attacks on the console from outside and through what people write; all refused."""

from __future__ import annotations

import re

import pytest
from flask.sessions import SecureCookieSessionInterface
from waitress.proxy_headers import proxy_headers_middleware

from bot.console import accounts
from bot.console.server import PROXY
from bot.domain.requests import RequestKind
from bot.domain.staff import Grant, Role
from tests.integration.attack_steps import (
    HOSTILE,
    MARK,
    TEXT,
    counted,
    dangers,
    path_of,
    permission_of,
    post,
    views_of,
    write,
)  # fmt: skip
from tests.integration.console_steps import PASSWORD, add_entry, fill_in, log_in, token_on
from tests.integration.login_steps import change, is_in, set_up, staff_id
from tests.integration.request_steps import add_request

AMAL = "amal@example.org"
ALL = (*Role, Grant.COMPLAINTS)
ELSEWHERE = (
    "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example", "\\/evil.example",
    "https:evil.example", "https://evil.example", "http:/\\evil.example", "//evil.example@localhost",
    "https://a@evil.example",
    "/\t/evil.example", "/\n/evil.example", "\t//evil.example", " //evil.example", "/ /evil.example\r\nSet-Cookie: a=b",
    "javascript:alert(1)", "data:text/html,x", "//localhost.evil.example", "%2f%2fevil.example", "evil.example",
    "／／evil.example",
)  # fmt: skip


@pytest.fixture
def everyone(console_staff):
    """A browser in which somebody with every role is logged in."""
    return console_staff(AMAL, *ALL)


# Code of somebody else in our pages


def test_what_a_person_writes_is_never_code(console_parts, console_app, everyone):
    # Given a person whose messages, name and answers are made to be run
    references = [write(console_parts, text)[0] for text in (*HOSTILE, TEXT)]
    _, ids = write(console_parts, TEXT)
    answers = {"full_name": TEXT, "destination": TEXT, "contact_phone": TEXT, "travel_document": "none"}
    request = add_request(console_parts, answers=answers)
    missing = add_request(console_parts, RequestKind.MISSING_PERSON, answers={"last_contact": TEXT})
    # When every page is opened by somebody with every role
    pages = [everyone.get(path_of(console_app, rule)) for rule in views_of(console_app, method="GET") if not rule.arguments]
    pages += [everyone.get(f"/cases/{reference}") for reference in references]
    for made in (request, missing):
        pages += [everyone.get(f"/requests/{made.reference}"), post(everyone, f"/requests/{made.reference}")]
        assert pages[-1].status_code == 200
    # Then no page has an element, a handler or a link of theirs
    for page in pages:
        if page.mimetype == "text/html":
            assert dangers(page.text) == [], page.request.path
    # And the name was there to be seen
    assert any(f"&lt;{MARK}&gt;" in page.text for page in pages)
    assert ids


def test_what_colleagues_write_is_never_code(console_parts, console_app, console_staff):
    root = console_staff("root@example.org", *ALL)
    client = console_staff(AMAL, Role.CASEWORKER)
    for text in HOSTILE:
        name = text[:99]
        post(client, "/account/name", name=name)
        change(console_parts, AMAL, "is_on_duty = 1, team = '<xss-mark onclick=a>'")
        paths = [path_of(console_app, rule) for rule in views_of(console_app, method="GET") if not rule.arguments]
        for path in (*paths, f"/staff/{staff_id(console_parts, AMAL)}"):
            for who in (root, client):
                page = who.get(path)
                assert page.mimetype != "text/html" or dangers(page.text) == [], path
    write(console_parts)
    page = post(
        root, "/staff/invite", email="x@example.org", name=HOSTILE[1], roles="caseworker", language="en", team=HOSTILE[2][:30]
    )
    assert "/invitation/" in page.text and dangers(page.text) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_what_stands_in_an_address_is_never_code(everyone, console_client, text):
    for client in (everyone, console_client):
        for path in ("/", "/login", "/requests", "/directory", "/staff", "/nothing"):
            for name in ("next", "q", "tab", "status", "place", "page"):
                page = client.get(path, query_string={name: text})
                assert dangers(page.text) == [], (path, name)


# Forged requests


def test_every_change_needs_the_token_of_its_own_session(console_parts, console_app, everyone, console_staff):
    # Given the token of somebody else, and one that was made up
    foreign = token_on(console_staff("omar@example.org", Role.CASEWORKER), "/account")
    write(console_parts)
    untouched = counted(console_parts)
    for rule in views_of(console_app, method="POST"):
        for token in (None, "", foreign, "IjEi.x.y"):
            data = {} if token is None else {"csrf_token": token}
            answer = everyone.post(path_of(console_app, rule), data=data)
            # Then nothing is done, whoever is logged in
            assert answer.status_code == 400, (rule.rule, token)
    # Nor with a token in the address, where it would be written to logs
    own = token_on(everyone, "/account")
    assert everyone.post("/logout", query_string={"csrf_token": own}).status_code == 400
    assert is_in(everyone) and counted(console_parts) == untouched


def test_a_form_on_another_site_is_refused_although_it_knew_the_token(everyone):
    token = token_on(everyone, "/account")
    secure = {"base_url": "https://localhost"}
    for referrer in ({}, {"Referer": "https://evil.example/"}, {"Referer": "https://localhost.evil.example/"}):
        answer = everyone.post("/logout", data={"csrf_token": token}, headers=referrer, **secure)
        assert answer.status_code == 400
    assert is_in(everyone)


def test_no_page_may_be_asked_for_by_another_site(everyone, console_client):
    for client in (everyone, console_client):
        answer = client.get("/", headers={"Origin": "https://evil.example"})
        assert not [name for name, _ in answer.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_a_link_makes_no_change_whatever_method_it_claims(console_app, everyone, header):
    # Where the same address shows a page as well, a link leads to that page.
    shown = {rule.rule for rule in views_of(console_app, method="GET")}
    for rule in views_of(console_app, method="POST"):
        if rule.rule in shown:
            continue
        path = path_of(console_app, rule)
        answer = everyone.get(path, headers={header: "POST"}, query_string={"_method": "POST"})
        # Another page may have the address, such as /staff/<id> and /staff/<id>/reset; none of them changes a thing.
        assert answer.status_code in (404, 405), path
    assert is_in(everyone)


# Sessions


@pytest.mark.parametrize("secret", ["", "secret", "dev"])
def test_a_session_signed_by_somebody_else_is_none(console_parts, console_app, everyone, secret):
    with everyone.session_transaction() as session:
        content = dict(session)
    app = console_app.__class__("other")
    app.secret_key = secret or "x"
    forged = SecureCookieSessionInterface().get_signing_serializer(app).dumps(content)
    client = console_app.test_client()
    client.set_cookie("daleel", forged)
    assert not is_in(client)


def test_a_changed_session_is_none(console_app, everyone):
    cookie = everyone.get_cookie("daleel").value
    for changed in (cookie[:-2] + "AA", "x" + cookie, cookie.partition(".")[0], cookie.replace(".", "..", 1), "." + cookie):
        client = console_app.test_client()
        client.set_cookie("daleel", changed)
        assert not is_in(client), changed


def test_no_other_way_in_than_the_login(console_parts, console_app, console_client, everyone):
    with everyone.session_transaction() as session:
        known = session["_user_id"]
    for headers in (
        {"Authentication-Token": known},
        {"Authorization": f"Bearer {known}"},
        {"Authorization": "Basic YW1hbEBleGFtcGxlLm9yZzpjb3JyZWN0IGhvcnNlIGJhdHRlcnkgc3RhcGxl"},
        {"Cookie": f"remember_token={known}"},
        {"X-Forwarded-User": AMAL, "Remote-User": AMAL, "X-Original-URL": "/staff", "X-Rewrite-URL": "/staff"},
    ):
        assert console_client.get("/account", headers=headers).status_code == 302
    for path in ("/login?auth_token=" + known, f"/account?auth_token={known}"):
        console_client.get(path)
        assert not is_in(console_client)
    answer = console_client.post("/login", json={"email": AMAL, "password": PASSWORD})
    assert answer.status_code == 400 and not is_in(console_client)


def test_no_page_of_flask_security_is_served(everyone, console_client):
    for path in (
        "/tf-setup", "/tf-validate", "/tf-rescue", "/tf-select", "/mf-recovery", "/mf-recovery-codes", "/verify", "/register",
        "/reset", "/change", "/confirm", "/us-signin", "/us-setup", "/wan-signin", "/wan-register", "/login/token",
        "/recover-username",
    ):  # fmt: skip
        assert (everyone.get(path).status_code, console_client.get(path).status_code) == (404, 404), path


# Where an address leads


def test_no_form_and_no_link_leads_to_another_site(console_app, everyone):
    set_up(everyone)
    token = token_on(everyone, "/account")
    for wanted in ELSEWHERE:
        # Given an address that a login, a code, the language or an act should lead to
        data = {"csrf_token": token, "next": wanted, "language": "fr", "is_on_duty": "1"}
        landed = [everyone.post(path, data=data) for path in ("/language", "/duty", "/queue/assign")]
        landed.append(everyone.get("/login", query_string={"next": wanted}))
        # Then each leads to a page of ours
        for answer in landed:
            assert answer.status_code == 303, wanted
            assert re.fullmatch(r"/(?![/\\])[\x21-\x7e]*", answer.location), (wanted, answer.location)
            assert "evil" not in answer.location, wanted
        # And the login keeps nothing else, neither from the link nor from the form
        client = console_app.test_client()
        assert '<input type="hidden" name="next" value="/">' in client.get("/login", query_string={"next": wanted}).text
        data = {"csrf_token": token_on(client, "/login"), "email": AMAL, "password": PASSWORD, "next": wanted}
        assert client.post("/login", query_string={"next": wanted}, data=data).location == "/login/code"
        with client.session_transaction() as session:
            assert session["second_step"]["next"] == "/", wanted


def test_where_one_wanted_to_go_is_a_page_of_ours(console_app, everyone):
    client = console_app.test_client()
    assert client.get("/requests?status=draft").location.startswith("/login?next=/requests")
    data = {"csrf_token": token_on(client, "/login"), "email": AMAL, "password": PASSWORD, "next": "/requests"}
    assert client.post("/login", data=data).location == "/requests"


@pytest.mark.parametrize("name", ["Host", "X-Forwarded-Host", "X-Host", "X-Forwarded-Server", "Forwarded", "X-Original-Host"])
def test_no_header_names_the_host(console_parts, console_app, console_client, name):
    value = "host=evil.example;proto=https" if name == "Forwarded" else "evil.example"
    token = accounts.invite(console_parts, "late@example.org", "", Role.AUDITOR)
    for path in ("/", "/login", "/staff", f"/invitation/{token}", "/nothing", "/favicon.ico", "/simulator"):
        answer = console_client.get(path, headers={name: value})
        assert "evil" not in answer.text and "evil" not in (answer.location or ""), path


@pytest.mark.parametrize(
    "name", ["X-Forwarded-Proto", "X-Forwarded-Scheme", "X-Forwarded-Ssl", "Front-End-Https", "X-Url-Scheme"]
)
def test_a_stranger_cannot_say_that_the_page_came_by_https(console_client, name):
    cookie = console_client.get("/login", headers={name: "https" if "S" in name else "on"}).headers["Set-Cookie"]
    assert "Secure" not in cookie


def test_only_the_proxy_is_believed_and_only_its_own_word():
    # Given the server's own rules for what a proxy says
    seen = []
    rules = {name.replace("_proxy_headers", "") if "clear" in name else name: value for name, value in PROXY.items()}
    app = proxy_headers_middleware(lambda environ, _start: seen.append(environ) or [], **rules)

    def ask(peer, **headers):
        environ = {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http", "HTTP_HOST": "console.example", "SERVER_NAME": "console"}
        app({**environ, "SERVER_PORT": "80", **headers}, lambda *_: None)
        return seen.pop()

    # When a person behind the proxy claims another address, the proxy's own word counts
    told = ask("127.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.1, 203.0.113.7", HTTP_X_FORWARDED_PROTO="https")
    assert (told["REMOTE_ADDR"], told["wsgi.url_scheme"]) == ("203.0.113.7", "https")
    # And a host is believed of nobody, nor anything of who is not the proxy
    told = ask("127.0.0.1", HTTP_X_FORWARDED_HOST="evil.example", HTTP_FORWARDED="host=evil.example")
    assert told["HTTP_HOST"] == "console.example" and "evil" not in str(told)
    told = ask("203.0.113.9", HTTP_X_FORWARDED_FOR="198.51.100.1", HTTP_X_FORWARDED_PROTO="https")
    assert (told["REMOTE_ADDR"], told["wsgi.url_scheme"]) == ("203.0.113.9", "http")


# Headers, cookies, sizes, files


def test_every_answer_carries_the_headers_whatever_became_of_it(console_parts, console_app, console_staff):
    console_app.add_url_rule("/broken", "broken", _broken)
    everyone = console_staff(AMAL, *ALL)
    add_entry(console_parts, "office")
    reference, _ = write(console_parts)
    stranger = console_app.test_client()
    answers = [everyone.get(path_of(console_app, rule)) for rule in views_of(console_app, method="GET")]
    answers += [stranger.get(path_of(console_app, rule)) for rule in views_of(console_app, method="GET")]
    answers += [
        everyone.get(f"/cases/{reference}"),
        everyone.get("/nothing"),
        everyone.post("/logout"),
        everyone.get("/logout"),
    ]
    answers += [everyone.post("/account/name", data={"name": "x" * 70_000}), everyone.get("/live"), everyone.get("/broken")]
    for answer in answers:
        where = (answer.request.path, answer.status_code)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "form-action 'self'" in policy, where
        assert "unsafe" not in policy and "*" not in policy and "data:" not in policy and "http" not in policy, where
        assert answer.headers["X-Frame-Options"] == "DENY", where
        assert answer.headers["X-Content-Type-Options"] == "nosniff", where
        assert answer.headers["Referrer-Policy"] == "same-origin", where
        assert answer.headers["Cache-Control"] == "no-store", where
        assert "Server" not in answer.headers or "Python" not in answer.headers["Server"], where
        if answer.mimetype == "text/html" and not 300 <= answer.status_code < 400:
            assert not re.search(
                r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|data:|https?://[^<\"]*\.(js|css)", answer.text
            ), where


def _broken():
    raise RuntimeError("secret detail")


_broken.console_permission = "open_to_all"


def test_an_error_tells_nothing_of_its_cause(console_app, console_client):
    console_app.add_url_rule("/broken", "broken", _broken)
    page = console_client.get("/broken")
    assert page.status_code == 500 and "secret detail" not in page.text and "Traceback" not in page.text


def test_the_session_cookie_is_closed_to_scripts_other_sites_and_open_lines(console_app, everyone):
    client = console_app.test_client()
    secure = {"base_url": "https://localhost"}
    page = client.get("/login", **secure)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text).group(1)
    data = {"csrf_token": token, "email": AMAL, "password": PASSWORD}
    answer = client.post("/login", data=data, headers={"Referer": "https://localhost/login"}, **secure)
    cookies = answer.headers.getlist("Set-Cookie")
    assert answer.location == "/" and cookies
    for cookie in cookies:
        assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; ")) and "Domain" not in cookie


def test_a_body_that_is_too_large_is_not_read(everyone):
    answer = everyone.post("/account/name", data={"name": "x" * 70_000})
    assert answer.status_code == 413
    answer = everyone.post("/account/name", data=b"x" * 70_000, content_type="application/octet-stream")
    assert answer.status_code in (400, 413)


@pytest.mark.parametrize(
    "path",
    [
        "../app.py", "../../settings.py", "..%2f..%2fsettings.py", "%2e%2e/%2e%2e/settings.py", "....//....//settings.py",
        "..\\..\\settings.py", "..%5c..%5csettings.py", "/etc/passwd", "%2fetc%2fpasswd", "console.css%00.py", "", ".", "..",
        "simulator", "simulator/", "../templates/base.html", "%c0%ae%c0%ae/settings.py",
    ],
)  # fmt: skip
def test_no_file_outside_the_folder_is_served(console_app, console_client, path):
    with console_app.test_request_context():
        folder = console_app.url_for("static", filename="console.css").removesuffix("console.css")
    for address in (folder + path, "/static/" + path):
        answer = console_client.get(address)
        assert answer.status_code in (302, 308, 404), (address, answer.status_code)
        assert "import" not in answer.text and "root:" not in answer.text


# The way back to an account


def test_a_used_invitation_and_a_guessed_one_let_nobody_in(console_parts, console_app):
    token = accounts.invite(console_parts, AMAL, "Amal", Role.CASEWORKER)
    fill_in(console_app.test_client(), token, email=AMAL)
    for guess in (token, token[:-1], token + "=", token.lower(), "", "%00", "None", "null"):
        client = console_app.test_client()
        data = {
            "csrf_token": token_on(client, "/login"),
            "email": AMAL,
            "name": "x",
            "password": "a" * 12,
            "repeated": "a" * 12,
        }
        assert client.post(f"/invitation/{guess}", data=data).status_code in (404, 405, 410), guess
        assert not is_in(client)
    assert log_in(console_app.test_client(), AMAL, PASSWORD).location == "/"


def test_an_address_is_marked_once(console_app):
    marks = {rule.endpoint: permission_of(console_app, rule) for rule in console_app.url_map.iter_rules()}
    assert None not in marks.values()
