"""Which answer tells a person that a case was opened for them."""

from __future__ import annotations

from bot.domain import topics
from bot.services.cases import OpenedCase


def case_answer(topic: str, opened: OpenedCase) -> str:
    """Return the answer id: safety or ordinary, new or joined, and the truth about who is on duty."""
    duty = "on_duty" if opened.is_staff_on_duty else "off_duty"
    if topics.is_safety(topic) or topic == "danger_yes":
        return f"safety_case_{duty}"
    return f"case_opened_{duty}" if opened.is_new else f"case_joined_{duty}"


def handover_answer(*, is_staff_on_duty: bool) -> str:
    """Return the answer id: who wrote cannot go on, the team will, and the truth about who is on duty."""
    return f"handed_on_{'on' if is_staff_on_duty else 'off'}_duty"


def is_case_answer(answer_id: str) -> bool:
    """Say whether an answer tells of a case."""
    return answer_id.startswith(("case_opened_", "case_joined_", "safety_case_"))
