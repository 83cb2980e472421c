"""Content templates of the Twilio stand-in: their limits, their approval, and the message they make."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from tests.standins.clock import Clock
from tests.standins.twilio_records import Refused, Sids

QUICK_REPLY, LIST_PICKER, TEXT = "twilio/quick-reply", "twilio/list-picker", "twilio/text"
_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_CATEGORIES = ("UTILITY", "MARKETING", "AUTHENTICATION")


@dataclass
class Content:
    """One template in one language."""

    sid: str
    account_sid: str
    language: str
    types: dict[str, Any]
    created: datetime
    friendly_name: str | None = None
    variables: dict[str, str] = field(default_factory=dict)
    approval: str = "unsubmitted"
    name: str = ""
    category: str = ""
    rejection_reason: str = ""

    @property
    def is_approved(self) -> bool:
        """WhatsApp has approved it."""
        return self.approval == "approved"

    @property
    def kind(self) -> str:
        """What WhatsApp shows of it."""
        return next((kind for kind in (QUICK_REPLY, LIST_PICKER, TEXT) if self.types.get(kind)), next(iter(self.types)))

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Titles and ids of its buttons or list entries."""
        shape = self.types[self.kind]
        if self.kind == LIST_PICKER:
            return [(item["item"], item["id"]) for item in shape["items"]]
        return [(action["title"], action.get("id", action["title"])) for action in shape.get("actions", [])]

    def placeholders(self) -> set[str]:
        """Names of all variables in it."""
        return set(_PLACEHOLDER.findall(json.dumps(self.types, ensure_ascii=False)))

    def body(self, kind: str, values: Mapping[str, str]) -> str:
        """Return its text with the values put in."""
        return fill(self.types[kind].get("body") or "", values)

    def as_json(self) -> dict[str, Any]:
        """Return the template as the API writes it."""
        url = f"https://content.twilio.com/v1/Content/{self.sid}"
        created = self.created.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "sid": self.sid, "account_sid": self.account_sid, "friendly_name": self.friendly_name, "language": self.language,
            "variables": self.variables, "types": self.types, "date_created": created, "date_updated": created, "url": url,
            "links": {"approval_create": f"{url}/ApprovalRequests/whatsapp", "approval_fetch": f"{url}/ApprovalRequests"},
        }  # fmt: skip

    def approval_json(self) -> dict[str, Any]:
        """Return the state of its approval."""
        return {
            "name": self.name, "category": self.category, "content_type": self.kind, "status": self.approval,
            "rejection_reason": self.rejection_reason, "allow_category_change": True, "type": "whatsapp",
        }  # fmt: skip


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values into a text's variables."""
    return _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), text)


class Contents:
    """All templates of the account."""

    def __init__(self, account_sid: str, sids: Sids, clock: Clock) -> None:
        self._account_sid, self._sids, self._clock = account_sid, sids, clock
        self.by_sid: dict[str, Content] = {}

    def add(self, types: Mapping[str, Any], *, language: str = "en", approved: bool = False, **more: Any) -> Content:
        """Keep a template.

        Raises:
            Refused: WhatsApp's limits do not allow it.
        """
        problem = next(filter(None, (_problem(kind, shape) for kind, shape in types.items() if shape)), None)
        if problem or not any(types.values()):
            raise Refused(20001, problem or "types: at least one is needed", is_violation=True)
        sid, now = self._sids.new("HX"), self._clock.now()
        content = Content(sid, self._account_sid, language, dict(types), now, **more)
        content.approval = "approved" if approved else "unsubmitted"
        self.by_sid[sid] = content
        return content

    def get(self, sid: str) -> Content:
        """Return a template.

        Raises:
            Refused: there is none.
        """
        if sid not in self.by_sid:
            raise Refused(20404, status=404)
        return self.by_sid[sid]

    def submit(self, sid: str, name: str, category: str) -> Content:
        """Ask WhatsApp for its approval; a test says when it comes.

        Raises:
            Refused: such a request is not taken.
        """
        content = self.get(sid)
        if not re.fullmatch(r"[a-z0-9_]{1,512}", name):
            raise Refused(20001, "name: lowercase letters, digits and underscores only", is_violation=True)
        if category not in _CATEGORIES:
            raise Refused(20001, f"category: one of {', '.join(_CATEGORIES)}", is_violation=True)
        if content.kind == LIST_PICKER:
            raise Refused(20001, "a list picker cannot be approved", is_violation=True)
        content.name, content.category, content.approval = name, category, "received"
        body = (content.types[content.kind].get("body") or "").strip()
        if re.match(_PLACEHOLDER, body) or re.search(_PLACEHOLDER.pattern + r"$", body):
            content.approval, content.rejection_reason = "rejected", "Variables can't be at the start or end of the template"
        return content

    def approve(self, sid: str) -> None:
        """Let WhatsApp approve a template."""
        self.get(sid).approval = "approved"

    def reject(self, sid: str, reason: str) -> None:
        """Let WhatsApp refuse a template."""
        self.get(sid).approval, self.get(sid).rejection_reason = "rejected", reason


def _problem(kind: str, shape: Mapping[str, Any]) -> str | None:
    body = shape.get("body") or ""
    if kind in (QUICK_REPLY, LIST_PICKER) and not 1 <= len(body) <= 1024:
        return "body: 1 to 1024 characters"
    if kind == QUICK_REPLY:
        return _choice_problem([(a["title"], a.get("id", "")) for a in shape["actions"]], title=20)
    if kind == LIST_PICKER:
        if not 1 <= len(shape["button"]) <= 20:
            return "button: 1 to 20 characters"
        if any(len(item.get("description", "")) > 72 for item in shape["items"]):
            return "description: at most 72 characters"
        return _choice_problem([(item["item"], item["id"]) for item in shape["items"]], title=24)
    return "body: at most 1600 characters" if len(body) > 1600 else None


def _choice_problem(choices: Sequence[tuple[str, str]], *, title: int) -> str | None:
    if not 1 <= len(choices) <= 10:
        return "choices: 1 to 10"
    # A title that is filled in from a variable is checked when it is sent.
    if any(not text or (len(text) > title and "{{" not in text) for text, _ in choices):
        return f"title: 1 to {title} characters"
    if any(len(identifier) > 200 for _, identifier in choices):
        return "id: at most 200 characters"
    return "titles must differ" if len({text for text, _ in choices}) < len(choices) else None
