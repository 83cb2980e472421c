"""What tests of attacks do again and again: all addresses, made up values, hostile texts, and how a page is read."""

from __future__ import annotations

from html.parser import HTMLParser

from werkzeug.routing import BuildError

from bot.console.permissions import PERMISSIONS, mark_of
from bot.domain.contacts import Channel
from bot.services.cases import open_case
from bot.services.messages import receive_message
from bot.wiring import new_id, now
from tests.builders import make_incoming
from tests.integration.console_steps import token_on

MARK = "xss-mark"
HOSTILE = (
    f"<{MARK}>",
    f'"><{MARK} onfocus=alert(1) autofocus>',
    f"'><img src=x onerror=alert(1) class={MARK}>",
    f"</textarea></script><script>alert('{MARK}')</script>",
    f"<svg/onload=alert('{MARK}')>",
    f"javascript:alert('{MARK}')",
    "{{ 7 * 7919 }}${7 * 7919}",
    f"\u202e<{MARK}>\u2066%3Cscript%3E&lt;script&gt;\x1b[2J",
)
TEXT = " ".join(HOSTILE)
FORGED = (
    "nothing",
    "C-00000-0",
    "' OR 1=1 --",
    "1 UNION SELECT password FROM staff",
    "..%2f..%2fetc%2fpasswd",
    "%00",
    "%C0%AE%C0%AE",
    "9" * 40,
    "x" * 2000,
    "٢٣",
    "<script>",
)


def views_of(app, *, method):
    """Return the rules of our views that take a method; files are not of them."""
    return [rule for rule in app.url_map.iter_rules() if method in rule.methods and rule.endpoint != "static"]


def path_of(app, rule, **values):
    """Return an address of a rule; what is not given is made up."""
    invented = {name: 999_999 if "Int" in type(rule._converters[name]).__name__ else "absent" for name in rule.arguments}
    with app.test_request_context():
        try:
            return app.url_map.bind("localhost").build(rule.endpoint, {**invented, **values})
        except BuildError as error:
            raise AssertionError(f"{rule.endpoint}: give its arguments in path_of") from error


def permission_of(app, rule):
    """Return what a view is marked with."""
    return mark_of(app.view_functions[rule.endpoint])


def is_allowed(mark, held):
    """Say whether who holds these roles may use a view with this mark."""
    return mark == "open_to_all" or bool(set(held) & PERMISSIONS[mark])


def write(parts, text="hello"):
    """Let somebody write, and open a case of it; return its reference, and the ids of contact and conversation."""
    with parts.unit_of_work() as uow:
        incoming = make_incoming(
            text, channel=Channel.SMS, address=f"sim:{new_id()}", provider_id=new_id(), message_ref=new_id()
        )
        message = uow.messages.get(receive_message(uow, incoming, clock=now, new_id=new_id)[0])
        ids = {"contact_id": message.contact_id, "conversation_id": message.conversation_id}
        opened = open_case(uow, topic="talk_to_human", message_id=message.id, clock=now, new_id=new_id, **ids)
    return opened.reference, ids


def case_of_kind(parts, kind):
    """Return the reference of a case of a kind, whatever topic opens such cases."""
    reference, _ = write(parts)
    with parts.unit_of_work() as uow:
        uow.cases.find_by_reference(reference).kind = kind
        uow.commit()
    return reference


def counted(parts):
    """Return how many rows every table has, and what the cases hold: what an act would change."""
    with parts.engine.connect() as connection:
        tables = ("message", "case_entry", "delivery_event", "staff", "directory_entry", "request_step")
        known = set(connection.dialect.get_table_names(connection))
        rows = {name: connection.exec_driver_sql(f"SELECT count(*) FROM {name}").scalar() for name in tables if name in known}
        cases = connection.exec_driver_sql("SELECT reference, priority, queue_state, assignee_id, team FROM hotline_case")
        return rows, sorted(map(str, cases.all()))


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found = []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == MARK or (tag == "script" and "src" not in values) or tag in ("iframe", "object", "embed", "base", "style"):
            self.found.append(tag)
        if MARK in (values.get("class") or ""):
            self.found.append("class")
        self.found += [name for name in values if name.startswith("on") or name == "style" or name == "srcdoc"]
        links = (values.get(name) or "" for name in ("href", "src", "action", "formaction"))
        self.found += [link for link in links if link.strip().lower().startswith(("javascript:", "data:", "//"))]


def dangers(page):
    """Return what in a page is code of somebody else: elements, handlers, links; and what a template worked out."""
    reader = _Reader()
    reader.feed(page)
    return reader.found + [text for text in ("55433",) if text in page]


def post(client, path, *, token_from="/account", headers=None, **data):
    """Send a form with its token."""
    return client.post(path, data={"csrf_token": token_on(client, token_from), **data}, headers=headers)
