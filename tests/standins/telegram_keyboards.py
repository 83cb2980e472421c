"""Inline keyboards as Telegram checks them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_ACTIONS = frozenset({
    "url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay",
})  # fmt: skip
MAX_BUTTONS, MAX_DATA_BYTES = 100, 64


@dataclass(frozen=True)
class Button:
    """A button below a message: its title and what a press says."""

    title: str
    data: str | None
    url: str | None = None


def keyboard_problem(markup: Mapping[str, Any]) -> str | None:
    """Return Telegram's description of what is wrong with a keyboard, or None."""
    buttons = [button for row in markup.get("inline_keyboard", []) for button in row]
    if len(buttons) > MAX_BUTTONS:
        return "Bad Request: too many buttons in the reply markup"
    return next(filter(None, map(_button_problem, buttons)), None)


def _button_problem(button: Mapping[str, Any]) -> str | None:
    if not button["text"].strip():
        return "Bad Request: button text must be non-empty"
    if len(_ACTIONS & button.keys()) != 1:
        return "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
    data = button.get("callback_data")
    # Bytes, while the API description counts characters: an Arabic letter takes two.
    if data is not None and not 1 <= len(data.encode()) <= MAX_DATA_BYTES:
        return "Bad Request: BUTTON_DATA_INVALID"
    url = button.get("url")
    if url is not None and (urlsplit(url).scheme not in ("http", "https", "tg") or not urlsplit(url).netloc):
        return "Bad Request: inline keyboard button URL is invalid: BUTTON_URL_INVALID"
    return None


def buttons_of(markup: Mapping[str, Any] | None) -> list[Button]:
    """Return the buttons of an inline keyboard, row by row."""
    rows = (markup or {}).get("inline_keyboard", [])
    return [Button(button["text"], button.get("callback_data"), button.get("url")) for row in rows for button in row]
