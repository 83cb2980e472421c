"""Puts what a form says into words: lines, a summary, a question with its choices, as one message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from babel import Locale
from babel.dates import format_date

from bot.domain.contacts import Channel
from bot.domain.conversations import Choice, numbered_titles
from bot.domain.errors import NotFound
from bot.domain.form_replies import Asking, FormReply, Line
from bot.domain.questions import QUESTIONS
from bot.language.catalogues import Catalogues
from bot.language.gazetteer import place_name
from bot.language.isolation import isolate
from bot.language.sms import sms_size
from bot.services.turns import Reply
from bot.speaking.speaker import PERSON, Speaker

WORDS_OF = {question.id: question.words for questions in QUESTIONS.values() for question in questions}
CHANNEL_NAMES = {"telegram": "Telegram", "whatsapp": "WhatsApp", "sms": "SMS"}
LABEL_OF = {"birth_date": "birth", "birth_year": "birth"}
"""Fields of a request that stand under another name in a summary."""


class FormSpeaker:
    """Says what a form says.

    Args:
        speaker: For whole answers, with the directory's entries.
        catalogues: The wording.
    """

    def __init__(self, speaker: Speaker, catalogues: Catalogues) -> None:
        self._speaker = speaker
        self._catalogues = catalogues

    def say(self, reply: FormReply, language: str, channel: Channel) -> Reply:
        """Return a form's reply as one message, numbered where the channel has no buttons."""
        texts = [text for line in reply.lines for text in self._line(line, language, channel)]
        choices: list[Choice] = []
        if reply.asking is not None:
            texts.append(self._question(reply.asking, language, channel))
            choices = self._choices(reply.asking, language, channel)
        elif reply.lines:
            choices = self._next(reply.lines, language, channel)
        body = "\n".join([*texts, *numbered_titles(choices)]) if channel is Channel.SMS else "\n\n".join(texts)
        answer_id = f"ask_{reply.asking.id}" if reply.asking else reply.lines[0].answer_id
        parts = sms_size(body).parts if channel is Channel.SMS else None
        return Reply(answer_id, body, tuple(choices), parts)

    def _line(self, line: Line, language: str, channel: Channel) -> list[str]:
        if line.answer_id == "summary":
            return ["\n".join(self._summary(line.values["fields"], language, channel))]
        values = {name: self._value(name, value, language) for name, value in line.values.items()}
        return [self._speaker.say(line.answer_id, language, channel, choices=(), **values).text]

    def _question(self, asking: Asking, language: str, channel: Channel) -> str:
        values = {name: str(value) for name, value in asking.placeholders.items()}
        if values.get("kept"):
            values["kept"] = self._catalogues.text(language, "erasure_keeps", "text", law=values["kept"])
        text = self._speaker.say(f"ask_{asking.id}", language, channel, choices=(), **values).text
        if asking.may_skip:
            text += "\n" + self._speaker.say("may_skip", language, channel, choices=()).text
        return text

    def _choices(self, asking: Asking, language: str, channel: Channel) -> list[Choice]:
        part = "title_sms" if channel is Channel.SMS else "title"
        return [
            Choice(PERSON, self._catalogues.text(language, PERSON, part))
            if value == PERSON
            else Choice(f"{asking.id}__{value}", self._title(asking.words, value, language, part))
            for value in asking.values
        ]

    def _next(self, lines: Sequence[Line], language: str, channel: Channel) -> list[Choice]:
        """Return what may be picked after lines without a question, as the register of answers says."""
        offered: dict[str, Choice] = {}
        for line in lines:
            if line.answer_id != "summary":
                said = self._speaker.say(line.answer_id, language, channel, **{k: str(v) for k, v in line.values.items()})
                offered.update({choice.id: choice for choice in said.choices})
        return list(offered.values())

    def _title(self, words: str, value: str, language: str, part: str = "title") -> str:
        if words == "country":
            return str(Locale(language).territories.get(value, value))
        if words == "place":
            return place_name(value, language)
        return self._catalogues.text(language, f"{words}__{value}", part)

    def _summary(self, fields: Sequence[Sequence[Any]], language: str, channel: Channel) -> list[str]:
        return [
            self._catalogues.text(
                language,
                "summary_line",
                number=str(number),
                field=self._catalogues.text(
                    language, f"field__{LABEL_OF.get(name, name)}", "title_sms" if channel is Channel.SMS else "title"
                ),
                value=isolate(self.field_value(name, value, language), language, channel),
            )
            for number, (name, value) in enumerate(fields, start=1)
            # An SMS is paid by its length; the numbers stay, so that what was left out can still be filled in.
            if value is not None or channel is not Channel.SMS
        ]

    def field_value(self, name: str, value: Any, language: str) -> str:
        """Return the value of one field as a person reads it."""
        text = self._catalogues.text
        if value is None:
            return text(language, "value__skipped", "title")
        if isinstance(value, bool):
            return text(language, f"value__{str(value).lower()}", "title")
        if name == "birth":
            (name, value), *_ = ((part, said) for part, said in value.items() if part != "age")
        if name == "contact_phone":
            # Without a plus sign, which wanders to the other end in Arabic.
            return value.replace("+218", "0", 1) if value.startswith("+218") else value.replace("+", "00", 1)
        if name == "birth_date":
            return str(format_date(date.fromisoformat(value), "long", locale=language))
        if name == "household":
            return ", ".join(self._member(member, language) for member in value) or text(language, "value__none", "title")
        if isinstance(value, list):
            return ", ".join(self._title(name, item, language) for item in value) or text(language, "value__none", "title")
        if isinstance(value, dict):
            value = value.get("id") or value.get("text")
        return self._named(WORDS_OF.get(name, ""), str(value), language)

    def _member(self, member: Mapping[str, Any], language: str) -> str:
        relation = member.get("relation")
        who = (
            self._title("relation", relation, language)
            if relation
            else self._catalogues.text(language, "value__skipped", "title")
        )
        return who if member.get("age") is None else f"{who} {member['age']}"

    def _named(self, words: str, value: str, language: str) -> str:
        """Return the title of a value that is one of a question's own, else the value as it was written."""
        try:
            return self._title(words, value, language) if words else value
        except NotFound:
            return value

    def _value(self, name: str, value: Any, language: str) -> str:
        if name == "since":
            return str(format_date(date.fromisoformat(value), "long", locale=language))
        if name == "channel":
            return CHANNEL_NAMES[value]
        return str(value)
