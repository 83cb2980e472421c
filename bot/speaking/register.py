"""The register of answers: for each id what comes next, where its facts come from, and when they were reviewed.

Wording is not here but in ``locales/``; the register is in ``answers/<group>.yml`` beside this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import yaml

from bot.domain.contacts import Channel
from bot.domain.errors import ConfigurationError

FOLDER = Path(__file__).parent / "answers"

PARTS_OF_GROUP = {
    "safety": ("title", "title_sms", "text", "sms", "again"),
    "task": ("title", "title_sms", "text", "sms"),
    "faq": ("title", "title_sms", "text", "sms", "again"),
    "chat": ("text", "sms"),
    "talk": ("text", "sms"),
    "form": ("text", "sms"),
    "choice": ("title", "title_sms"),
    "line": ("text",),
}
"""Which parts an answer has: ``line`` are pieces of other texts, ``choice`` are buttons,
``form`` what forms say, ``talk`` the rest."""


@dataclass(frozen=True)
class Source:
    """Where a fact comes from."""

    url: str
    as_of: str
    basis: str


@dataclass(frozen=True)
class Answer:
    """An entry of the register.

    Attributes:
        parts: Names of its texts in the catalogues.
        note: For translators and reviewers.
        next: Ids of the choices offered after it.
        directory: Kinds of directory entries to tell, where verified ones exist.
        placeholders: Names that its texts may hold.
    """

    id: str
    group: str
    parts: tuple[str, ...]
    note: str
    next: tuple[str, ...]
    directory: tuple[str, ...]
    placeholders: tuple[str, ...]
    sources: tuple[Source, ...]
    reviewed: date | None
    review_due: date | None

    def part_on(self, channel: Channel) -> str:
        """Return which of its texts is told on a channel."""
        return "sms" if channel is Channel.SMS and "sms" in self.parts else "text"


@lru_cache(maxsize=1)
def load_register(folder: Path = FOLDER) -> Mapping[str, Answer]:
    """Read the whole register, by answer id.

    Raises:
        ConfigurationError: If a file is broken, or an id stands in two files.
    """
    answers: dict[str, Answer] = {}
    for path in sorted(folder.glob("*.yml")):
        try:
            entries = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        except (OSError, yaml.YAMLError) as error:
            raise ConfigurationError("register_unreadable", f"{path}: {error}") from error
        for answer_id, entry in entries.items():
            if answer_id in answers:
                raise ConfigurationError("register_doubled", f"{path}: {answer_id} stands in two files")
            answers[answer_id] = _answer(answer_id, path.stem, entry or {})
    return answers


def _answer(answer_id: str, group: str, entry: dict) -> Answer:
    return Answer(
        id=answer_id,
        group=group,
        parts=tuple(entry.get("parts") or PARTS_OF_GROUP[group]),
        note=entry.get("note", ""),
        next=tuple(entry.get("next") or ()),
        directory=tuple(entry.get("directory") or ()),
        placeholders=tuple(entry.get("placeholders") or ()),
        sources=tuple(Source(s["url"], str(s["as_of"]), s["basis"]) for s in entry.get("sources") or ()),
        reviewed=entry.get("reviewed"),
        review_due=entry.get("review_due"),
    )
