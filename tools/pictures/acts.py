"""What is done on a page before its picture is taken."""

from __future__ import annotations

import time

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.e2e.console_browser import StaffMember
from tests.e2e.simulator_steps import phone_of, resize, write

ANSWER = {
    "en": "Hello, I have read what you wrote. Can you tell me which town you are in?",
    "ar": "أهلًا، قرأت ما كتبته. في أي مدينة أنت الآن؟",
}
QUESTION = {"en": "Is going home free?", "ar": "هل العودة مجانية؟"}
DUPLICATES = "section[aria-labelledby=same]"


def writes(member: StaffMember) -> None:
    """Write a reply in the language of the pages."""
    _types(member, ANSWER[member.words.language])


def writes_arabic(member: StaffMember) -> None:
    """Write a reply in Arabic."""
    _types(member, ANSWER["ar"])


def _types(member: StaffMember, text: str) -> None:
    # What was written before is still there.
    _clears(member)
    member.browser.find_element(By.ID, "reply").send_keys(text)


def _clears(member: StaffMember) -> None:
    box = member.browser.find_element(By.ID, "reply")
    box.send_keys(Keys.CONTROL, "a")
    box.send_keys(Keys.DELETE)


def picks(member: StaffMember) -> None:
    """Open the ready replies, beside an empty box."""
    _clears(member)
    member.browser.find_element(By.ID, "pick").click()
    member.until(lambda: member.found("#picker-list button"), what="ready replies")


def opens_note(member: StaffMember) -> None:
    """Go over to the note for colleagues."""
    member.browser.find_element(By.ID, "tab-note").click()


def opens_resolve(member: StaffMember) -> None:
    """Open the menu that ends the case."""
    member.presses("Resolve")


def shows_person(member: StaffMember) -> None:
    """Ask for name and phone."""
    member.browser.execute_script("HTMLFormElement.prototype.submit.call(document.querySelector('form[data-show]'))")
    member.until(lambda: member.found("[data-hide]"), what="the person's page")


def searches(member: StaffMember, reference: str) -> None:
    """Search for a reference."""
    member.browser.find_element(By.ID, "q").send_keys(reference)
    member.browser.find_element(By.CSS_SELECTOR, "form.search button.main").click()
    member.until(lambda: reference in member.page_text() and "/search" in member.browser.current_url, what="what was found")


def scrolls_to_duplicates(member: StaffMember) -> None:
    """Go down to the requests of perhaps the same person."""
    resize(member.browser, member.browser.execute_script("return innerWidth"), 900)
    member.browser.execute_script("document.querySelector(arguments[0]).scrollIntoView()", DUPLICATES)


def asks_for_keys(member: StaffMember) -> None:
    """Open the list of keys."""
    member.browser.find_element(By.TAG_NAME, "body").send_keys("?")
    member.until(lambda: member.found("dialog[open]"), what="the keys")


def chooses_cases(member: StaffMember) -> None:
    """Tick two cases of the queue."""
    for box in member.browser.find_elements(By.CSS_SELECTOR, "#queue input[name=case]")[:2]:
        box.click()


def talks_to_the_assistant(member: StaffMember) -> None:
    """Ask the assistant something on a Telegram phone, once in each language."""
    member.until(lambda: member.browser.find_elements(By.CSS_SELECTOR, ".phone[data-channel=telegram]"), what="a phone")
    # A narrow page shows one phone at a time.
    for tab in member.found("#tabs [role=tab]")[-1:]:
        tab.click()
    time.sleep(0.5)
    if member.found(".phone[data-channel=telegram] .bubble-text"):
        return
    write(phone_of(member.browser, "telegram"), QUESTION[member.words.language])
    member.until(lambda: len(member.found(".phone[data-channel=telegram] .bubble-text")) > 1, what="the answer")
    member.browser.find_element(By.TAG_NAME, "body").send_keys(Keys.ESCAPE)
