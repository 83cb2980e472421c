"""Builds the speaker from the parts of the hotline, for the processes that speak."""

from __future__ import annotations

from collections.abc import Sequence

from bot.domain.contacts import Channel
from bot.domain.conversations import Conversation
from bot.domain.directory import DirectoryEntry
from bot.services.answers import withdrawn_answers
from bot.services.case_talk import HandoverWords
from bot.services.directory import entries_to_tell
from bot.services.turns import Reply
from bot.speaking.case_words import handover_answer
from bot.speaking.register import load_register
from bot.speaking.speaker import Speaker
from bot.speaking.withdrawn import Withdrawn, WithdrawnAnswers
from bot.wiring import Parts, now


def speaker_of(parts: Parts, *, heeds_withdrawals: bool = True) -> Speaker:
    """Return a speaker that tells verified directory entries as they are at each answer.

    Args:
        heeds_withdrawals: Whether it says no more, within a second, what staff withdraw; else it speaks as before that.
    """

    def directory(kinds: Sequence[str], place: str | None) -> Sequence[DirectoryEntry]:
        with parts.unit_of_work() as uow:
            return entries_to_tell(uow, kinds, clock=now, place=place)

    def withdrawn() -> Withdrawn:
        with parts.unit_of_work() as uow:
            return withdrawn_answers(uow)

    if not heeds_withdrawals:
        return Speaker(parts.catalogues, load_register(), directory)
    return Speaker(parts.catalogues, load_register(), directory, is_withdrawn=WithdrawnAnswers(withdrawn))


def handover_of(parts: Parts) -> HandoverWords:
    """Return what tells people that staff go on with them later; nothing is read before somebody must be told."""

    def say(conversation: Conversation, *, is_staff_on_duty: bool) -> Reply:
        answer_id = handover_answer(is_staff_on_duty=is_staff_on_duty)
        return speaker_of(parts).say(answer_id, conversation.reply_language, conversation.channel)

    return say


def say_missing(parts: Parts, language: str, channel: Channel, choices: Sequence[str] | None) -> Reply:
    """Return what is said in place of an answer that was withdrawn after it was put into words."""
    return speaker_of(parts).say("answer_missing", language, channel, choices=choices)
