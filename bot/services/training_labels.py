"""Messages from which the assistant can learn: shown without their writers, labelled by a supervisor, exported as sentences.

Nothing is shown of people with a matter of safety, of forms, and of what was written while staff were speaking.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any

from bot.domain import topics
from bot.domain.audit import Act
from bot.domain.contacts import LANGUAGES
from bot.domain.conversations import Direction, Message, MessageKind
from bot.domain.errors import InvalidInput, NotFound, WrongState
from bot.domain.scrubbing import KeysOf, has_words, scrub, without_dots
from bot.services.ports import Clock, UnitOfWork
from bot.services.training_ports import Head, Label, LabelCounts
from bot.services.turns import HELPED

PAGE = 15
BATCH = 200
MOST_LOOKED_AT = 4000
"""Messages that one page looks through; what is older is on the next one."""
MOST_COUNTED = 1000
MAX_TEXT = 300
"""Characters of a training sentence."""
TOPICS = tuple(topic for group in ("faq", "task", "chat") for topic in topics.GROUPS[group])
"""What a message can be labelled with. Words about danger are kept for no training."""

_PERSON = "talk_to_human"
_NEXT = 10
"""Messages that are looked at after one: its replies, and what the person wrote then."""
_OF_FORMS = ("ask_", "hint_", "resume_")
"""Beginnings of answers that belong to a form."""


class Trouble(str, Enum):
    """Why a message is shown.

    Attributes:
        NOT_UNDERSTOOD: The assistant said so.
        NOT_MEANT: The person picked none of the topics that the assistant suggested.
        NOT_HELPED: The person said that the answer did not help.
    """

    NOT_UNDERSTOOD = "not_understood"
    NOT_MEANT = "not_meant"
    NOT_HELPED = "not_helped"


_DECISIONS = {
    Trouble.NOT_UNDERSTOOD: frozenset({"fallback"}),
    Trouble.NOT_MEANT: frozenset({"suggest"}),
    Trouble.NOT_HELPED: frozenset({"answer"}),
}


@dataclass(frozen=True)
class Wanted:
    """Which messages are asked for; None is no limit."""

    trouble: Trouble | None = None
    language: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Unanswered:
    """One message, without its writer.

    Attributes:
        text: Without addresses, numbers and known names.
        answered: The topic that was answered; None where none was.
        suggestions: Topics that were suggested.
    """

    message_id: str
    trouble: Trouble
    language: str | None
    at: datetime
    text: str
    answered: str | None = None
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True)
class UnansweredPage:
    """Some of the messages, the newest first; ``next_before`` is where the older ones begin, None where there are none."""

    messages: tuple[Unanswered, ...]
    next_before: int | None


def list_unanswered(uow: UnitOfWork, wanted: Wanted, *, keys_of: KeysOf, before: int | None = None) -> UnansweredPage:
    """Return one page of the messages that wait for a label."""
    decisions = _DECISIONS[wanted.trouble] if wanted.trouble else frozenset().union(*_DECISIONS.values())
    found: dict[str, Unanswered] = {}
    for _ in range(MOST_LOOKED_AT // BATCH):
        heads = uow.training.heads(
            decisions, language=wanted.language, since=wanted.since, until=wanted.until, before=before, limit=BATCH
        )
        for head in heads:
            before = head.position
            shown = _shown(uow, head, keys_of)
            if shown is not None:
                found.setdefault(shown.message_id, shown)
                if len(found) == PAGE:
                    return UnansweredPage(tuple(found.values()), before)
        if len(heads) < BATCH:
            return UnansweredPage(tuple(found.values()), None)
    return UnansweredPage(tuple(found.values()), before)


def count_labels(uow: UnitOfWork) -> LabelCounts:
    """Return how much is done, and how much waits."""
    return uow.training.counts(most=MOST_COUNTED)


def head_of_shown(uow: UnitOfWork, message_id: str) -> Head:
    """Return what leads to a message that is on the list, or was there before it got its label.

    Raises:
        NotFound: If there is no such message to be seen.
    """
    head = uow.training.head(message_id, or_labelled=True)
    if head is None or _judged(uow, head) is None:
        raise NotFound("message_not_found", message_id)
    return head


def label_message(
    uow: UnitOfWork,
    message_id: str,
    *,
    topic: str | None,
    language: str,
    text: str,
    staff_id: int,
    clock: Clock,
    keys_of: KeysOf,
) -> None:
    """Keep what a message means, in words that tell nothing of its writer; or that it is not fit for training.

    Args:
        topic: One of ``TOPICS``; None where the message is not fit, and none of its text is kept.
        text: As the supervisor left it. What may tell the writer is taken out again.

    Raises:
        NotFound: If there is no such message to be seen.
        WrongState: ``labelled_already``.
        InvalidInput: ``topic_unknown``, ``language_unknown``, ``text_missing``, ``text_too_long``.
    """
    if uow.training.has(message_id):
        raise WrongState("labelled_already", message_id)
    head = head_of_shown(uow, message_id)
    label = Label(message_id, language, None, None, clock(), staff_id)
    if language not in LANGUAGES:
        raise InvalidInput("language_unknown")
    if topic is not None:
        if topic not in TOPICS:
            raise InvalidInput("topic_unknown")
        label = replace(label, topic=topic, text=_sentence(scrub(text, _names_of(uow, head), keys_of=keys_of)))
    if not uow.training.add(label):
        raise WrongState("labelled_already", message_id)
    detail = "unfit" if topic is None else "labelled"
    uow.audit.add(Act.MESSAGE_LABELLED, staff_id=staff_id, at=label.at, subject=message_id, detail=detail)
    uow.commit()


def export_labels(uow: UnitOfWork, *, only_new: bool, staff_id: int, clock: Clock) -> Mapping[str, str]:
    """Return training files by path, and record that they leave: those not exported before, or all.

    Raises:
        WrongState: ``nothing_to_export``.
    """
    now = clock()
    # First: what a colleague labels at this moment is in the next export.
    uow.training.mark_exported(now)
    labels = uow.training.exported(now if only_new else None)
    if not labels:
        raise WrongState("nothing_to_export")
    detail = f"{len(labels)} {'new' if only_new else 'all'}"
    uow.audit.add(Act.LABELS_EXPORTED, staff_id=staff_id, at=now, detail=detail)
    uow.commit()
    return training_files(labels)


def training_files(labels: Sequence[Label]) -> dict[str, str]:
    """Return the sentences in the shape of ``nlu_data``, each once: a file for each language and topic."""
    sentences: dict[tuple[str, str], dict[str, None]] = {}
    for label in labels:
        if label.topic is not None and label.text:
            sentences.setdefault((label.language, label.topic), {})[label.text] = None
    return {
        f"{language}/{topics.GROUP_OF[topic]}/{topic}.yml": _file(language, topic, list(found))
        for (language, topic), found in sorted(sentences.items())
        if topic in topics.GROUP_OF
    }


def _file(language: str, topic: str, sentences: Sequence[str]) -> str:
    lines = [
        'version: "3.1"',
        "nlu:",
        f"  - intent: {topics.intent_of_topic(topic)}",
        "    metadata:",
        f"      language: {language}",
        "      variety: contacts",
        "    examples: |",
        *(f"      - {sentence}" for sentence in sentences),
    ]
    return "\n".join(lines) + "\n"


def _shown(uow: UnitOfWork, head: Head, keys_of: KeysOf) -> Unanswered | None:
    """Return the message that a head leads to, if it is to be shown: of "it did not help" it is the one before."""
    about: Head | None = head
    if head.answered is not None:
        if head.answered != HELPED[1]:
            return None
        earlier = uow.training.before(head, is_inbound=True)
        about = uow.training.head(earlier.id) if earlier is not None else None
    judged = _judged(uow, about) if about is not None else None
    if about is None or judged is None:
        return None
    text = scrub(judged.text, _names_of(uow, about), keys_of=keys_of)
    return replace(judged, text=text) if has_words(text) else None


def _judged(uow: UnitOfWork, head: Head) -> Unanswered | None:
    """Return a message with its text as it was written, if something is to be learned from it."""
    message = uow.messages.get(head.message_id)
    if message.kind is not MessageKind.TEXT or message.pressed is not None or not has_words(message.text):
        return None
    after = uow.training.after(head, limit=_NEXT)
    replies = [one for one in after if one.reply_to_id == message.id and one.author_id is None]
    said_before = uow.training.before(head, is_inbound=False)
    # What nobody answered was left to staff.
    if not replies or any(_is_of_form(one) for one in (said_before, *replies) if one is not None):
        return None
    following = next((one for one in after if one.direction is Direction.INBOUND), None)
    then = (following.pressed or following.topic) if following is not None else None
    shown = Unanswered(message.id, Trouble.NOT_UNDERSTOOD, head.language, message.created_at, message.text)
    if message.decision == "fallback":
        return shown
    if message.decision == "suggest":
        suggested = tuple(choice.id for one in replies for choice in one.choices or () if choice.id in topics.GROUP_OF)
        suggested = tuple(one for one in suggested if one != _PERSON)
        is_refused = following is not None and then not in suggested
        return replace(shown, trouble=Trouble.NOT_MEANT, suggestions=suggested) if is_refused else None
    is_question = topics.GROUP_OF.get(head.answered or "") == "faq"
    if is_question and then == HELPED[1]:
        return replace(shown, trouble=Trouble.NOT_HELPED, answered=head.answered)
    return None


def _is_of_form(message: Message) -> bool:
    return (message.answer_id or "").startswith(_OF_FORMS) or any("__" in choice.id for choice in message.choices or ())


def _names_of(uow: UnitOfWork, head: Head) -> list[str]:
    return [name for answers in uow.training.answers_of(head.contact_id) for name in _names_in(answers)]


def _names_in(answers: Mapping[str, Any]) -> list[str]:
    return [str(value) for field, value in answers.items() if field.endswith("name") and value]


def _sentence(text: str) -> str:
    # Rasa reads brackets as marks.
    plain = without_dots(text.translate(str.maketrans("[]{}<>|", "()()   ")))
    plain = "".join(one for one in plain if one.isprintable() or one == "\u200c").lstrip("-# ")
    if not has_words(plain):
        raise InvalidInput("text_missing")
    if len(plain) > MAX_TEXT:
        raise InvalidInput("text_too_long")
    return plain
