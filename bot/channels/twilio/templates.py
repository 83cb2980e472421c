"""The WhatsApp templates at Twilio: their shapes, and what is put into their variables.

Buttons and lists exist in templates only. Ours have variables everywhere (lines, titles, ids: Twilio's pages on
``twilio/quick-reply`` and ``twilio/list-picker`` allow it), so that they serve all answers in all languages. A variable may
hold no line end (Twilio's page on error 21656), so there is one template for each number of choices and of lines.
They are sent inside WhatsApp's window and need no approval. ``reply_ready_<language>`` goes out after it, and does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.domain.contacts import LANGUAGES
from bot.domain.conversations import Choice

MAX_BODY = 1024
MAX_BUTTONS, MAX_BUTTON_TITLE = 3, 20
"""Without WhatsApp's approval, three buttons are allowed."""
MAX_ITEMS, MAX_ITEM_TITLE = 10, 24
MAX_LINES = 10
MAX_ID = 200
ANY_LANGUAGE_LABEL = "☰"
"""What opens a list where no words for it are known."""

_QUICK_REPLY, _LIST = "quick_reply", "list"
_REFUSED_SPACES = re.compile(r"\t|\s{5,}")
"""Not allowed in a variable of a text either (Twilio 21656, 63013)."""


@dataclass(frozen=True)
class Template:
    """A content template as it is created.

    Attributes:
        name: Ours for it, in the settings; at Twilio it has ``daleel_`` before it.
        variables: A sample for each variable.
        needs_approval: Whether WhatsApp must see it first.
    """

    name: str
    language: str
    types: Mapping[str, Any]
    variables: Mapping[str, str]
    needs_approval: bool = False

    @property
    def friendly_name(self) -> str:
        """Its name at Twilio, also for WhatsApp's approval: small letters, digits and underscores."""
        return f"daleel_{self.name}"


def all_templates(reply_ready: Mapping[str, str]) -> list[Template]:
    """Return every template that the hotline uses.

    Args:
        reply_ready: The text "your reply is ready" by language.
    """
    counts = [(_QUICK_REPLY, count) for count in range(1, MAX_BUTTONS + 1)]
    counts += [(_LIST, count) for count in range(MAX_BUTTONS + 1, MAX_ITEMS + 1)]
    choices = [_choice_template(kind, count, lines) for kind, count in counts for lines in range(1, MAX_LINES + 1)]
    notices = [
        Template(reply_ready_name(language), language, {"twilio/text": {"body": text}}, {}, needs_approval=True)
        for language, text in reply_ready.items()
    ]
    return [*notices, *choices]


def reply_ready_name(language: str) -> str:
    """Return the name of the template that says in a language that a reply waits."""
    return f"reply_ready_{language}"


REPLY_READY = tuple(reply_ready_name(language) for language in LANGUAGES)


def template_for(text: str, choices: Sequence[Choice], contents: Mapping[str, str]) -> str | None:
    """Return the name of the configured template that can carry a text with choices; None if none can."""
    titles, ids, lines = [c.title for c in choices], [c.id for c in choices], _lines(text)
    if not choices or not lines or len(text) > MAX_BODY or any(map(_REFUSED_SPACES.search, lines)):
        return None
    if not all(t.strip() for t in titles) or len(set(titles)) < len(titles) or len(set(ids)) < len(ids):
        return None
    if not all(0 < len(i) <= MAX_ID for i in ids):
        return None
    longest, count = max(map(len, titles)), len(choices)
    fitting = []
    if count <= MAX_BUTTONS and longest <= MAX_BUTTON_TITLE:
        fitting.append(_name(_QUICK_REPLY, count, len(lines)))
    if count <= MAX_ITEMS and longest <= MAX_ITEM_TITLE:
        fitting.append(_name(_LIST, count, len(lines)))
    return next((name for name in fitting if name in contents), None)


def variables_for(name: str, text: str, choices: Sequence[Choice], *, label: str) -> str:
    """Return what is put into a template, as the JSON object that Twilio wants: lines, label, titles and ids.

    Args:
        label: What opens the list; buttons have none.
    """
    values = [*_lines(text), label] if name.startswith(_LIST) else _lines(text)
    for choice in choices:
        values += [choice.title, choice.id]
    return json.dumps({str(number): value for number, value in enumerate(values, start=1)}, ensure_ascii=False)


def _lines(text: str) -> list[str]:
    """Return the lines of a text without the empty ones: a variable may not be empty."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _name(kind: str, count: int, lines: int) -> str:
    return f"{kind}_{count}" if lines == 1 else f"{kind}_{count}_lines_{lines}"


def _choice_template(kind: str, count: int, lines: int) -> Template:
    """Return a template whose every word is a variable, numbered as ``variables_for`` fills them."""
    samples = [f"Line {number}." for number in range(1, lines + 1)]
    shape: dict[str, Any] = {"body": "\n".join(_variable(number) for number in range(1, lines + 1))}
    if kind == _LIST:
        samples.append("Choose")
        shape["button"] = _variable(len(samples))
    first = len(samples) + 1
    pairs = [(_variable(number), _variable(number + 1)) for number in range(first, first + 2 * count, 2)]
    for number in range(1, count + 1):
        samples += [f"Answer {number}", f"answer_{number}"]
    if kind == _LIST:
        types = {"twilio/list-picker": {**shape, "items": [{"item": title, "id": choice} for title, choice in pairs]}}
    else:
        actions = [{"type": "QUICK_REPLY", "title": title, "id": choice} for title, choice in pairs]
        types = {"twilio/quick-reply": {**shape, "actions": actions}}
    variables = {str(number): sample for number, sample in enumerate(samples, start=1)}
    return Template(_name(kind, count, lines), "en", types, variables)


def _variable(number: int) -> str:
    return "{{" + str(number) + "}}"
