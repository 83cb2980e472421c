"""The topics the hotline understands: ids and groups, in the order of the design's list.

A topic id is the Rasa intent, the training file, the answer and the test. Topics of the group
``faq`` are retrieval intents and carry the prefix ``faq/`` inside Rasa only.
"""

from __future__ import annotations

SAFETY = (
    "emergency_danger",
    "emergency_medical",
    "emergency_sea",
    "report_kidnap_trafficking",
    "report_sexual_violence",
    "report_detention",
    "child_alone",
    "mental_distress",
    "report_misconduct",
)
TASK = (
    "request_return",
    "check_status",
    "update_request",
    "withdraw_request",
    "request_assistance",
    "report_missing_person",
    "talk_to_human",
    "book_counselling",
    "show_my_data",
    "delete_my_data",
    "stop_messages",
)
FAQ = (
    "return_what_is",
    "return_eligibility",
    "return_how_to_apply",
    "return_cost",
    "return_documents",
    "return_no_passport",
    "return_duration",
    "return_family",
    "return_medical",
    "return_from_detention",
    "return_exit_visa",
    "return_departure",
    "return_arrival",
    "return_change_mind",
    "return_fear",
    "return_again",
    "return_outside_tripoli",
    "reintegration_support",
    "reintegration_cash",
    "reintegration_contact",
    "contact_offices",
    "contact_embassy",
    "privacy_confidentiality",
    "scam_warning",
    "service_health",
    "service_mental_health",
    "service_shelter",
    "service_food_items",
    "service_education",
    "service_legal",
    "service_work",
    "asylum_unhcr",
    "resettlement",
    "sea_journey",
    "displaced_assistance",
    "displaced_return_home",
    "community_projects",
)
CHAT = (
    "greet",
    "goodbye",
    "thank",
    "affirm",
    "deny",
    "menu",
    "change_language",
    "repeat",
    "cancel",
    "bot_challenge",
    "frustration",
    "out_of_scope",
)

GROUPS = {"safety": SAFETY, "task": TASK, "faq": FAQ, "chat": CHAT}
ALL = SAFETY + TASK + FAQ + CHAT
GROUP_OF = {topic: group for group, topics in GROUPS.items() for topic in topics}

_COURTESIES = ("greet", "goodbye", "thank")

FAQ_PREFIX = "faq/"


def topic_of_intent(intent: str) -> str:
    """Return the topic id for a Rasa intent name, with or without ``faq/``."""
    return intent.removeprefix(FAQ_PREFIX)


def intent_of_topic(topic: str) -> str:
    """Return the full Rasa intent name of a topic (``faq/return_cost``, ``greet``)."""
    return f"{FAQ_PREFIX}{topic}" if GROUP_OF.get(topic) == "faq" else topic


def is_safety(topic: str) -> bool:
    """Say whether a topic may mean that somebody is in danger."""
    return GROUP_OF.get(topic) == "safety"


def is_matter(topic: str) -> bool:
    """Say whether a topic is a question or a wish: neither danger nor talk."""
    return GROUP_OF.get(topic) in ("faq", "task")


def leaves_room(topic: str) -> bool:
    """Say whether its answer may offer another topic, too: that to a question or a courtesy. An act begins a form or a case."""
    return GROUP_OF.get(topic) == "faq" or topic in _COURTESIES
