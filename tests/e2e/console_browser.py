"""A staff member at a browser: logs in, claims, writes and resolves by what the pages say in their own language."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from passlib.totp import TOTP
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    NoSuchElementException,
    StaleElementReferenceException,
    TimeoutException,
    WebDriverException,
)
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from bot.console.locale import LANGUAGE_NAMES
from bot.language.isolation import direction
from tests.e2e.console_words import Words
from tests.e2e.hotline import Hotline
from tests.e2e.providers import run, wait_until

PASSWORD = "correct horse battery staple"
STEP_SECONDS = 30
"""How long an authenticator app shows a code."""
NOT_YET = (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    IndexError,
    NoSuchElementException,
    StaleElementReferenceException,
)
"""What a page that is still being drawn answers."""
GONE = "does not belong to the document"
"""What Chromium's driver says of an element that the page has just replaced, when it notices late."""
_SHOWN = """
const found = [...document.querySelectorAll(arguments[0])];
return found.filter((one) => one.getClientRects().length && one.checkVisibility({ visibilityProperty: true }))"""


def invite(hotline: Hotline, email: str, *, role: str = "caseworker", language: str = "en", name: str = "") -> str:
    """Invite somebody by the command; return the link that it prints."""
    told = run(hotline, "staff", "add", email, "--role", role, "--language", language, "--name", name).stdout
    found = re.search(r"https?://\S+/invitation/\S+", told)
    assert found, told
    return found.group()


class StaffMember:
    """One account, at one browser of its own.

    Attributes:
        words: What its pages say, in its language.
        secret: Of the authenticator app, once it is set up.
        recovery_codes: As they were shown once.
    """

    def __init__(self, browser: WebDriver, address: str, email: str, *, name: str, language: str = "en") -> None:
        self.browser = browser
        self.address = address
        self.email = email
        self.name = name
        self.words = Words(language)
        self.secret = ""
        self.recovery_codes: list[str] = []
        self._last_step = 0

    # What they see.

    def until(self, condition: Callable[[], Any], *, seconds: float = 10, what: str = "it") -> Any:
        """Wait until something is so on the page, and return it."""
        waiting = WebDriverWait(self.browser, seconds, poll_frequency=0.05)
        try:
            return waiting.until(lambda _: _is_so_now(condition))
        except TimeoutException:
            raise AssertionError(f"{what} did not happen within {seconds} s on this page:\n{self.page_text()}") from None

    def page_text(self) -> str:
        """Return all that is to be read on the page."""
        return str(self.browser.execute_script("return document.body?.innerText ?? ''"))

    def sees(self, text: str, context: str | None = None, *, seconds: float = 10, **values: object) -> None:
        """Wait until the page says something, in its language."""
        said = self.words(text, context, **values)
        self.until(lambda: said in self.page_text(), seconds=seconds, what=repr(said))

    def found(self, selector: str) -> list[WebElement]:
        """Return what is shown of a CSS selector."""
        return self.browser.execute_script(_SHOWN, selector)

    def texts(self, selector: str) -> list[str]:
        """Return the words of what is shown of a CSS selector, all of one moment: pages replace what changes."""
        return self.browser.execute_script(f"{_SHOWN}.map((one) => one.innerText.trim())", selector)

    def is_in_own_language(self) -> bool:
        """Say whether the page says that it is in the account's language, and is laid out in its direction."""
        language = self.words.language
        body = self.browser.find_element(By.TAG_NAME, "body")
        said = self.browser.find_element(By.TAG_NAME, "html").get_attribute("lang")
        return said == language and body.value_of_css_property("direction") == direction(language)

    # What they do anywhere.

    def opens(self, path: str) -> None:
        """Open a page of the console."""
        self.browser.get(path if path.startswith("http") else f"{self.address}{path}")

    def control(self, text: str, context: str | None = None, *, suffix: str = "") -> WebElement:
        """Return the button, link, tab or menu whose name, as a screen reader says it, is a text in the page's language."""
        said = self.words(text, context) + suffix
        kinds = "self::button or self::a or self::summary or @role='tab'"
        alike = self.browser.find_elements(By.XPATH, f"//*[{kinds}][contains(normalize-space(), {_literal(said)})]")
        return self._shown([one for one in alike if one.accessible_name.split() == said.split()], said)

    def presses(self, text: str, context: str | None = None, *, suffix: str = "") -> None:
        """Press the button, link, tab or menu that says something."""
        self.until(lambda: self._click(self.control(text, context, suffix=suffix)), what=f"pressing {text!r}")

    def box(self, label: str, context: str | None = None) -> WebElement:
        """Return the field with a label."""
        said = self.words(label, context)
        labels = self.browser.find_elements(By.XPATH, f"//label[normalize-space()={_literal(said)}]")
        named = [self.browser.find_element(By.ID, one.get_attribute("for")) for one in labels]
        return self._shown(named, said)

    def clicks(self, selector: str) -> None:
        """Click on the first thing shown of a CSS selector."""
        self.until(lambda: self._click(self.found(selector)[0]), what=f"a click on {selector}")

    def fills_in(self, label: str, value: str, context: str | None = None) -> None:
        """Fill a field in, whatever it held."""

        def fill_in() -> bool:
            box = self.box(label, context)
            box.clear()
            box.send_keys(value)
            return True

        self.until(fill_in, what=f"filling in {label!r}")

    # Getting in and out.

    def accepts(self, link: str) -> None:
        """Follow an invitation: name, password; ends where the console leads then."""
        self.opens(link)
        self.fills_in("Your name, as colleagues see it", self.name)
        self.fills_in("Password", PASSWORD)
        self.fills_in("The same password again", PASSWORD)
        self.presses("Save and log in")

    def sets_up_second_factor(self) -> None:
        """Type the key into an app, enter its code, keep the recovery codes, and go on."""
        self.sees("Set up your authenticator app")
        self.secret = "".join(self.texts(".key")[0].split())
        self.fills_in("The six digits that the app shows now", self.code())
        self.presses("Save")
        self.sees("Your recovery codes")
        self.recovery_codes = self.texts("#codes code")
        self.presses("I have kept them: go on")

    def joins(self, link: str) -> StaffMember:
        """Do all of that; ends on the first page."""
        self.accepts(link)
        self.sets_up_second_factor()
        self.until(lambda: self.found(".side-person"), what="the first page")
        return self

    def code(self) -> str:
        """Return a code of the app that was not used yet: each works once, and a phone's clock may be half a minute off."""
        step = max(self._last_step + 1, int(time.time() - 20) // STEP_SECONDS)
        wait_until(lambda: step <= time.time() // STEP_SECONDS + 1, seconds=2 * STEP_SECONDS, what="the next code")
        self._last_step = step
        return str(TOTP(key=self.secret).generate(step * STEP_SECONDS).token)

    def gives_password(self) -> None:
        """Do the first step of the login; ends on the page that asks for the code, where there is a second step."""
        self.opens("/login")
        self.fills_in("E-mail address", self.email)
        self.fills_in("Password", PASSWORD)
        self.presses("Log in")
        if self.secret:
            self.until(lambda: self.box("Six digits"), what="the page that asks for the code")

    def logs_in(self) -> None:
        """Log in with password and app; ends on the first page."""
        self.gives_password()
        if self.secret:
            self.fills_in("Six digits", self.code())
            self.presses("Log in")
        self.until(lambda: self.found(".side-person"), what="the first page")

    def opens_own_menu(self) -> None:
        """Open the menu with languages, account and logging out."""
        self.clicks(".corner > summary")

    def logs_out(self) -> None:
        """Log out."""
        self.opens_own_menu()
        self.presses("Log out")
        self.sees("The console is for the hotline's staff.")

    def chooses_language(self, language: str) -> None:
        """Go on in another language."""
        if not self.found(".languages"):
            self.opens_own_menu()
        self.presses(LANGUAGE_NAMES[language])
        self.words = Words(language)
        self.until(self.is_in_own_language, what="the other language")

    def goes_on_duty(self) -> None:
        """Say that they are here."""
        if not self.found(".duty-on"):
            self.presses("On duty", "duty switch")
            self.until(lambda: self.found(".duty-on"), what="being on duty")

    # Cases.

    def sees_case(self, reference: str, *, seconds: float = 20) -> WebElement:
        """Wait until a case stands in the queue, which renews itself, and return its row."""
        return self.until(lambda: self.browser.find_element(By.ID, f"case-{reference}"), seconds=seconds, what=reference)

    def claims(self, reference: str) -> None:
        """Claim a case in the queue; ends on its page."""
        self.presses("Claim", "case", suffix=f" {reference}")
        self.until(lambda: f"/cases/{reference}" in self.browser.current_url, what=f"the page of {reference}")
        self.sees("You follow this case")

    def opens_case(self, reference: str) -> None:
        """Open the page of a case."""
        self.opens(f"/cases/{reference}")
        self.until(lambda: self.found("#thread-box"), what="the conversation")

    def writes(self, text: str) -> None:
        """Write a reply, without sending it."""
        self.presses("Reply")
        self.until(lambda: self.box_of_reply().send_keys(text) or True, what="an open box")

    def box_of_reply(self) -> WebElement:
        """Return the box in which one writes to the person."""
        return self.browser.find_element(By.ID, "reply")

    def replies(self, text: str, *, twice: bool = False) -> None:
        """Write to the person, and send, with a double click if asked for."""
        self.writes(text)
        if twice:
            self.until(lambda: ActionChains(self.browser).double_click(self.control("Send")).perform() or True, what="sending")
        else:
            self.presses("Send")

    def notes(self, text: str) -> None:
        """Keep a note for colleagues."""
        self.presses("Internal note")
        self.fills_in("Note: colleagues only. The person never sees it.", text)
        self.presses("Keep the note")
        self.until(lambda: text in self.thread(), what="the note")

    def thread(self) -> list[str]:
        """Return the texts of the conversation that the console has, from the oldest that is shown."""
        return self.texts("#thread .item-text")

    def unsent(self) -> list[str]:
        """Return the texts that are still on their way."""
        return self.texts("#sending .item-text")

    def gives_back(self) -> None:
        """Let the assistant speak again."""
        self.presses("Give back to the assistant")
        self.presses("Give back")
        self.sees("The assistant answers the person")

    def resolves(self, note: str = "") -> None:
        """Resolve the case; ends in the queue."""
        self.presses("Resolve")
        if note:
            self.fills_in("Note for colleagues (may stay empty)", note)
        self.presses("Resolve, and go to the queue")
        self.until(lambda: self.found("#queue"), what="the queue")

    def _shown(self, elements: list[WebElement], said: str) -> WebElement:
        for one in elements:
            if one.is_displayed():
                return one
        raise NoSuchElementException(f"nothing shown says {said!r}")

    def _click(self, element: WebElement) -> bool:
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()
        return True


def _is_so_now(condition: Callable[[], Any]) -> Any:
    try:
        return condition()
    except NOT_YET:
        return None
    except WebDriverException as error:
        if GONE not in str(error):
            raise
        return None


def _literal(text: str) -> str:
    """Return a text as XPath takes it, which has no escapes."""
    return f'"{text}"' if "'" in text else f"'{text}'"
