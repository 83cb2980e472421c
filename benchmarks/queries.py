"""How many queries each page of the console asks, counted in this process; and the forms on a page, for the benchmark."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from unittest import mock

from sqlalchemy import event
from sqlalchemy.engine import Engine

from bot.console import create_app
from bot.settings import load_settings, read_environment
from bot.storage.prepared import Prepared
from bot.wiring import build


@dataclass
class HtmlForm:
    """A form of a page: where it goes, and what it brings along unseen."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[HtmlForm] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.forms.append(HtmlForm(found.get("action") or ""))
        elif tag == "button" and found.get("formaction") and self.forms:
            self.forms.append(HtmlForm(found["formaction"], dict(self.forms[-1].fields)))
        elif tag == "input" and found.get("type") == "hidden" and found.get("name") and self.forms:
            self.forms[-1].fields[found["name"]] = found.get("value") or ""


def forms_on(text: str) -> list[HtmlForm]:
    """Return the forms of a page."""
    parser = _Forms()
    parser.feed(text)
    return parser.forms


def state_on(text: str) -> str:
    """Return what a page of a conversation says that it knows."""
    found = re.search(r'data-state="([^"]*)"', text)
    return found.group(1) if found else ""


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements that anybody in this process asks a database."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    ran = Prepared._run

    def run(self: Prepared, session: Any, values: Any) -> Any:
        cursor, compiled = ran(self, session, values)
        asked.append(compiled.text)
        return cursor, compiled

    event.listen(Engine, "before_cursor_execute", note)
    # Prepared statements go past SQLAlchemy's events.
    Prepared._run = run  # type: ignore[method-assign]
    try:
        yield asked
    finally:
        Prepared._run = ran  # type: ignore[method-assign]
        event.remove(Engine, "before_cursor_execute", note)


def count(environment: Mapping[str, str], password: str, name: str) -> dict[str, int]:
    """Return the number of queries of each page, asked a second time: what is kept in memory counts no more."""
    with mock.patch.dict(os.environ, environment):
        parts = build(load_settings(read_environment()))
    client = create_app(parts).test_client()
    token = re.search(r'name="csrf[_-]token"[^>]*?(?:value|content)="([^"]+)"', client.get("/login").text)
    data = {"csrf_token": token.group(1) if token else "", "email": f"{name}@demo.example", "password": password}
    client.post("/login", data=data)
    found: dict[str, int] = {}

    def ask(page: str, path: str) -> str:
        client.get(path)
        with counted() as asked:
            response = client.get(path)
        if response.status_code in (200, 204):
            found[page] = len(asked)
        return response.text

    listed = ask("queue", "/")
    ask("queue, narrowed", "/?language=fr")
    ask("alarms", "/live")
    ask("search, name", "/search?q=Amina%20Osman")
    ask("search, phone", "/search?q=%2B218000000123")
    case = re.search(r'href="/cases/(R-[^"/?]+)"', listed)
    if case is not None:
        shown = ask("conversation", f"/cases/{case.group(1)}")
        ask("conversation, live", f"/cases/{case.group(1)}/live?since={state_on(shown)}")
        ask("search, reference", f"/search?q={case.group(1)}")
    request = re.search(r'href="/requests/(R-[^"/?]+)"', ask("requests", "/requests"))
    if request is not None:
        ask("request", f"/requests/{request.group(1)}")
    parts.engine.dispose()
    parts.durable_engine.dispose()
    return found
