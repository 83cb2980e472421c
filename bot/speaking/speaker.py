"""One answer, in one language, for one channel: text, choices and, on SMS, its size.

Telegram shows choices as buttons, SMS as numbered words in the text. On WhatsApp the client decides, since buttons need a
content template. A number works everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bot.domain.answers import may_be_withdrawn
from bot.domain.contacts import LANGUAGES, Channel
from bot.domain.conversations import Choice, numbered_titles
from bot.domain.directory import DirectoryEntry
from bot.domain.errors import NotFound
from bot.language.catalogues import Catalogues
from bot.language.isolation import isolate
from bot.language.sms import MAX_PARTS, sms_size
from bot.services.turns import Reply
from bot.speaking.register import Answer

HELPED = ("helped_yes", "helped_no")
PERSON = "talk_to_human"
ISOLATED = frozenset({"reference", "references", "phone", "organisation", "command"})
"""Placeholders whose values are Latin words or numbers."""

Directory = Callable[[Sequence[str], str | None], Sequence[DirectoryEntry]]
IsWithdrawn = Callable[[str, str], bool]


class Speaker:
    """Puts answers into words.

    Args:
        catalogues: The wording.
        register: The answers by id.
        directory: Finds verified entries of some kinds, those of a place first where one is given.
        is_withdrawn: Says whether staff have taken an answer back in a language.
    """

    def __init__(
        self,
        catalogues: Catalogues,
        register: Mapping[str, Answer],
        directory: Directory,
        *,
        is_withdrawn: IsWithdrawn = lambda _answer_id, _language: False,
    ) -> None:
        self._catalogues = catalogues
        self._register = register
        self._directory = directory
        self._is_withdrawn = is_withdrawn

    def say(
        self,
        answer_id: str,
        language: str,
        channel: Channel,
        /,
        *,
        choices: Sequence[str] | None = None,
        part: str | None = None,
        near: str | None = None,
        also: str | None = None,
        **values: str,
    ) -> Reply:
        """Return the rendered answer.

        Args:
            answer_id: Id in the register.
            choices: Ids to offer in place of the register's.
            part: Another part than the channel's own (``again``).
            near: Id of the place where the person is, as far as that is known: contacts there are told first.
            also: Topic of a second question in the same message: its answer is offered first, where an SMS has room for that.
            values: Placeholders.

        Raises:
            NotFound: If there is no such answer.
        """
        answer = self._register.get(answer_id)
        if answer is None:
            raise NotFound("answer_not_found", answer_id)
        if may_be_withdrawn(answer_id) and self._is_withdrawn(answer_id, language):
            return self._missing(language, channel, choices)
        shown = {k: isolate(v, language, channel) if k in ISOLATED else v for k, v in values.items()}
        try:
            text = self._catalogues.text(language, answer_id, part or answer.part_on(channel), **shown)
        except NotFound:
            # Not approved in this language: said so, never replaced by another language's text.
            return self._missing(language, channel, choices)
        lines = [text, *self._directory_lines(answer, language, channel, near)]
        offered = self._choices(answer, language, channel, choices)
        if also and (second := self._choices(answer, language, channel, [also])):
            # What may be read next has no room beside it in an SMS.
            rest = [choice for choice in offered if choice.id in HELPED] if channel is Channel.SMS else offered
            offered = list(dict.fromkeys([*second, *rest]))
            lines.append(self._piece("second_question", language, channel))
        lines.append(self._question(answer, language, channel, offered))
        body = "\n".join(line for line in lines if line)
        if offered and channel is Channel.SMS:
            # A line each: it costs no more than a space, and keeps Arabic and Latin choices in order.
            body = "\n".join([body, *numbered_titles(offered)])
        parts = sms_size(body).parts if channel is Channel.SMS else None
        if also and parts and parts > MAX_PARTS:
            return self.say(answer_id, language, channel, choices=choices, part=part, near=near, **values)
        return Reply(answer_id, body, tuple(offered), parts)

    def _missing(self, language: str, channel: Channel, choices: Sequence[str] | None) -> Reply:
        # Other choices belong to what is not said; none at all were wanted where a question with its own follows.
        return self.say("answer_missing", language, channel, choices=None if choices else choices)

    def titles(self, choice_id: str) -> list[str]:
        """Return all words under which a choice may have been shown, in every language."""
        return [
            self._catalogues.text(language, choice_id, part)
            for language in LANGUAGES
            for part in ("title", "title_sms")
            if self._catalogues.has(language, choice_id, part)
        ]

    def _directory_lines(self, answer: Answer, language: str, channel: Channel, near: str | None) -> list[str]:
        if not answer.directory:
            return []
        entries = self._directory(answer.directory, near)
        return [
            self._catalogues.text(
                language,
                "directory_line",
                organisation=isolate(entry.word("organisation", language), language, channel),
                phone=isolate(", ".join(entry.phones), language, channel),
            )
            for entry in (entries[:1] if channel is Channel.SMS else entries)
        ]

    def _choices(self, answer: Answer, language: str, channel: Channel, choices: Sequence[str] | None) -> list[Choice]:
        ids = list(choices) if choices is not None else self._default_choices(answer, channel)
        part = "title_sms" if channel is Channel.SMS else "title"
        # A choice without a title in this language is left out; the answer itself is worth more.
        titled = [i for i in dict.fromkeys(ids) if self._catalogues.has(language, i, part)]
        return [Choice(i, self._catalogues.text(language, i, part)) for i in titled]

    @staticmethod
    def _default_choices(answer: Answer, channel: Channel) -> list[str]:
        if answer.group != "faq":
            return list(answer.next)
        if channel is Channel.SMS:
            return [*HELPED, *answer.next[:1]]
        return [*HELPED, *answer.next, PERSON]

    def _question(self, answer: Answer, language: str, channel: Channel, offered: list[Choice]) -> str:
        if answer.group == "faq" and any(choice.id in HELPED for choice in offered):
            return self._piece("helped_question", language, channel)
        return ""

    def _piece(self, answer_id: str, language: str, channel: Channel) -> str:
        return self._catalogues.text(language, answer_id, self._register[answer_id].part_on(channel))
