"""What ``daleel locales`` does, on the catalogues of this checkout."""

from __future__ import annotations

import re
from collections.abc import Iterator

from babel.messages.catalog import Catalog

from bot.domain.contacts import LANGUAGES, Channel
from bot.domain.errors import HotlineError
from bot.language import locale_files
from bot.language.catalogues import DOMAIN, Catalogues, po_path, read_catalogue
from bot.language.sms import MAX_PARTS, not_gsm7, sms_size
from bot.settings import PROJECT
from bot.speaking.register import load_register
from bot.speaking.speaker import Speaker
from bot.wiring import LOCALES

PACKAGE = PROJECT / "bot" / "console"
_PLACEHOLDER = re.compile(r"(?:%\((\w+)\)|\{(\w+)\})")
_LINK = re.compile(r"https?:|www\.|\b[a-z0-9-]+\.[a-z]{2,}\b", re.IGNORECASE | re.ASCII)
EXAMPLE_VALUES = {
    "reference": "R-7K3QF-W",
    "organisation": "IOM Libya",
    "phone": "+218 21 000 00 00",
    "place": "Qasr Ben Ghashir",
    "months": "24",
    "days": "30",
    "number": "2",
    "of": "5",
    "kept": "",
    "law": "",
    "channel": "WhatsApp",
    "messages": "120",
    "since": "26 November 2026",
    "field": "name",
    "value": "Abdelrahman Mohamed",
}
"""Typical values, for measuring an SMS; they are never sent."""


def extract() -> None:
    """Write the templates."""
    for domain, template in locale_files.templates(LOCALES, load_register(), PACKAGE).items():
        locale_files.write_catalogue(LOCALES / f"{domain}.pot", template)


def update() -> None:
    """Write each language's catalogues in step with the templates."""
    for domain, template in locale_files.templates(LOCALES, load_register(), PACKAGE).items():
        for language in LANGUAGES:
            path = po_path(LOCALES, language, domain)
            locale_files.write_catalogue(path, locale_files.update(path, template, language, domain))


def compile_all() -> None:
    """Build the ``.mo`` files."""
    for domain in (DOMAIN, locale_files.CONSOLE):
        for language in LANGUAGES:
            locale_files.compile_catalogue(po_path(LOCALES, language, domain), language, domain)


def check() -> list[str]:
    """Return what is wrong with the catalogues, one line each; empty when all is well."""
    problems: list[str] = []
    for domain in (DOMAIN, locale_files.CONSOLE):
        for language in LANGUAGES:
            path = po_path(LOCALES, language, domain)
            try:
                problems += [f"{path}: {p}" for p in entry_problems(read_catalogue(path, language, domain), domain)]
            except HotlineError as error:
                problems.append(error.detail)
    if not problems:
        problems += list(locale_files.differences(LOCALES, load_register(), PACKAGE))
        problems += list(sms_problems(Catalogues.load(LOCALES)))
    return problems


def entry_problems(catalogue: Catalog, domain: str) -> Iterator[str]:
    """Yield untranslated and fuzzy entries, and placeholders lost or invented."""
    register = load_register()
    for entry in catalogue:
        if not entry.id:
            continue
        name = f"{entry.context or ''} {entry.id}".strip()
        strings = entry.string if isinstance(entry.string, (tuple, list)) else (entry.string,)
        if not all(strings):
            yield f"untranslated: {name}"
            continue
        if entry.fuzzy:
            yield f"fuzzy: {name}"
        if domain == DOMAIN:
            allowed = set(register[entry.context].placeholders) if entry.context in register else set()
        else:
            ids = entry.id if isinstance(entry.id, (tuple, list)) else (entry.id,)
            allowed = _placeholders(ids[-1])
        for string in strings:
            wrong = _placeholders(string) ^ allowed
            # A plural form may leave the number out ("one case"); nothing else may be lost.
            if wrong - ({"num", "count"} if len(strings) > 1 else set()) and not str(entry.id).startswith("title"):
                yield f"placeholders differ ({', '.join(sorted(wrong))}): {name}"


def sms_problems(catalogues: Catalogues) -> Iterator[str]:
    """Yield SMS that hold a link, take too many parts, or leave GSM-7 in French or English; and long button labels."""
    register = load_register()
    speaker = Speaker(catalogues, register, lambda _kinds, _place: ())
    for language in LANGUAGES:
        for answer in register.values():
            for part in [p for p in answer.parts if p in ("sms", "again")]:
                text = speaker.say(
                    answer.id, language, Channel.SMS, part=part, **{p: EXAMPLE_VALUES[p] for p in answer.placeholders}
                ).text
                # Networks drop SMS with links as spam, and people are right to distrust them.
                if link := _LINK.search(text):
                    yield f"{language}: {answer.id} {part}: holds a link: {link.group()}"
                size = sms_size(text)
                if size.parts > MAX_PARTS:
                    yield f"{language}: {answer.id} {part}: {size.parts} SMS parts ({size.units} units), at most {MAX_PARTS}"
                if language != "ar" and size.encoding != "GSM-7":
                    yield f"{language}: {answer.id} {part}: not in GSM-7: {' '.join(not_gsm7(text))}"
            for part, limit in (("title", 24), ("title_sms", 14)):
                if part in answer.parts and len(catalogues.text(language, answer.id, part)) > limit:
                    yield f"{language}: {answer.id} {part}: longer than {limit} characters"


def _placeholders(text: str) -> set[str]:
    return {a or b for a, b in _PLACEHOLDER.findall(text)}
