"""What the office keeps decides what people get: entries of the directory, and replies that lie ready in three languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
import yaml
from babel.dates import format_date
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver

from bot.console.locale import TIMEZONE
from bot.domain.cases import Case
from bot.domain.contacts import LANGUAGES, Channel
from bot.domain.staff import Role
from bot.language.isolation import isolate
from bot.storage.seed import CANNED_REPLIES
from bot.wiring import now
from tests.e2e.console_browser import StaffMember
from tests.e2e.live_office import LiveOffice, live_office, slow_down
from tests.standins.telegram_people import Person

MINUTE = 60
"""Seconds within which nobody is told any more of an entry whose check has ended."""
ENTRIES = {
    "en": ("emergency_medicine_1412", "service_health", "Where can I find a clinic that treats foreigners without papers?"),
    "ar": ("pss_1417", "service_mental_health", "هل عندكم طبيب نفسي أو أخصائية أتحدث معها؟"),
}
"""By language an entry that every office begins with, the answer that tells people of it, and a question for that answer."""
NOT_REACHED = "Nous n'avons pas pu vous joindre"
"""The French title of a ready reply that names the case."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveOffice]:
    with live_office(tmp_path_factory.mktemp("home")) as office:
        yield office


@pytest.fixture
def browser(console_chromium: WebDriver, office: LiveOffice) -> Iterator[WebDriver]:
    yield from office.browser(console_chromium)


# The directory


@pytest.mark.parametrize("language", ["en", "ar"])
def test_an_entry_is_told_only_while_a_check_of_it_holds(office: LiveOffice, browser: WebDriver, language: str) -> None:
    entry_id, topic, question = ENTRIES[language]
    name, phone = name_and_phone(office, entry_id)
    text = office.parts.catalogues.text
    first_day, second_day = in_days(90), in_days(30)
    amal = office.joined(browser, "Amal", role=Role.SUPERVISOR, language=language)
    person = office.channels.telegram.person(600 + LANGUAGES.index(language), language_code=language)
    # Given an entry that nobody has checked: the answer is without it, and says what to do where it shows no contact
    finds_entry(amal, phone)
    amal.sees("Not verified: people are not told")
    assert amal.is_in_own_language()
    without = answer_to(person, question)
    assert text(language, topic) in without and name not in without and phone not in without
    # When an editor has checked it, the answer has it
    verifies(amal, name, until=first_day)
    sees_told_until(amal, first_day)
    shown = {"organisation": name, "phone": phone}
    line = text(language, "directory_line", **{one: isolate(it, language, Channel.TELEGRAM) for one, it in shown.items()})
    assert_has(answer_to(person, question), line, without)
    # When the check ends, the answer is as before, within a minute, and the editor sees why
    let_check_end(office, entry_id)
    assert answer_to(person, question) == without
    finds_entry(amal, phone)
    amal.presses("Ended", "state of a directory entry", suffix=" 1")
    amal.until(lambda: "state=expired" in browser.current_url, what="the list of what has ended")
    said = amal.words("Ended %(when)s: people are not told").split("%(when)s")
    amal.until(lambda: all(one in amal.texts(".entry")[0] for one in said), what=str(said))
    # When she has checked it again, until another day, it has left that list, and the answer has it again
    verifies(amal, name, until=second_day, is_first=False)
    amal.sees("No entry matches")
    amal.presses("All", "states of directory entries", suffix=" 1")
    sees_told_until(amal, second_day)
    assert_has(answer_to(person, question), line, without)
    # And when she takes it back before that day, it has not
    takes_back(amal, name)
    assert answer_to(person, question) == without


def name_and_phone(office: LiveOffice, entry_id: str) -> tuple[str, str]:
    with office.parts.unit_of_work() as uow:
        entry = uow.directory.get(entry_id)
        (phone,) = entry.phones
        return entry.organisation, phone


def let_check_end(office: LiveOffice, entry_id: str) -> None:
    """Let the time be over for which an editor said that an entry holds."""
    with office.parts.unit_of_work() as uow:
        uow.directory.get(entry_id).valid_until = now()
        uow.commit()


def in_days(days: int) -> date:
    """Return a day as the office counts them."""
    return now().astimezone(ZoneInfo(TIMEZONE)).date() + timedelta(days=days)


def answer_to(person: Person, question: str) -> str:
    """Let somebody ask, and return what they are answered within a minute."""
    before = len(person.received)
    person.writes(question)
    return person.waits_for(before + 1, seconds=MINUTE)[before]


def assert_has(answer: str, line: str, without: str) -> None:
    """Make sure that an answer differs from another one only by one line."""
    lines = answer.splitlines()
    assert lines.count(line) == 1
    lines.remove(line)
    assert lines == without.splitlines()


def finds_entry(editor: StaffMember, phone: str) -> None:
    """Look for an entry by its phone; ends on a list of it alone."""
    editor.opens("/directory")
    editor.fills_in("Search names, phones, places and purposes", phone)
    editor.until(lambda: editor.box("Search names, phones, places and purposes").send_keys(Keys.ENTER) or True)
    editor.until(lambda: editor.texts(".entry .phone-number") == [phone], what=f"{phone} alone")


def verifies(editor: StaffMember, name: str, *, until: date, is_first: bool = True) -> None:
    """Say to have checked an entry, and until when that holds; ends on the same list."""
    editor.presses("Check", suffix=f" {name}")
    field = editor.until(lambda: editor.box("I checked it; it holds until"), what="the day")
    # A browser takes a day in the order of its own language: the value is set as its calendar does.
    editor.browser.execute_script("arguments[0].value = arguments[1]", field, until.isoformat())
    editor.presses("Verify" if is_first else "Verify again")
    editor.sees("%(name)s is verified: people are told of it.", "directory", name=name)


def sees_told_until(editor: StaffMember, day: date) -> None:
    """Wait until the list says that people are told of an entry until a day."""
    editor.sees("Told until %(day)s", day=format_date(day, "long", locale=editor.words.language))


def takes_back(editor: StaffMember, name: str) -> None:
    """Let people no longer be told of an entry."""
    editor.presses("Check", suffix=f" {name}")
    editor.presses("Take back")
    editor.sees("%(name)s is taken back: people are no longer told of it.", "directory", name=name)
    editor.sees("Not verified: people are not told")


# Ready replies


def test_a_french_speaking_caseworker_answers_in_arabic_by_a_ready_reply(office: LiveOffice, browser: WebDriver) -> None:
    # Given a caseworker who reads French, a person who writes Arabic, and a reply that names the case
    claire = office.joined(browser, "Claire", language="fr")
    person, case = office.asks_on_telegram(610, "ar")
    claire.sees_case(case.reference)
    claire.claims(case.reference)
    assert claire.is_in_own_language()
    arabic, french = not_reached(case, "ar"), not_reached(case, "fr")
    # When she looks for it in French, with keys alone, she reads in both languages what it says
    looks_for_reply(claire, "pas pu vous joindre")
    claire.until(lambda: choices(claire)[:1] == [[NOT_REACHED, arabic, french]], what=NOT_REACHED)
    # When she picks it, it stands in the box in Arabic, and nothing is sent yet
    types(claire, Keys.ARROW_DOWN)
    claire.until(lambda: is_at(claire) == NOT_REACHED, what="coming to it")
    types(claire, Keys.ENTER)
    claire.until(lambda: claire.box_of_reply().get_attribute("value") == arabic, what="the reply in the box")
    claire.until(lambda: claire.box_of_reply().value_of_css_property("direction") == "rtl", what="Arabic from the right")
    claire.until(lambda: not claire.found("#picker"), what="closing the choice")
    assert arabic not in person.received
    # When she sends it, the person has it once, as the thread shows it
    ActionChains(browser).key_down(Keys.CONTROL).send_keys(Keys.ENTER).key_up(Keys.CONTROL).perform()
    claire.until(lambda: arabic in claire.thread() and not claire.unsent(), what="the reply in the thread")
    person.waits_for(arabic, seconds=MINUTE)
    office.channels.telegram.wait_until_idle()
    assert person.received.count(arabic) == 1
    assert claire.is_in_own_language()


def test_on_a_slow_line_what_comes_later_leaves_the_keyboard_where_it_was(office: LiveOffice, browser: WebDriver) -> None:
    claire = office.joined(browser, "Claire", language="fr")
    _, case = office.asks_on_telegram(611, "ar")
    claire.opens_case(case.reference)
    looks_for_reply(claire, "")
    claire.until(lambda: choices(claire), what="the ready replies")
    # When she has come to a ready reply before the approved answers are there
    slow_down(browser, seconds=3)
    types(claire, "joindre")
    claire.until(lambda: choices(claire)[0][0] == NOT_REACHED, what=NOT_REACHED)
    types(claire, Keys.ARROW_DOWN)
    claire.sees("Approved answers", "case page", seconds=30)
    # Then she can still pick it
    claire.until(lambda: is_at(claire) == NOT_REACHED, what="staying at it")
    types(claire, Keys.ENTER)
    claire.until(lambda: claire.box_of_reply().get_attribute("value") == not_reached(case, "ar"), what="the reply in the box")


def not_reached(case: Case, language: str) -> str:
    """Return in a language what the person of a case gets by the reply that begins with these words in French."""
    replies = yaml.safe_load(CANNED_REPLIES.read_text(encoding="utf-8"))["canned_replies"]
    text = next(one["texts"][language] for one in replies if one["titles"]["fr"] == NOT_REACHED)
    assert "{reference}" in text
    return text.replace("{reference}", isolate(case.reference, language, Channel.TELEGRAM))


def types(member: StaffMember, *keys: str) -> None:
    """Press keys wherever the page is."""
    ActionChains(member.browser).send_keys(*keys).perform()


def looks_for_reply(member: StaffMember, words: str) -> None:
    """Go to the box and on to the ready replies, and type words, all with keys."""
    member.until(lambda: member.found("#pick"), what="the page with its keys")
    for key, place in (("r", "reply"), ("/", "picker-search")):
        types(member, key)
        member.until(lambda at=place: member.browser.switch_to.active_element.get_attribute("id") == at, what=place)
    types(member, words)


def is_at(member: StaffMember) -> str:
    """Return the title of the choice that has the keyboard."""
    return next(iter(member.texts("button:focus > strong")), "")


def choices(member: StaffMember) -> list[list[str]]:
    """Return what can be picked: title, words in the person's language, and in one's own where that is another one."""
    lines = "[...document.querySelectorAll('#picker .choice')].map((one) => [...one.children].map((line) => line.innerText))"
    return member.browser.execute_script(f"return {lines}")
