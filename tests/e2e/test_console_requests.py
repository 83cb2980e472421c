"""A request through all its steps, and names and phones that are shown only when asked for, in a real browser."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from selenium.webdriver.common.by import By

from bot.domain.audit import Act
from bot.domain.requests import BEFORE_DEPARTURE, JOURNEY, RequestKind, RequestStatus
from bot.services.attempts import AttemptWay, record_attempt
from bot.wiring import now
from tests.e2e.demo_office import Office
from tests.e2e.page_steps import Looker
from tests.e2e.simulator_steps import accept_language
from tests.integration.request_steps import add_request

S = RequestStatus
NAMES = {
    S.SUBMITTED: "Submitted", S.SCREENED: "Screened", S.DOCUMENTS: "Documents", S.MEDICAL: "Medical check",
    S.EXIT_PERMIT: "Exit permit", S.READY: "Ready to travel", S.BOOKED: "Booked", S.DEPARTED: "Departed",
    S.ARRIVED: "Arrived", S.REINTEGRATION: "Reintegration", S.CLOSED: "Closed", S.WITHDRAWN: "Withdrawn",
    S.ON_HOLD: "On hold", S.UNREACHABLE: "Person not reached",
}  # fmt: skip
ASIDE = {S.WITHDRAWN, S.ON_HOLD, S.NOT_ELIGIBLE}
WHY = "Agreed with the person by phone."


@pytest.fixture(scope="module")
def console_parts(demo_parts):
    """The parts over the demo's office."""
    return demo_parts


@pytest.fixture(scope="module")
def office(console_parts):
    return Office(console_parts)


class Desk(Looker):
    """The caseworker Salem at the page of a request."""

    def comes(self):
        """Log in, in the language of the pages."""
        accept_language(self.browser, self.language)
        self.member.logs_in()
        self.choose_language()
        return self

    def opens(self, request):
        """Open a request."""
        self.member.opens(f"/requests/{request.reference}")

    def offered(self):
        """Return where the buttons of the page lead."""
        return {S(one.get_attribute("value")) for one in self.member.found("button[name=to]")}

    def goes_to(self, status, *, why=""):
        """Press a step's button, which has its name in the page's language."""
        if why:
            self.fill_in("step-reason", why)
        button = f"button[name=to][value={status.value}]"
        assert self.member.texts(button) == [self.named(status)]
        self.press(button)

    def forges(self, status, *, seen=None):
        """Send a step that the page does not offer, with the page's own token."""
        self.browser.execute_script(
            """
            const [address, values] = arguments;
            const form = document.createElement("form");
            Object.assign(form, { method: "post", action: address, id: "forged" });
            values.csrf_token = document.querySelector("[name=csrf_token]").value;
            for (const [name, value] of Object.entries(values)) {
              form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
            }
            document.body.append(form);
            """,
            f"{self.browser.current_url.partition('?')[0]}/move",
            {"to": status.value, "seen": (seen or self.status()).value, "reason": WHY},
        )
        self.send("#forged")

    def status(self):
        """Return where the page says that the request stands."""
        classes = self.browser.find_element(By.CSS_SELECTOR, ".head-marks .status").get_attribute("class")
        return S(classes.rpartition("status-")[2])

    def named(self, status):
        """Return a status in the page's language."""
        return self.member.words(NAMES[status], "request status")

    def history(self):
        """Return the lines of the history, the newest first: what, when and who, and why."""
        lines = self.browser.find_elements(By.CSS_SELECTOR, ".history li")
        return [[" ".join(one.text.split()) for one in line.find_elements(By.TAG_NAME, "p")] for line in lines]


@pytest.fixture(params=["en", "ar"])
def desk(console_browser, console_address, office, request):
    return Desk(console_browser, console_address, office, who="salem", language=request.param).comes()


def test_a_request_goes_all_the_way_by_the_buttons_of_its_page(console_parts, desk):
    # Given a draft: nothing can be done with it, also not by force
    draft = add_request(console_parts, status=S.DRAFT, submitted_at=None)
    desk.opens(draft)
    assert desk.offered() == set()
    desk.forges(S.SUBMITTED, seen=S.DRAFT)
    assert desk.member.found(".notice-error")
    # When the person has sent one, and a caseworker takes one step after the other
    request = add_request(console_parts)
    desk.opens(request)
    for before, to in pairwise(JOURNEY[1:]):
        steps = {to, *JOURNEY[1 : JOURNEY.index(before)], *ASIDE} if before in BEFORE_DEPARTURE else {to}
        # Then the page offers this step, those aside and those back, and nothing else; nothing aside once they left
        assert desk.offered() == steps | ({S.CLOSED} if before is S.DEPARTED else set())
        # And what it does not offer is refused
        desk.forges(S.WITHDRAWN if before not in BEFORE_DEPARTURE else S.DEPARTED if to is not S.DEPARTED else S.ARRIVED)
        assert desk.member.found(".notice-error") and desk.status() is before
        if to is S.EXIT_PERMIT:
            _dates_papers(desk)
        desk.goes_to(to, why=WHY)
        assert desk.status() is to
        # And the history says from where to where, who, when and why
        what, whom, why = desk.history()[0]
        assert what == f"{desk.named(before)} {desk.named(to)}"
        assert whom.endswith("سالم") and str(now().year) in _digits(whom) and why == WHY
    assert desk.offered() == set()
    # The way without the two that begin it, and the date of the papers.
    assert len(desk.history()) == len(JOURNEY) - 2 + 1


def _dates_papers(desk):
    until = date.today() + timedelta(days=200)
    field = desk.browser.find_element(By.ID, "documents_until")
    # A browser takes a day in the order of its own language: the value is set as its calendar does.
    desk.browser.execute_script("arguments[0].value = arguments[1]", field, until.isoformat())
    desk.press("#documents_until + button")
    assert desk.browser.find_element(By.ID, "documents_until").get_attribute("value") == until.isoformat()
    assert str(until.year) in _digits(desk.history()[0][0])
    assert desk.history()[0][1].endswith("سالم")


def _digits(text):
    return "".join(str(int(one)) if one.isdecimal() else one for one in text)


def test_a_request_is_set_aside_only_for_a_reason_and_after_trying(console_parts, office, desk):
    request = add_request(console_parts, status=S.MEDICAL)
    desk.opens(request)
    # Without a reason the page keeps the step back
    desk.browser.find_element(By.CSS_SELECTOR, "button[name=to][value=on_hold]").click()
    assert desk.browser.execute_script("return document.getElementById('step-reason').matches(':user-invalid, :invalid')")
    desk.goes_to(S.ON_HOLD, why=WHY)
    # On hold it can go back to where it stood, and no further
    assert desk.offered() == {S.SUBMITTED, S.SCREENED, S.DOCUMENTS, S.MEDICAL, S.WITHDRAWN, S.NOT_ELIGIBLE}
    desk.goes_to(S.MEDICAL)
    # Nobody is unreachable whom nobody tried to reach: three times, on two days
    desk.forges(S.UNREACHABLE)
    assert desk.status() is S.MEDICAL and desk.member.found(".notice-error")
    salem = office.actor("salem")
    with console_parts.unit_of_work() as uow:
        record_attempt(
            uow, request.reference, way=AttemptWay.CALL, note="", actor=salem, clock=lambda: now() - timedelta(days=1)
        )
    desk.opens(request)
    for way in ("call", "message"):
        assert S.UNREACHABLE not in desk.offered()
        desk.press(f"button[name=way][value={way}]")
    desk.goes_to(S.UNREACHABLE, why=WHY)
    # The person writes again, and withdraws: from there no step leads anywhere
    desk.goes_to(S.WITHDRAWN, why=WHY)
    assert desk.status() is S.WITHDRAWN and desk.offered() == set() and desk.member.found(".notice-error[role=alert]")
    desk.forges(S.SUBMITTED)
    assert desk.status() is S.WITHDRAWN
    assert desk.history()[0][0] == f"{desk.named(S.UNREACHABLE)} {desk.named(S.WITHDRAWN)}"


def test_a_name_and_a_phone_are_shown_when_asked_for_and_the_auditor_reads_of_it(
    console_parts, console_browser, console_address, office, desk
):
    # Given a person whose request and case have a name and a phone
    request = add_request(console_parts, RequestKind.RETURN)
    hidden = {request.answers["full_name"], request.answers["contact_phone"]}
    # Then nothing of them is in the request's page, not even where nobody sees it
    desk.opens(request)
    assert not [one for one in hidden if one in desk.browser.page_source]
    assert desk.member.found(".masked")
    # When the caseworker asks for them, they are there
    desk.press(".phone-line form button")
    assert all(one in desk.browser.page_source for one in hidden)
    assert not desk.member.found(".masked")
    # And of a case's person likewise
    desk.member.opens_case(office.claimed)
    before = desk.member.texts("[data-person]")
    desk.member.presses("Show name and phone", "personal data")
    desk.member.until(lambda: desk.member.found("[data-person] a[data-hide]"), what="the open card")
    assert desk.member.texts("[data-person]") != before
    desk.member.logs_out()
    # Then the auditor reads who looked at what, and neither name nor phone
    auditor = Desk(console_browser, console_address, office, who="tarek", language=desk.language).comes()
    for act, reference in ((Act.REQUEST_SHOWN, request.reference), (Act.PERSON_SHOWN, office.claimed)):
        auditor.member.opens(f"/audit?act={act.value}&subject={reference}")
        row = auditor.member.texts(".audit tbody tr")[0]
        assert "سالم" in row and reference in row
        assert auditor.member.words(_SAID[act], "act") in row
        assert not [one for one in hidden if one in auditor.browser.page_source]


_SAID = {
    Act.REQUEST_SHOWN: "Looked at the hidden fields of a request",
    Act.PERSON_SHOWN: "Looked at a person's name and phone",
}
