"""Canned replies: editors keep them in each language, and caseworkers get them filled in for the person of a case."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.audit import Act
from bot.domain.canned_replies import CannedReply, fill, require_known_variables
from bot.domain.contacts import LANGUAGES
from bot.domain.errors import InvalidInput, WrongState
from bot.services.canned_reply_ports import Values
from bot.services.ports import Clock, Ids, UnitOfWork

MAX_TITLE = 60
MAX_TEXT = 600
"""Characters; also in Arabic and with its variables filled in, it is one message on every channel."""


@dataclass(frozen=True)
class Words:
    """What an editor writes in one language."""

    title: str
    text: str


@dataclass(frozen=True)
class ReadyReply:
    """A reply as it can be sent to one person.

    Attributes:
        title: In the language of whoever reads it, where there is one.
        text: In the person's language, filled in.
        own_text: The same in the reader's language; empty where there is none.
    """

    id: str
    title: str
    text: str
    own_text: str


def list_replies(uow: UnitOfWork, *, language: str, query: str = "") -> Sequence[CannedReply]:
    """Return the replies in which all words of a query occur, in whatever language, by their titles in one language."""
    words = _fold(query).split()
    found = [one for one in uow.canned_replies.all() if all(word in _all_words(one) for word in words)]
    return sorted(found, key=lambda one: (not one.is_active, _fold(title_of(one, language)), one.id))


def find_reply(uow: UnitOfWork, reply_id: str) -> CannedReply:
    """Return one reply.

    Raises:
        NotFound: If there is none.
    """
    return uow.canned_replies.get(reply_id)


def add_reply(uow: UnitOfWork, words: Mapping[str, Words], *, staff_id: int, clock: Clock, new_id: Ids) -> CannedReply:
    """Add a reply; caseworkers are offered it at once.

    Raises:
        InvalidInput: As ``change_reply``.
    """
    titles, texts = _split(words)
    reply = CannedReply(new_id(), titles, texts, is_active=True, updated_at=clock(), updated_by=staff_id)
    uow.canned_replies.add(reply)
    _record(uow, reply, "added")
    return reply


def change_reply(
    uow: UnitOfWork, reply_id: str, words: Mapping[str, Words], *, staff_id: int, clock: Clock, seen: str
) -> CannedReply:
    """Write new words.

    Args:
        words: By language; one that is empty is left out.
        seen: What ``mark_of`` gave when the page was made.

    Raises:
        NotFound: If there is none.
        WrongState: ``changed_meanwhile`` if a colleague changed it since the page was made.
        InvalidInput: ``language_missing``, ``title_missing``, ``text_missing``, ``title_too_long``, ``text_too_long``; their
            detail is the language. ``variable_unknown``, ``variable_broken``: their detail is what stands there.
    """
    titles, texts = _split(words)
    reply = _locked(uow, reply_id, seen)
    if (reply.titles, reply.texts) != (titles, texts):
        reply.titles, reply.texts = titles, texts
        reply.updated_at, reply.updated_by = clock(), staff_id
        uow.canned_replies.save(reply)
        _record(uow, reply, "changed")
    return reply


def switch_reply(
    uow: UnitOfWork, reply_id: str, *, is_active: bool, staff_id: int, clock: Clock, seen: str
) -> CannedReply:  # fmt: skip
    """Offer a reply to caseworkers, or no longer.

    Raises:
        NotFound: If there is none.
        WrongState: ``changed_meanwhile`` if a colleague changed it since the page was made.
    """
    reply = _locked(uow, reply_id, seen)
    if reply.is_active is not is_active:
        reply.is_active, reply.updated_at, reply.updated_by = is_active, clock(), staff_id
        uow.canned_replies.save(reply)
        _record(uow, reply, "on" if is_active else "off")
    return reply


def ready_replies(uow: UnitOfWork, *, language: str, own_language: str, values: Values) -> Sequence[ReadyReply]:
    """Return what can be sent to a person in their language, by title; what has no text there, or a gap, is left out.

    Args:
        language: The person's.
        own_language: Of whoever reads the titles.
        values: Of the variables.
    """
    filled = {one: values(one) for one in (language, own_language)}
    found = []
    for reply in uow.canned_replies.all(only_active=True):
        text = fill(reply.texts[language], filled[language]) if language in reply.texts else None
        if text is not None:
            own = fill(reply.texts.get(own_language, ""), filled[own_language]) or ""
            found.append(ReadyReply(reply.id, title_of(reply, own_language), text, own))
    return sorted(found, key=lambda one: (_fold(one.title), one.id))


def mark_of(reply: CannedReply) -> str:
    """Return what names the state of a reply; it changes with each change."""
    return reply.updated_at.isoformat()


def title_of(reply: CannedReply, language: str) -> str:
    """Return the title in a language, or in another that it has."""
    return next((reply.titles[one] for one in (language, *LANGUAGES) if one in reply.titles), "")


def _locked(uow: UnitOfWork, reply_id: str, seen: str) -> CannedReply:
    reply = uow.canned_replies.lock(reply_id)
    if seen != mark_of(reply):
        raise WrongState("changed_meanwhile", reply_id)
    return reply


def _record(uow: UnitOfWork, reply: CannedReply, what: str) -> None:
    uow.audit.add(Act.CANNED_REPLY_CHANGED, staff_id=reply.updated_by, at=reply.updated_at, subject=reply.id, detail=what)
    uow.commit()


def _split(words: Mapping[str, Words]) -> tuple[dict[str, str], dict[str, str]]:
    tidy = {one: Words(" ".join(words[one].title.split()), _lines(words[one].text)) for one in LANGUAGES if one in words}
    given = {language: one for language, one in tidy.items() if one.title or one.text}
    if not given:
        raise InvalidInput("language_missing")
    for language, one in given.items():
        _require_valid(one, language)
    return {language: one.title for language, one in given.items()}, {language: one.text for language, one in given.items()}


def _require_valid(words: Words, language: str) -> None:
    if not words.title:
        raise InvalidInput("title_missing", language)
    if not words.text:
        raise InvalidInput("text_missing", language)
    if len(words.title) > MAX_TITLE:
        raise InvalidInput("title_too_long", language)
    if len(words.text) > MAX_TEXT:
        raise InvalidInput("text_too_long", language)
    require_known_variables(words.text)


def _lines(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").strip().split("\n"))


def _all_words(reply: CannedReply) -> str:
    return _fold(" ".join([*reply.titles.values(), *reply.texts.values()]))


def _fold(text: str) -> str:
    """Return a text without accents and vowel signs, in small letters."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(character for character in plain if not unicodedata.combining(character)).casefold()
