"""From the invitation to the last word: caseworkers at real browsers, a whole hotline, people on stand-ins of their apps."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from bot.domain.cases import Case, CaseKind
from bot.domain.contacts import LANGUAGES
from bot.domain.staff import Role
from tests.e2e.console_browser import StaffMember, invite
from tests.e2e.live_office import ASKS, LiveOffice, asked, at_once, live_office, slow_down
from tests.e2e.providers import CONTENTS
from tests.e2e.simulator_steps import accept_language, go_offline

SAYS_MORE = {"en": ("it is about my papers", "are you still there"), "ar": ("الموضوع عن أوراقي", "هل أنت هنا؟")}
COST = {"en": "how much does the return cost", "ar": "كم تكلف العودة إلى البلد؟"}
DANGER = "Help us, men with guns are breaking the door now"
SOON = 4
"""Seconds within which a thread shows what is new: it asks every one and a half."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveOffice]:
    with live_office(tmp_path_factory.mktemp("home")) as office:
        yield office


@pytest.fixture(autouse=True)
def rules_are_kept(office: LiveOffice) -> Iterator[None]:
    yield
    assert office.channels.telegram.violations == []
    assert office.channels.twilio.violations == []


@pytest.fixture
def first(console_chromium: WebDriver, office: LiveOffice) -> Iterator[WebDriver]:
    yield from office.browser(console_chromium)


@pytest.fixture
def second(second_chromium: WebDriver, office: LiveOffice) -> Iterator[WebDriver]:
    yield from office.browser(second_chromium)


# Getting in


@pytest.mark.parametrize("language", ["en", "ar"])
def test_who_is_invited_sets_up_password_and_app_and_logs_in_with_its_codes(
    office: LiveOffice, first: WebDriver, language: str
) -> None:
    accept_language(first, language)
    email = f"amal.{language}@hotline.example"
    link = invite(office.channels.hotline, email, language=language)
    amal = StaffMember(first, office.address, email, name="Amal", language=language)
    # When she takes the invitation, no page opens before the app is set up
    amal.accepts(link)
    amal.sees("Set up your authenticator app")
    amal.opens("/")
    assert amal.is_in_own_language()
    amal.sets_up_second_factor()
    amal.sees("Nobody is on duty: people are told that an answer will take longer.")
    assert amal.is_in_own_language()
    assert len(set(amal.recovery_codes)) == 10
    # Then a link works once, and a password alone opens nothing
    amal.logs_out()
    amal.opens(link)
    amal.sees("This link was used already, or it is not complete.", "invitation")
    amal.gives_password()
    amal.opens("/")
    amal.sees("The console is for the hotline's staff.")
    # And the app's code, or a recovery code, does
    amal.logs_in()
    amal.logs_out()
    amal.gives_password()
    amal.presses("I do not have my phone: use a recovery code")
    amal.fills_in("Recovery code", amal.recovery_codes[3])
    amal.presses("Log in")
    amal.sees("Queue", "page")
    assert amal.is_in_own_language()


# A conversation


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_caseworker_takes_over_the_assistant_is_silent_and_speaks_again_when_it_is_resolved(
    office: LiveOffice, first: WebDriver, language: str
) -> None:
    said_by_assistant = office.parts.catalogues.text
    amal = office.joined(first, "Amal", language=language)
    first.execute_script("window.wasLoadedOnce = true")
    # Given a person who asks for a person, and whose case appears in the open queue
    person, case = office.asks_on_telegram(500 + LANGUAGES.index(language), language)
    amal.sees_case(case.reference)
    assert first.execute_script("return window.wasLoadedOnce")
    assert amal.is_in_own_language()
    # When a caseworker claims it and answers with a double click, the person gets it once
    amal.claims(case.reference)
    amal.replies("Hello, this is Amal.", twice=True)
    amal.until(lambda: "Hello, this is Amal." in amal.thread() and not amal.unsent(), what="the reply in the thread")
    amal.sees("Staff write to the person; the assistant is silent")
    person.waits_for("Hello, this is Amal.")
    before = len(person.received)
    # Then what the person writes appears by itself, and the assistant says nothing to it
    first.execute_script("window.wasLoadedOnce = true")
    said = [*SAYS_MORE[language], COST[language]]
    for text in said:
        started = time.monotonic()
        person.writes(text)
        amal.until(lambda text=text: text in amal.thread(), seconds=SOON, what=text)
        assert time.monotonic() - started < SOON
    assert first.execute_script("return window.wasLoadedOnce")
    office.wait_handled(case, *said)
    assert len(person.received) == before
    assert person.received.count("Hello, this is Amal.") == 1
    # When she gives the conversation back, the assistant says so; when she writes again, it is hers again
    amal.notes("Papers: asked the embassy.")
    amal.gives_back()
    person.waits_for(before + 1)
    assert said_by_assistant(language, "given_back") in person.received[-1]
    amal.replies("One thing more.")
    person.waits_for(before + 2)
    # When it is resolved, the assistant says so and asks whether it helped, and answers again
    amal.resolves("done")
    amal.sees("Case %(reference)s is resolved.", "case", reference=case.reference)
    person.waits_for(before + 3)
    assert said_by_assistant(language, "case_resolved") in person.received[-1]
    assert {"helped_yes", "helped_no"} <= {button.data for button in person.messages[-1].buttons}
    person.writes(COST[language])
    person.waits_for(before + 4)
    assert said_by_assistant(language, "return_cost").splitlines()[0] in person.received[-1]
    assert not any("Papers" in text or "done" in text for text in person.received)


def test_what_is_written_while_the_line_is_cut_is_kept_and_sent_once(office: LiveOffice, first: WebDriver) -> None:
    amal = office.joined(first, "Amal")
    person, case = office.asks_on_telegram(510)
    amal.opens_case(case.reference)
    amal.presses("Take this case")
    amal.sees("You follow this case")
    # When the line is cut, the reply waits on the page, and what is being written is kept too
    go_offline(first, True)
    amal.replies("Sent in a tunnel.")
    amal.sees("No connection. It is sent by itself as soon as the line is back.", "case page")
    assert amal.unsent() == ["Sent in a tunnel."]
    amal.writes("Not yet sent.")
    # Then it goes out by itself when the line is back, and the box holds the rest, also on the page loaded anew
    go_offline(first, False)
    amal.until(lambda: "Sent in a tunnel." in amal.thread() and not amal.unsent(), what="sending what waited")
    first.refresh()
    amal.until(lambda: amal.box_of_reply().get_attribute("value") == "Not yet sent.", what="the draft")
    # When it is sent, the answer does not come back, and the page is left, the next one sends it again: the person has it once
    slow_down(first, seconds=30)
    amal.replies("")
    person.waits_for("Not yet sent.")
    assert amal.unsent() == ["Not yet sent."]
    first.get("about:blank")
    go_offline(first, False)
    amal.opens_case(case.reference)
    amal.until(lambda: asked(first, f"/cases/{case.reference}/reply") and not amal.unsent(), what="sending again")
    office.channels.telegram.wait_until_idle()
    assert person.received[-2:] == amal.thread()[-2:] == ["Sent in a tunnel.", "Not yet sent."]


# Two colleagues


def test_of_two_who_claim_at_once_one_wins_and_the_other_is_told_who(
    office: LiveOffice, first: WebDriver, second: WebDriver
) -> None:
    both = (office.joined(first, "Amal"), office.joined(second, "Basim"))
    both[1].chooses_language("ar")
    _, case = office.asks_on_telegram(520)
    for one in both:
        one.opens("/")
        one.sees_case(case.reference)
    # When both press at the same moment
    at_once(*(lambda one=one: one.presses("Claim", "case", suffix=f" {case.reference}") for one in both))
    # Then one is on the case's page, and the other reads who has it
    for one in both:
        one.until(lambda one=one: "/cases/" in one.browser.current_url or one.found(".notice"), what="an outcome")
    winner, other = sorted(both, key=lambda one: "/cases/" not in one.browser.current_url)
    winner.sees("You follow this case")
    other.sees("%(name)s was faster and follows this case now.", name=winner.name)
    assert [one.assignee_id for one in office.stored(Case) if one.id == case.id] == [office.id_of(winner)]


def test_two_in_one_conversation_see_each_other_and_who_writes(office: LiveOffice, first: WebDriver, second: WebDriver) -> None:
    both = amal, basim = office.joined(first, "Amal"), office.joined(second, "Basim", language="ar")
    _, case = office.asks_on_telegram(530)
    for one in both:
        one.opens_case(case.reference)
    amal.sees("%(name)s is looking", name="Basim")
    basim.sees("%(name)s is looking", name="Amal")
    amal.writes("Hello")
    basim.sees("%(name)s is writing", name="Amal", seconds=SOON)
    assert basim.is_in_own_language()
    # When one of them answers, the other cannot answer as well
    amal.replies(", this is Amal.")
    basim.sees("%(name)s follows this case. Ask them, or a supervisor.", "refused", name="Amal")
    basim.until(lambda: not basim.found("#reply"), what="locking the box")


# Danger


def test_a_critical_case_is_seen_and_heard_on_every_page_by_those_who_may_see_it(
    office: LiveOffice, first: WebDriver, second: WebDriver
) -> None:
    nora = office.joined(first, "Nora", role=Role.PROTECTION, language="ar")
    amal = office.joined(second, "Amal")
    for one in (nora, amal):
        one.opens("/directory")
        one.goes_on_duty()
        # Browsers play nothing before somebody clicked on the page.
        one.clicks("h1")
        one.until(lambda one=one: one.found("#sound[aria-pressed=true]"), what="sound")
    quiet = second.title
    # When a person is in danger
    person = office.channels.telegram.person(540, language_code="en")
    person.writes(DANGER)
    person.waits_for(1)
    case = office.new_case(CaseKind.PROTECTION)
    # Then whoever protects people sees it in title, badge and bar, and hears it
    nora.until(lambda: first.title.startswith("(1!) "), what="the title")
    nora.until(lambda: nora.texts("[data-alarm-badge]")[0].startswith("1"), what="the badge")
    nora.sees("A critical case waits.")
    assert nora.is_in_own_language()
    nora.until(lambda: first.execute_script("return localStorage.getItem('daleel.alarm.rung')"), what="the sound")
    nora.presses("Open it")
    nora.until(lambda: first.current_url.endswith(f"/cases/{case.reference}"), what="the case")
    # And the colleague, who asked meanwhile too, learns nothing
    amal.until(lambda: asked(second, "/live") > 2, what="asking for alarms")
    assert second.title == quiet
    assert not amal.found("[data-alarm-badge], .alarm-critical")
    assert second.execute_script("return localStorage.getItem('daleel.alarm.rung')") is None
    amal.opens(f"/cases/{case.reference}")
    amal.sees("There is nothing here", "error")


# WhatsApp


def test_a_shut_window_locks_the_box_until_the_person_answers_the_template(office: LiveOffice, first: WebDriver) -> None:
    phone = office.channels.twilio.phone("+218910000077")
    amal = office.joined(first, "Amal", language="ar")
    phone.whatsapps(ASKS["ar"])
    phone.waits_for(1)
    case = office.new_case(CaseKind.QUESTION)
    amal.opens_case(case.reference)
    amal.presses("Take this case")
    window = amal.words("WhatsApp: %(time)s", time="").strip()
    amal.until(lambda: window in amal.texts("#case-window")[0], what="how long WhatsApp's window is open")
    # When a day is over since the person wrote, the open page locks the box
    office.let_pass(case, timedelta(hours=25))
    amal.sees("WhatsApp takes no free text now: the person last wrote over 24 hours ago.", "refused")
    amal.until(lambda: not amal.found("#reply, #case-window"), what="locking the box")
    assert amal.is_in_own_language()
    # Then the approved template goes out, once
    amal.presses("Ask the person to write")
    amal.sees("The person was asked to write. The box opens by itself when they do.")
    phone.waits_for(CONTENTS["reply_ready_ar"])
    assert phone.messages[-1].content_sid
    # And when they answer, the box opens by itself, and the reply arrives
    phone.whatsapps("افتح")
    amal.until(lambda: amal.found("#reply"), what="the open box")
    amal.replies("أهلا، معك أمل.")
    phone.waits_for("أهلا، معك أمل.")
