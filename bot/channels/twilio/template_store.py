"""The WhatsApp templates in the account: which are there, which are approved, and making those that are missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bot.channels.twilio.account_api import AccountApi
from bot.channels.twilio.addresses import CONTENT_API_URL
from bot.channels.twilio.templates import Template

CATEGORY = "UTILITY"
"""WhatsApp's category for what follows from a person's own request."""
MAX_PAGES = 50

_CONTENT = f"{CONTENT_API_URL}/v1/Content"


def existing_templates(api: AccountApi) -> dict[str, str]:
    """Return the ids of all templates of the account by their friendly name; of two with one name, the first listed.

    Raises:
        ConfigurationError: As in ``AccountApi``.
    """
    found: dict[str, str] = {}
    url: str | None = f"{_CONTENT}?PageSize=100"
    for _ in range(MAX_PAGES):
        if not url:
            break
        page: dict[str, Any] = api.get(url) or {}
        for content in page.get("contents", []):
            found.setdefault(content.get("friendly_name") or "", content["sid"])
        url = (page.get("meta") or {}).get("next_page_url")
    return found


def approval_of(api: AccountApi, sid: str) -> str:
    """Return what WhatsApp says of a template: ``unsubmitted``, ``received``, ``pending``, ``approved``, ``rejected``…

    Raises:
        ConfigurationError: As in ``AccountApi``.
    """
    answer = api.get(f"{_CONTENT}/{sid}/ApprovalRequests") or {}
    return str((answer.get("whatsapp") or {}).get("status") or "unsubmitted")


def make_templates(api: AccountApi, templates: Sequence[Template], *, tell: Callable[[str], None]) -> dict[str, str]:
    """Make the templates that are not there, and ask for WhatsApp's approval where it is needed.

    Called again after it was broken off, it goes on where it stopped.

    Args:
        tell: Is given one line for each template.

    Returns:
        The ids by our names for the templates.

    Raises:
        ConfigurationError: As in ``AccountApi``.
    """
    existing, sids = existing_templates(api), {}
    for template in templates:
        sid = existing.get(template.friendly_name)
        note = "is there"
        if sid is None:
            sid, note = _make(api, template), "made"
        if template.needs_approval:
            status = approval_of(api, sid)
            if status == "unsubmitted":
                request = {"name": template.friendly_name, "category": CATEGORY}
                status = str(api.post(f"{_CONTENT}/{sid}/ApprovalRequests/whatsapp", request).get("status") or "received")
            note = f"{note}, at WhatsApp: {status}"
        sids[template.name] = sid
        tell(f"{template.name}: {note}")
    return sids


def _make(api: AccountApi, template: Template) -> str:
    body = {
        "friendly_name": template.friendly_name,
        "language": template.language,
        "variables": dict(template.variables),
        "types": dict(template.types),
    }
    return str(api.post(_CONTENT, body)["sid"])
