"""What tests of the login do again and again: an app's codes, setting it up, time that passes, what the audit log says."""

from __future__ import annotations

import html
import re
import time
from dataclasses import replace

from passlib.totp import TOTP

from bot.console import create_app
from tests.integration.console_steps import PASSWORD, log_in, token_on

SET_UP = "/account/second-factor"


def code_of(secret, *, steps=0):
    """Return the code that an app shows now, or so many half minutes later."""
    return TOTP(key=secret).generate(time.time() + 30 * steps).token


def set_up(client, **data):
    """Set an authenticator app up; return its secret and the recovery codes."""
    secret = secret_on(client)
    page = client.post(SET_UP, data={"csrf_token": token_on(client, SET_UP), "code": code_of(secret), **data})
    assert page.status_code == 200, page.text
    return secret, codes_on(page)


def secret_on(client):
    """Return the secret that the page shows as text."""
    page = client.get(SET_UP).text
    return "".join(re.findall(r"<span>([A-Z2-7]+)</span>", page[page.index('class="key"') :]))


def codes_on(page):
    """Return the recovery codes of a page."""
    return re.findall(r"<code>([^<]+)</code>", page.text)


def log_in_with(client, email, *, code=None, recovery=None):
    """Log in with a password and a second factor; return the last answer."""
    answer = log_in(client, email, PASSWORD)
    assert answer.location == "/login/code"
    path = "/login/code" if recovery is None else "/login/recovery-code"
    return client.post(path, data={"csrf_token": token_on(client, path), "code": code if recovery is None else recovery})


def let_pass(client, *, since_seen=0, since_login=0):
    """Let so many seconds pass for a session."""
    with client.session_transaction() as session:
        session["seen"] -= since_seen
        session["began"] -= since_login


def is_in(client):
    """Say whether somebody is logged in."""
    return client.get("/account").status_code == 200


def acts(parts):
    """Return the audit log as acts with whom and what they were about."""
    with parts.unit_of_work() as uow:
        entries = uow.audit.entries(limit=1000)
    return [(entry.act.value, entry.staff_id, entry.subject, entry.detail) for entry in entries]


def staff_id(parts, email):
    """Return the id of an account."""
    with parts.engine.connect() as connection:
        return connection.exec_driver_sql(f"SELECT id FROM staff WHERE email = '{email}'").scalar_one()


def change(parts, email, assignment):
    """Change a column of an account behind the pages."""
    with parts.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE staff SET {assignment} WHERE email = '{email}'")


def link_on(page):
    """Return the path of the invitation that a page shows."""
    return re.search(r'value="[^"]*(/invitation/[^"]+)"', html.unescape(page.text)).group(1)


def app_with(parts, **settings):
    """Return an application with other settings over the same database."""
    return create_app(replace(parts, settings=replace(parts.settings, **settings)))
