"""What tests of whole pages do again and again: look for what is wrong with a page, as people with a tool do."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver

from bot.language.isolation import direction
from tests.e2e.console_browser import StaffMember
from tests.e2e.demo_office import Office
from tests.e2e.simulator_steps import resize

AXE = Path(__file__).with_name("node_modules") / "axe-core/axe.min.js"
WIDE, NARROW = (1280, 900), (360, 740)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OF_LAYOUT = [
    "aria-command-name", "aria-hidden-focus", "aria-input-field-name", "button-name", "empty-heading", "empty-table-header",
    "label", "landmark-unique", "link-name", "region", "scrollable-region-focusable", "select-name", "skip-link",
    "summary-name", "target-size",
]  # fmt: skip
"""Rules about what a narrow screen changes: what is hidden there, what is small there, what scrolls there."""

_FOLD_OUT = """
window.wasOpen = new Set(document.querySelectorAll("details[open]"));
document.querySelectorAll("details").forEach((one) => { one.open = true; });
"""
_FOLD_BACK = "document.querySelectorAll('details').forEach((one) => { one.open = window.wasOpen.has(one); })"
_LOOK = """
const [type, values, done] = arguments;
const words = (rule, node) => `${rule.id}: ${node.target} ${node.html.slice(0, 160)}`;
// What is folded out covers what is below it: sizes are looked at by name, on the page as it comes.
const rules = type === "tag" ? { "target-size": { enabled: false } } : {};
axe.run(document, { runOnly: { type, values }, rules, resultTypes: ["violations"], preload: false }).then(
  ({ violations }) => done(violations.flatMap((rule) => rule.nodes.map((node) => words(rule, node)))),
  (error) => done([String(error)]),
);
"""
_IS_THERE = "return !window.isLeft && document.readyState === 'complete'"
_TOO_WIDE = """
const { clientWidth, scrollWidth } = document.documentElement;
const sticksOut = ({ left, right }) => left < -1 || right > clientWidth + 1;
const found = [...document.body.querySelectorAll("*")].filter((one) => sticksOut(one.getBoundingClientRect()));
const names = found.slice(0, 5).map((one) => `${one.tagName}.${one.className}`);
return scrollWidth > clientWidth + 1 ? [`${scrollWidth} px wide, see ${names}`] : [];
"""
_ASKED_ELSEWHERE = """
const asked = performance.getEntriesByType("resource").map((one) => one.name);
return asked.filter((name) => new URL(name).origin !== location.origin);
"""


class Looker:
    """Looks at pages for one person in one language, and gathers what is wrong.

    Attributes:
        member: Who is at the browser; may be nobody's account.
        found: What is wrong, each with the name of its page.
    """

    def __init__(self, browser: WebDriver, address: str, office: Office, *, who: str, language: str) -> None:
        self.browser, self.office, self.language = browser, office, language
        self.member = StaffMember(browser, address, f"{who}@demo.example", name=who, language=language)
        self.found: list[tuple[str, str]] = []

    def look(self, name: str, *, told: Sequence[str] = ()) -> None:
        """Look at the page as it is now; for ``told`` see ``faults``."""
        self.found += [(name, fault) for fault in faults(self.browser, self.language, told=told)]

    def look_at(self, path: str, *, told: Sequence[str] = ()) -> None:
        """Open a page, and look at it."""
        self.member.opens(path)
        self.look(path, told=told)

    def choose_language(self) -> None:
        """Go on in the language in which the pages are looked at."""
        if not self.member.is_in_own_language():
            self.member.chooses_language(self.language)

    def fill_in(self, field: str, value: str) -> None:
        """Fill a field in by its id, whatever it held."""
        box = self.browser.find_element(By.ID, field)
        box.clear()
        box.send_keys(value)

    def press(self, selector: str) -> None:
        """Press a button, and wait for the page that it leads to."""
        button = self.browser.find_element(By.CSS_SELECTOR, selector)
        with self._leaving():
            self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
            button.click()

    def send(self, selector: str) -> None:
        """Send a form as a browser without scripts and checks does, and wait for the page that it leads to."""
        with self._leaving():
            self.browser.execute_script("HTMLFormElement.prototype.submit.call(document.querySelector(arguments[0]))", selector)

    @contextmanager
    def _leaving(self) -> Iterator[None]:
        # A mark in the page that is left: asked about an element of it while it goes, the driver may give any error.
        self.browser.execute_script("window.isLeft = true")
        yield
        self.member.until(lambda: self.browser.execute_script(_IS_THERE), what="the next page")


def faults(browser: WebDriver, language: str, *, told: Sequence[str] = ()) -> list[str]:
    """Return what is wrong with the page that the browser shows, wide and narrow, with everything folded in and out.

    Args:
        told: Parts of what the browser may log, as it does where a page has another status than 200.
    """
    html = browser.find_element(By.TAG_NAME, "html")
    found = [] if html.get_attribute("lang") == language else [f"is in another language than {language}"]
    if html.value_of_css_property("direction") != direction(language):
        found.append(f"does not run {direction(language)}")
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    found += browser.execute_async_script(_LOOK, "rule", ["target-size"])
    browser.execute_script(_FOLD_OUT)
    found += browser.execute_async_script(_LOOK, "tag", TAGS)
    browser.execute_script(_FOLD_BACK)
    resize(browser, *NARROW)
    found += [f"narrow: {one}" for one in _too_wide(browser)]
    browser.execute_script(_FOLD_OUT)
    found += [f"narrow, folded out: {one}" for one in _too_wide(browser)]
    found += [f"narrow: {one}" for one in browser.execute_async_script(_LOOK, "rule", OF_LAYOUT)]
    browser.execute_script(_FOLD_BACK)
    resize(browser, *WIDE)
    found += [f"asks {name}" for name in browser.execute_script(_ASKED_ELSEWHERE)]
    logged = [entry["message"] for entry in browser.get_log("browser")]
    return found + [f"logs {one}" for one in logged if not any(part in one for part in told)]


def _too_wide(browser: WebDriver) -> list[str]:
    """Return what makes the page wider than the screen, once charts have been drawn again."""
    until = time.monotonic() + 3
    while (found := browser.execute_script(_TOO_WIDE)) and time.monotonic() < until:
        time.sleep(0.05)
    return found
