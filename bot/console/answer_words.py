"""The hotline's answers for the staff: their titles and texts, and the words around them."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import urlsplit

from flask import Flask
from flask_babel import get_locale, pgettext

from bot.console.case_words import has_words
from bot.console.outside import parts, register
from bot.console.words import language_name
from bot.domain.contacts import LANGUAGES
from bot.domain.errors import HotlineError
from bot.language.normalise import normalise
from bot.language.sms import sms_size
from bot.services.answers import MAX_REASON

GROUPS = ("faq", "safety", "task", "chat", "talk", "form", "choice", "line")
"""Of the register, in the order in which they are listed."""
MAX_TITLE = 90


def install(app: Flask) -> None:
    """Let templates use these words."""
    app.jinja_env.globals.update(
        answer_group=group_name,
        answer_part=part_name,
        answer_words=words_of,
        languages_meant=languages_meant,
        name_of_answer=name_of,
        sms_parts=lambda text: sms_size(text).parts,
        source_basis=basis_name,
        source_name=source_name,
    )


def words_of(answer_id: str, part: str, language: str) -> str:
    """Return a part of an answer in a language; empty where it is not there."""
    return parts().catalogues.text(language, answer_id, part) if has_words(language, answer_id, part) else ""


def name_of(answer_id: str, language: str | None = None) -> str:
    """Return under what an answer is known: as a choice, by its first words, or by its id."""
    language = language or get_locale().language
    for part in ("title", "text"):
        words = words_of(answer_id, part, language).strip()
        if words:
            first = words.splitlines()[0]
            return first if len(first) <= MAX_TITLE else f"{first[:MAX_TITLE].rsplit(' ', 1)[0]}…"
    return answer_id


def missing_languages(answer_id: str) -> tuple[str, ...]:
    """Return the languages in which a part of an answer is not there."""
    needed = register()[answer_id].parts
    return tuple(language for language in LANGUAGES if not all(has_words(language, answer_id, part) for part in needed))


def is_found(query: str, answer_id: str, languages: tuple[str, ...] = LANGUAGES) -> bool:
    """Say whether all words of a query occur in an answer, in one of the languages."""
    words = normalise(query).split()
    found = (" ".join(folded(words_of(answer_id, part, one)) for part in ("title", "text", "sms")) for one in languages)
    return answer_id == query or any(all(word in text for word in words) for text in found)


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Return a text of the catalogues as it is compared with a query."""
    return normalise(text)


def group_name(group: str) -> str:
    """Return what answers of a group are for."""
    return {
        "faq": pgettext("answers", "Answers to questions"),
        "safety": pgettext("answers", "First steps in danger"),
        "task": pgettext("answers", "Tasks"),
        "chat": pgettext("answers", "Small talk"),
        "talk": pgettext("answers", "About the conversation"),
        "form": pgettext("answers", "Sentences of forms"),
        "choice": pgettext("answers", "Choices"),
        "line": pgettext("answers", "Pieces of messages"),
    }[group]


def part_name(part: str) -> str:
    """Return where a part of an answer is read."""
    return {
        "title": pgettext("part of an answer", "As a choice"),
        "title_sms": pgettext("part of an answer", "As a choice, on SMS"),
        "text": pgettext("part of an answer", "Telegram and WhatsApp"),
        "sms": pgettext("part of an answer", "SMS"),
        "again": pgettext("part of an answer", "When the person asks again"),
    }[part]


def languages_meant(language: str | None) -> str:
    """Return which wording a mark is about."""
    return pgettext("answers", "All languages") if language is None else language_name(language)


def basis_name(basis: str) -> str:
    """Return what kind of source it is; an id that we have no word for stays as it is."""
    return {
        "official": pgettext("source", "Official page"),
        "official_mirror": pgettext("source", "Copy of an official page"),
        "guidance": pgettext("source", "Guidance of an organisation"),
        "aid_sector": pgettext("source", "Aid organisation"),
        "law": pgettext("source", "Law"),
        "press_or_secondary": pgettext("source", "Press or second hand"),
    }.get(basis, basis)


def source_name(url: str) -> str:
    """Return the site of a source, and the page on it."""
    site = urlsplit(url)
    return f"{site.netloc.removeprefix('www.')}{site.path.rstrip('/')}" if site.netloc else url


def refusal(error: HotlineError) -> str:
    """Return why a mark was not kept, and what to do."""
    words = {
        "reason_missing": pgettext("answers", "Write why. Nothing was changed."),
        "reason_too_long": pgettext("answers", "At most %(count)s characters. Nothing was changed.", count=MAX_REASON),
        "answer_is_needed": pgettext("answers", "The hotline cannot do without this answer. Mark it as wrong instead."),
        "already_withdrawn": pgettext("answers", "This answer is withdrawn there already. Nothing was changed."),
        "mark_ended": pgettext("answers", "A colleague has done that already. Nothing was changed."),
    }
    return words.get(error.code) or pgettext("answers", "This did not work. Nothing was changed.")
