"""Every page of the console in a real browser, in Arabic and English, wide and narrow: nobody is shut out, and it is light."""

from __future__ import annotations

import json
import time

import pytest
from selenium.webdriver.common.by import By

from bot.console import accounts, create_app
from bot.domain.cases import CaseKind, QueueState
from bot.domain.requests import RequestKind, RequestStatus
from bot.domain.staff import Role
from bot.storage import tables as t
from tests.e2e.console_browser import StaffMember
from tests.e2e.demo_office import Office
from tests.e2e.page_steps import AXE, Looker
from tests.e2e.simulator_steps import accept_language, wait

LANGUAGES = ("ar", "en")
STRANGER = "nobody"
PIECES = {
    "static", "health.healthz", "health.readyz", "health.favicon", "queue.live", "cases.live", "cases.earlier",
    "answers.for_case", "canned_replies.ready", "simulator.receive", "unanswered.follow",
}  # fmt: skip
"""What scripts and programs ask for (files, JSON, parts of pages), and what only leads to another page."""

AFTER_A_PASSWORD = {"security.enter_code", "security.enter_recovery_code"}
"""Pages without an address of their own that one could open; ``_sets_up_a_second_factor`` comes to them."""

MOST_BYTES = 200_000


@pytest.fixture(scope="module")
def console_parts(demo_parts):
    """The parts over the demo's office."""
    return demo_parts


@pytest.fixture(scope="module")
def office(console_parts):
    return Office(console_parts)


@pytest.fixture
def axe():
    if not AXE.exists():
        pytest.fail("axe-core is missing: sh tests/install_services.sh")


def pages(office: Office) -> dict[str, list[tuple[str, str]]]:
    """Return for each view that makes a page who opens it, and at which addresses."""
    case, request, at = t.case.c, t.request.c, RequestStatus
    requests = [
        office.request(request.status == at.DRAFT),
        office.request(request.status == at.SUBMITTED, request.kind == RequestKind.RETURN),
        office.request(request.status == at.ON_HOLD),
        office.request(request.status == at.DEPARTED),
        office.request(request.status == at.WITHDRAWN),
        office.request(request.kind == RequestKind.MISSING_PERSON),
        office.request(request.fear_at.is_not(None), request.fear_cleared_at.is_(None), request.status != at.DRAFT),
        office.request_with_duplicate(),
    ]
    return {
        "queue.show": [
            *((who, "/") for who in ("amal", "huda", "salem", "rania", "tarek")), ("amal", "/?tab=all&state=resolved"),
        ],
        "cases.show": [
            ("amal", f"/cases/{office.case(case.queue_state == QueueState.WAITING, case.kind == CaseKind.RETURN)}"),
            ("amal", f"/cases/{office.case(case.queue_state == QueueState.RESOLVED)}"),
            ("amal", f"/cases/{office.case_with_shut_window()}"),
            ("huda", f"/cases/{office.case(case.queue_state == QueueState.WITH_STAFF, case.kind == CaseKind.PROTECTION)}"),
            ("salem", f"/cases/{office.claimed}"),
        ],
        "requests.show_all": [("amal", "/requests"), ("salem", "/requests?status=withdrawn")],
        "requests.show": [("huda", f"/requests/{reference}") for reference in dict.fromkeys(requests)],
        "search.show": [("salem", "/search")],
        "directory.show": [("amal", "/directory"), ("tarek", "/directory")],
        "directory_edit.add": [("amal", "/directory/new")],
        "directory_edit.change": [("amal", "/directory/demo_clinic_sabha/edit")],
        "answers.show": [("amal", "/answers"), ("salem", "/answers")],
        "answers.show_one": [("amal", "/answers/return_exit_visa"), ("salem", "/answers/contact_offices")],
        "unanswered.show": [("amal", "/unanswered"), ("amal", "/unanswered?language=fr")],
        "canned_replies.show": [("amal", "/canned-replies")],
        "canned_replies.new": [("amal", "/canned-replies/new")],
        "canned_replies.edit": [("amal", f"/canned-replies/{office.id_in(t.canned_reply)}")],
        "deliveries.show": [("salem", "/deliveries")],
        "dashboard.show": [("amal", "/dashboard"), ("tarek", "/dashboard?days=7")],
        "exports.show": [("amal", "/exports")],
        "audit.show": [("tarek", "/audit"), ("tarek", "/audit?subject=nothing")],
        "staff.show": [("rania", "/staff")],
        "staff.invite": [("rania", "/staff/invite")],
        "staff.edit": [("rania", f"/staff/{office.staff_id(who)}") for who in ("salem", "rania")],
        "account.show": [("salem", "/account")],
        "account.set_up": [("salem", "/account/second-factor")],
        "security.login": [(STRANGER, "/login")],
        "invitation.accept": [(STRANGER, f"/invitation/{_new_invitation(office)}")],
        "simulator.show": [(STRANGER, "/simulator")],
    }  # fmt: skip


def _new_invitation(office: Office) -> str:
    return accounts.invite(office.parts, f"{time.monotonic_ns()}@demo.example", "Amal", Role.CASEWORKER)


def _supervises(looker: Looker) -> None:
    looker.member.opens("/")
    looker.member.clicks("#queue input[name=case]")
    looker.look("cases chosen")
    looker.member.opens("/exports")
    looker.send("form.exports")
    looker.look("an export refused", told=["status of 422"])


def _protects(looker: Looker) -> None:
    looker.member.opens(f"/requests/{looker.office.request_with_duplicate()}")
    looker.press(".phone-line form button")
    looker.look("a request in full")


def _works_on_cases(looker: Looker) -> None:
    looker.member.opens("/?tab=all")
    looker.member.clicks("details.views summary")
    looker.fill_in("view-name", "All")
    looker.press(".views-save button")
    looker.look("a saved view")
    looker.browser.find_element(By.TAG_NAME, "body").send_keys("?")
    wait(looker.browser, lambda browser: browser.find_elements(By.CSS_SELECTOR, "dialog[open]"))
    looker.look("the keys")
    for typed in (looker.office.claimed, "Xyzzyx"):
        looker.member.opens("/search")
        looker.fill_in("q", typed)
        looker.press("form.search button.main")
        looker.look(f"search for {typed}")
    looker.member.opens(f"/cases/{looker.office.claimed}")
    looker.send("form[data-show]")
    looker.look("a person's page")
    # Pages for what went wrong.
    looker.look_at("/audit", told=["status of 403"])
    looker.look_at("/nothing", told=["status of 404"])
    looker.member.opens("/search")
    looker.browser.execute_script("document.querySelector('form.search [name=csrf_token]').value = 'old'")
    looker.send("form.search")
    looker.look("a page that is too old", told=["status of 400"])


def _keeps_accounts(looker: Looker) -> None:
    looker.member.opens("/staff/invite")
    looker.send("main form")
    looker.look("an invitation refused")
    looker.fill_in("email", f"{looker.language}@demo.example")
    looker.member.clicks("[name=roles]")
    looker.press("main form button.main")
    looker.look("the link of an invitation")


def _sets_up_a_second_factor(looker: Looker) -> None:
    member = looker.member
    member.opens("/account/second-factor")
    member.secret = "".join(member.texts(".key")[0].split())
    looker.fill_in("code", "1")
    looker.send("main form")
    looker.look("a wrong code of a new app")
    looker.fill_in("code", member.code())
    looker.press("main form button.main")
    assert looker.member.found("#codes code")
    looker.look("recovery codes")
    looker.look_at("/account")
    member.logs_out()
    member.gives_password()
    looker.member.until(lambda: looker.browser.current_url.endswith("/login/code"), what="the second page")
    looker.look("/login/code")
    looker.send("main form")
    looker.look("a wrong code")
    looker.look_at("/login/recovery-code")


def _is_a_stranger(looker: Looker) -> None:
    looker.look_at("/nothing", told=["status of 404"])
    looker.look_at("/invitation/used", told=["status of 404"])
    looker.member.opens("/login")
    looker.send(".door form")
    looker.look("a wrong password")
    looker.member.opens(f"/invitation/{_new_invitation(looker.office)}")
    looker.send("main form")
    looker.look("an invitation without answers")


ACTS = {
    "amal": _supervises, "huda": _protects, "salem": _works_on_cases, "rania": _keeps_accounts, STRANGER: _is_a_stranger,
    "mona": _sets_up_a_second_factor, "noura": _sets_up_a_second_factor,
}  # fmt: skip
"""Pages that are made by what somebody does, and have no address of their own."""


def test_no_page_is_forgotten(console_parts, office):
    """A new page needs an example in ``pages``; what is no page belongs to ``PIECES``."""
    views = {rule.endpoint for rule in create_app(console_parts).url_map.iter_rules() if "GET" in rule.methods}
    assert sorted(views - PIECES - AFTER_A_PASSWORD) == sorted(pages(office))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("who", ["amal", "huda", "salem", "rania", "tarek", "second factor", STRANGER])
def test_nobody_is_shut_out_of_a_page(axe, console_browser, console_address, office, who, language):
    who = {"ar": "noura", "en": "mona"}[language] if who == "second factor" else who
    looker = Looker(console_browser, console_address, office, who=who, language=language)
    accept_language(console_browser, language)
    if who != STRANGER:
        looker.member.logs_in()
        looker.choose_language()
    for path in [path for looks in pages(office).values() for one, path in looks if one == who]:
        looker.look_at(path)
    if who in ACTS:
        ACTS[who](looker)
    assert not looker.found, "\n" + "\n".join(f"{name}: {fault}" for name, fault in looker.found)


def test_an_alarm_that_waits_already_is_seen_as_soon_as_a_case_is_opened(console_browser, console_address, office):
    """It comes with the page, whose own question of what is new may be long on its way."""
    member = StaffMember(console_browser, console_address, "amal@demo.example", name="أمل")
    member.logs_in()
    console_browser.execute_cdp_cmd("Network.enable", {})
    console_browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*/live", "*/live?*"]})
    try:
        member.opens_case(office.case(t.case.c.queue_state == QueueState.WAITING, t.case.c.kind == CaseKind.RETURN))
        member.until(lambda: member.found(".alarm-critical"), what="the alarm")
        assert "!)" in console_browser.title
    finally:
        console_browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})
        # What was blocked is logged.
        console_browser.get_log("browser")


def test_the_first_page_is_light(counting_chromium, console_address):
    """Everything that comes over the line to a browser that keeps nothing, headers and all."""
    member = StaffMember(counting_chromium, console_address, "amal@demo.example", name="أمل")
    accept_language(counting_chromium, "en")
    counting_chromium.execute_cdp_cmd("Network.enable", {})
    counting_chromium.execute_cdp_cmd("Network.setCacheDisabled", {"cacheDisabled": True})
    member.opens("/login")
    at_the_door = _bytes_over_the_line(counting_chromium)
    member.logs_in()
    _bytes_over_the_line(counting_chromium)
    member.opens("/")
    for name, found in (("login", at_the_door), ("first page", _bytes_over_the_line(counting_chromium))):
        size = sum(found.values())
        print(f"{name}: {size} bytes in {len(found)} answers")  # noqa: T201 - whoever makes a page heavier wants the figure
        assert 1000 < size < MOST_BYTES, found


def _bytes_over_the_line(browser):
    """Return what came since the last call, by address, once nothing more comes."""
    events, addresses, found = [None], {}, {}
    while events:
        time.sleep(0.7)
        logged = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
        events = [(one["method"], one["params"]) for one in logged if one["params"].get("requestId")]
        for method, values in events:
            if method == "Network.requestWillBeSent":
                addresses[values["requestId"]] = values["request"]["url"]
            elif method == "Network.loadingFinished":
                address = addresses.get(values["requestId"], "")
                found[address] = found.get(address, 0) + values["encodedDataLength"]
    # Not the browser's own first page.
    return {address: size for address, size in found.items() if address.startswith("http")}
