"""Which pages are taken, who opens them, and where they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.console import accounts
from bot.domain.cases import CaseKind, QueueState
from bot.domain.contacts import Channel
from bot.domain.requests import RequestKind, RequestStatus
from bot.domain.staff import Role
from bot.services.casework import claim_case
from bot.storage import tables as t
from bot.wiring import Parts, now
from tests.e2e.console_browser import StaffMember
from tests.e2e.demo_office import Office
from tools.pictures import acts

STRANGER = "nobody"
LANGUAGES = ("en", "ar")


@dataclass(frozen=True)
class Page:
    """One page as a picture shows it.

    Attributes:
        name: Of the picture.
        who: The demo's account that opens it.
        path: Its address; with an ``act`` that leads there, where that begins. May depend on the language.
        act: What is done on it first.
        is_whole: Whether a page longer than the screen is shown longer.
    """

    name: str
    who: str
    path: str | Callable[[str], str]
    act: Callable[[StaffMember], None] | None = None
    is_whole: bool = True


class Desk:
    """Cases that the caseworker Salem follows, one for each language that somebody writes in."""

    def __init__(self, parts: Parts) -> None:
        self.parts, self.office = parts, Office(parts)
        self.by_language = {language: self._claims(language, Channel.WHATSAPP) for language in LANGUAGES}
        self.by_sms = self._claims("ar", Channel.SMS)

    def _claims(self, language: str, channel: Channel) -> str:
        case, talk = t.case.c, t.conversation.c
        wanted = (talk.id == case.conversation_id, talk.language == language, talk.channel == channel)
        reference = self.office.case(case.queue_state == QueueState.WAITING, case.kind == CaseKind.QUESTION, *wanted)
        with self.parts.unit_of_work() as uow:
            claim_case(uow, reference, actor=self.office.actor("salem"), clock=now)
        return str(reference)


def pages(desk: Desk) -> list[Page]:
    """Return all pages, in the order in which a caseworker meets them."""
    office, case, request = desk.office, t.case.c, t.request.c
    submitted = office.request(request.status == RequestStatus.SUBMITTED, request.kind == RequestKind.RETURN)
    invitation = accounts.invite(desk.parts, "new@demo.example", "", Role.CASEWORKER)
    critical = office.case(case.queue_state == QueueState.WITH_STAFF, case.kind == CaseKind.PROTECTION)
    return [
        Page("invitation", STRANGER, f"/invitation/{invitation}"),
        Page("login", STRANGER, "/login"),
        Page("simulator", STRANGER, "/simulator", acts.talks_to_the_assistant, is_whole=False),
        Page("queue", "salem", "/", is_whole=False),
        Page("conversation", "salem", lambda language: f"/cases/{desk.by_language[language]}", acts.writes, is_whole=False),
        Page("ready-replies", "salem", lambda language: f"/cases/{desk.by_language[language]}", acts.picks, is_whole=False),
        Page("sms", "salem", f"/cases/{desk.by_sms}", acts.writes_arabic, is_whole=False),
        Page("note", "salem", lambda language: f"/cases/{desk.by_language[language]}", acts.opens_note, is_whole=False),
        Page("resolve", "salem", lambda language: f"/cases/{desk.by_language[language]}", acts.opens_resolve, is_whole=False),
        Page("person", "salem", lambda language: f"/cases/{desk.by_language[language]}", acts.shows_person),
        Page("requests", "salem", "/requests", is_whole=False),
        Page("request", "salem", f"/requests/{submitted}"),
        Page("search", "salem", "/search", lambda member: acts.searches(member, desk.by_sms)),
        Page("directory", "salem", "/directory", is_whole=False),
        Page("answers", "salem", "/answers", is_whole=False),
        Page("answer", "salem", "/answers/return_exit_visa", is_whole=False),
        Page("deliveries", "salem", "/deliveries", is_whole=False),
        Page("account", "salem", "/account"),
        Page("keyboard", "salem", lambda language: f"/cases/{desk.by_language[language]}", acts.asks_for_keys, is_whole=False),
        Page("alarm", "huda", "/requests", is_whole=False),
        Page("protection", "huda", f"/cases/{critical}", is_whole=False),
        Page("duplicate", "huda", f"/requests/{office.request_with_duplicate()}", acts.scrolls_to_duplicates, is_whole=False),
        Page("queue-supervisor", "amal", "/", acts.chooses_cases, is_whole=False),
        Page("whatsapp-shut", "amal", f"/cases/{office.case_with_shut_window()}", is_whole=False),
        Page("directory-edit", "amal", "/directory/demo_clinic_sabha/edit"),
        Page("canned-replies", "amal", "/canned-replies", is_whole=False),
        Page("canned-reply", "amal", f"/canned-replies/{office.id_in(t.canned_reply)}"),
        Page("unanswered", "amal", "/unanswered", is_whole=False),
        Page("dashboard", "amal", "/dashboard"),
        Page("exports", "amal", "/exports"),
        Page("start", "rania", "/"),
        Page("staff", "rania", "/staff"),
        Page("staff-member", "rania", f"/staff/{office.staff_id('salem')}"),
        Page("audit", "tarek", "/audit", is_whole=False),
    ]
