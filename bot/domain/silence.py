"""What the assistant says although staff write to the person: safety, language, and the words that are always obeyed."""

from __future__ import annotations

from bot.domain import topics
from bot.domain.conversations import Message

WITH_STAFF = "with_staff"
"""Signal for Rasa: staff write to the person, and nothing is said. Also why an outbound message was withdrawn."""

ABOUT_SAFETY = ("safety_case_", "check_safety", "danger_", "ask_go_on_with_fear")
"""Beginnings of answers that belong to somebody's safety besides the safety topics' own."""

ALWAYS_SAID = frozenset(
    {
        "stop_messages", "change_language", "language_changed", "help", "reply_ready",
        "noted_yes", "noted_no", "erase_telegram", "erase_whatsapp", "erase_sms",
    }
)  # fmt: skip
"""Answers to stop, erase and help, and about the language."""


def is_about_safety(answer_id: str) -> bool:
    """Say whether it is worse that this answer is missing than that it comes twice."""
    return topics.is_safety(answer_id) or answer_id.startswith(ABOUT_SAFETY)


def is_said_beside_staff(answer_id: str) -> bool:
    """Say whether the assistant gives this answer although staff write to the person."""
    return answer_id in ALWAYS_SAID or is_about_safety(answer_id)


def speaks_beside_staff(message: Message) -> bool:
    """Say whether an outbound message goes out although staff write to the person: theirs, and what keeps people safe."""
    return message.author_id is not None or message.template is not None or is_said_beside_staff(message.answer_id or "")


def is_heard_beside_staff(topic: str) -> bool:
    """Say whether the assistant acts on a topic, or a signal, although staff write to the person."""
    return (
        topic in ("change_language", "stop_messages", "check_safety", "danger_yes", "danger_no", "noted_yes", "noted_no")
        or topic.startswith("choose_language_")
        or topics.is_safety(topic)
    )
