"""Keeps the catalogues in step with the register of answers and the console's pages: extract, update, compile, check.

The hotline's template has one entry for each part of each answer. English is the source: translators see it as a comment
on the entry, and when it changes, ``update`` marks the translations of that entry fuzzy. A fuzzy entry counts as untranslated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Protocol

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import write_po

from bot.domain.contacts import LANGUAGES
from bot.language.catalogues import DOMAIN, po_path, read_catalogue

CONSOLE = "console"
ENGLISH_MARK = "English: "
CONSOLE_METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
HEADER = "# {domain} of Daleel. English is the source; see docs/translating.md.\n"


class AnswerEntry(Protocol):
    """What this module needs of a register's entry."""

    id: str
    parts: tuple[str, ...]
    note: str
    placeholders: tuple[str, ...]


def hotline_template(register: Mapping[str, AnswerEntry], english: Catalog | None) -> Catalog:
    """Return the template of the hotline's catalogue, with the English text of each entry as a comment."""
    template = _empty(DOMAIN)
    for answer in register.values():
        for part in answer.parts:
            source = english.get(part, context=answer.id) if english else None
            comments = [f"Translators: {answer.note}"] if answer.note else []
            if part.startswith(("sms", "again", "title")):
                comments.append(LIMITS[part])
            if source is not None and source.string:
                comments.append(ENGLISH_MARK + " ".join(str(source.string).split()))
            template.add(part, context=answer.id, auto_comments=comments)
    return template


LIMITS = {
    "sms": "The whole SMS, choices included, takes at most 3 parts: Arabic 201 characters, French and English 459 of GSM-7.",
    "again": "The same in other words; length as for sms.",
    "title": "A button: at most 24 characters.",
    "title_sms": "A choice on SMS: at most 14 characters; GSM-7 in French and English.",
}


def console_template(package: Path) -> Catalog:
    """Return the template of the console's catalogue, from its code and pages."""
    template = _empty(CONSOLE)
    options = {"**/templates/**.html": {"silent": "false"}}
    found = extract_from_dir(
        str(package),
        method_map=CONSOLE_METHODS,
        options_map=options,
        comment_tags=("Translators:",),
        strip_comment_tags=False,
    )
    for _file, _line, message, comments, context in sorted(found, key=lambda f: (f[0], f[1])):
        template.add(message, context=context, auto_comments=comments)
    return template


def update(path: Path, template: Catalog, language: str, domain: str) -> Catalog:
    """Return a language's catalogue brought in step with the template: entries added, dropped, marked fuzzy."""
    old = read_catalogue(path, language, domain) if path.exists() else _empty(domain, language)
    fresh = _empty(domain, language)
    for entry in _entries(template):
        kept = old.get(entry.id, context=entry.context)
        string = kept.string if kept is not None else None
        flags = set(kept.flags) if kept is not None else set()
        if kept is not None and domain == DOMAIN and language != "en" and _english(kept) != _english(entry):
            flags.add("fuzzy")
        comments = [c for c in entry.auto_comments if language != "en" or not c.startswith(ENGLISH_MARK)]
        fresh.add(entry.id, string, context=entry.context, auto_comments=comments, flags=flags)
    return fresh


def write_catalogue(path: Path, catalogue: Catalog) -> None:
    """Write a catalogue without line numbers and dates, so that only words make a difference."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_written(catalogue))


def compile_catalogue(path: Path, language: str, domain: str) -> None:
    """Write the ``.mo`` file beside a catalogue."""
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, read_catalogue(path, language, domain))


def differences(folder: Path, register: Mapping[str, AnswerEntry], package: Path) -> Iterator[str]:
    """Yield the catalogue files that ``extract`` and ``update`` would change, with what to run."""
    for domain, template in templates(folder, register, package).items():
        expected = {folder / f"{domain}.pot": template}
        for language in LANGUAGES:
            path = po_path(folder, language, domain)
            expected[path] = update(path, template, language, domain)
        for path, catalogue in expected.items():
            if not path.exists() or path.read_bytes() != _written(catalogue):
                yield f"{path}: stale, run `make translations`"


def templates(folder: Path, register: Mapping[str, AnswerEntry], package: Path) -> dict[str, Catalog]:
    """Return the templates by catalogue."""
    english = po_path(folder, "en")
    source = read_catalogue(english, "en") if english.exists() else None
    return {DOMAIN: hotline_template(register, source), CONSOLE: console_template(package)}


def _written(catalogue: Catalog) -> bytes:
    buffer = BytesIO()
    write_po(buffer, catalogue, no_location=True, omit_header=False, width=0, ignore_obsolete=True)
    return buffer.getvalue()


def _entries(catalogue: Catalog) -> Iterator[Message]:
    return (entry for entry in catalogue if entry.id)


def _english(entry: Message) -> str:
    # Comments come back from a file broken into lines, so they are joined before they are compared.
    return " ".join(" ".join(entry.auto_comments).partition(ENGLISH_MARK)[2].split())


def _empty(domain: str, language: str | None = None) -> Catalog:
    catalogue = Catalog(
        locale=language,
        domain=domain,
        project="Daleel",
        fuzzy=False,
        header_comment=HEADER.format(domain=domain).strip(),
    )
    return _without_dates(catalogue)


def _without_dates(catalogue: Catalog) -> Catalog:
    kept = ("MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Language", "Plural-Forms")
    catalogue.__class__ = _Dateless
    catalogue.kept_headers = kept  # type: ignore[attr-defined]
    return catalogue


class _Dateless(Catalog):
    """A catalogue whose header holds no dates and no tool's name."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [(name, value) for name, value in super().mime_headers if name in self.kept_headers]  # type: ignore[attr-defined]

    @mime_headers.setter
    def mime_headers(self, headers: list[tuple[str, str]]) -> None:
        Catalog.mime_headers.fset(self, headers)  # type: ignore[attr-defined]
