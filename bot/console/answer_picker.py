"""Approved answers that staff attach to a reply: found in the reader's words, sent in the person's, and checked again."""

from __future__ import annotations

from itertools import islice

from flask_babel import get_locale

from bot.console.answer_words import folded, is_found, name_of, words_of
from bot.console.case_words import has_words
from bot.console.outside import register, speaker
from bot.domain.answers import is_for_staff
from bot.domain.contacts import Channel
from bot.domain.conversations import Conversation
from bot.domain.errors import WrongState
from bot.language.normalise import normalise
from bot.services.answers import is_withdrawn, open_marks
from bot.services.ports import UnitOfWork

MOST = 10
MAX_QUERY = 100


def find_answers(uow: UnitOfWork, conversation: Conversation, query: str) -> list[dict[str, str]]:
    """Return the answers in which all words occur, those first whose title has them; no withdrawn or missing one.

    Each has ``text`` as the assistant would say it to the person, and ``own_text`` in the language of the page.
    """
    query = query.strip()[:MAX_QUERY]
    words = normalise(query).split()
    if not words:
        return []
    theirs, own = conversation.reply_language, get_locale().language
    marks = [mark for mark in open_marks(uow) if mark.is_withdrawn]
    left_out = {language: {mark.answer_id for mark in marks if mark.covers(language)} for language in (theirs, own)}
    found = [
        one
        for one in register()
        if is_for_staff(one) and one not in left_out[theirs] and has_words(theirs, one, _part(one, conversation.channel))
        and is_found(query, one, (own, theirs))
    ]  # fmt: skip
    found.sort(key=lambda one: not all(word in folded(f"{name_of(one, own)} {name_of(one, theirs)}") for word in words))
    rendered = ((one, speaker().say(one, theirs, conversation.channel, choices=())) for one in found)
    # What was restored a moment ago the speaker may not know yet.
    said = islice(((one, reply.text) for one, reply in rendered if reply.answer_id == one), MOST)
    return [_as_json(one, text, conversation.channel, theirs, None if one in left_out[own] else own) for one, text in said]


def chosen_answer(uow: UnitOfWork, conversation: Conversation, answer_id: str, text: str) -> str | None:
    """Return the approved answer that a reply is, as its page says; None where its words are others.

    Raises:
        WrongState: ``answer_withdrawn`` if it holds the words of an answer that was withdrawn after it was picked.
    """
    language, channel = conversation.reply_language, conversation.channel
    if not is_for_staff(answer_id) or not has_words(language, answer_id, _part(answer_id, channel)):
        return None
    if is_withdrawn(uow, answer_id, language):
        if words_of(answer_id, _part(answer_id, channel), language).strip() in text:
            raise WrongState("answer_withdrawn", answer_id)
        return None
    said = speaker().say(answer_id, language, channel, choices=()).text
    return answer_id if text.strip() == said.strip() else None


def _as_json(answer_id: str, text: str, channel: Channel, theirs: str, own: str | None) -> dict[str, str]:
    title = name_of(answer_id, own or theirs)
    return {
        "id": answer_id,
        "title": title if title != answer_id else name_of(answer_id, theirs),
        "text": text,
        "own_text": words_of(answer_id, _part(answer_id, channel), own) if own else "",
    }


def _part(answer_id: str, channel: Channel) -> str:
    answer = register().get(answer_id)
    return answer.part_on(channel) if answer is not None else "text"
