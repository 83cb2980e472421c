"""Takes the pictures of one person's pages."""

from __future__ import annotations

import io
import time
from pathlib import Path

from PIL import Image
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver

from bot.settings import PROJECT
from tests.e2e.console_browser import StaffMember
from tests.e2e.console_words import Words
from tests.e2e.simulator_steps import accept_language, resize
from tools.pictures.pages import LANGUAGES, STRANGER, Page

FOLDER = PROJECT / "docs/caseworkers/pictures"
SIZES = {"wide": (1280, 800, 1000), "narrow": (360, 740, 1200)}
"""Width of the screen, its height, and how much of a longer page is shown."""
COLOURS = (64, 32, 16)
"""Of a picture: the first number with which it takes no more than ``MOST_BYTES``."""
MOST_BYTES = 60_000
_IS_STILL = "return document.readyState === 'complete' && !document.querySelector('[aria-busy=true]')"
_LENGTH = "return document.documentElement.scrollHeight"


class Camera:
    """Takes the pictures of the pages of one person."""

    def __init__(self, browser: WebDriver, address: str, who: str) -> None:
        self.browser = browser
        self.member = StaffMember(browser, address, f"{who}@demo.example", name=who)

    def take_all(self, wanted: list[Page]) -> None:
        """Take each page in both languages and widths."""
        for language in LANGUAGES:
            accept_language(self.browser, language)
            if self.member.name == STRANGER:
                everything = {"origin": self.member.address, "storageTypes": "all"}
                self.browser.execute_cdp_cmd("Storage.clearDataForOrigin", everything)
                self.member.words = Words(language)
            else:
                self._choose(language)
            for page in wanted:
                for size in SIZES:
                    self._take(page, language, size)

    def sets_up(self) -> None:
        """Log in for the first time; the page of the second factor is a picture of its own."""
        resize(self.browser, *SIZES["wide"][:2])
        accept_language(self.browser, "en")
        self.member.gives_password()
        page = Page("second-factor", self.member.name, "/account/second-factor")
        for language in LANGUAGES if self.member.name == "salem" else ():
            self._choose(language)
            for size in SIZES:
                self._take(page, language, size)
        self._choose("en")
        self.member.sets_up_second_factor()

    def _choose(self, language: str) -> None:
        resize(self.browser, *SIZES["wide"][:2])
        self.member.opens("/account/second-factor")
        self.member.chooses_language(language)

    def _language(self) -> str:
        return str(self.browser.find_element(By.TAG_NAME, "html").get_attribute("lang"))

    def _take(self, page: Page, language: str, size: str) -> None:
        width, height, most = SIZES[size]
        resize(self.browser, width, height)
        self.member.opens(page.path(language) if callable(page.path) else page.path)
        if page.act:
            page.act(self.member)
        if page.is_whole:
            resize(self.browser, width, min(max(self.browser.execute_script(_LENGTH), height), most))
        self.member.until(lambda: self.browser.execute_script(_IS_STILL), what="a page at rest")
        # Charts and menus move in; a case asks for alarms after a second and a half.
        time.sleep(2 if "/cases/" in self.browser.current_url else 0.4)
        if self._language() != language:
            raise AssertionError(f"{page.name} is not in {language}")
        _keep(self.browser.get_screenshot_as_png(), FOLDER / f"{page.name}-{language}-{size}.png")


def _keep(taken: bytes, path: Path) -> None:
    picture = Image.open(io.BytesIO(taken)).convert("RGB")
    for colours in COLOURS:
        picture.quantize(colours, method=Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE).save(
            path, optimize=True
        )
        if path.stat().st_size <= MOST_BYTES:
            return
