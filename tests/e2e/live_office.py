"""A hotline in full run around its console: people on stand-ins of their apps, and colleagues at browsers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from selenium.webdriver.remote.webdriver import WebDriver
from sqlalchemy import select

from bot.commands.train import train_with_progress
from bot.console import accounts
from bot.domain.cases import Case, CaseKind
from bot.domain.conversations import Conversation, Direction, Message
from bot.domain.staff import Role
from bot.settings import home_of, read_environment
from bot.wiring import Parts
from tests.e2e.console_browser import StaffMember
from tests.e2e.providers import Channels, running, wait_until
from tests.e2e.simulator_steps import ONLINE, accept_language, go_offline, resize
from tests.standins import TelegramStandIn, TwilioStandIn
from tests.standins.telegram_people import Person

ASKS = {"en": "I want to talk to a person", "ar": "أريد أن أتكلم مع موظف"}


@dataclass
class LiveOffice:
    """The hotline with its database.

    Attributes:
        met: References of the cases that tests have met.
    """

    channels: Channels
    parts: Parts
    met: set[str] = field(default_factory=set)

    @property
    def address(self) -> str:
        """Where the console is."""
        return f"http://127.0.0.1:{self.channels.hotline.environment['CONSOLE_PORT']}"

    # Colleagues.

    def browser(self, browser: WebDriver) -> Iterator[WebDriver]:
        """A browser that never was here; it fails the test when a script or the content policy complains."""
        browser.get("about:blank")
        browser.execute_cdp_cmd("Storage.clearDataForOrigin", {"origin": self.address, "storageTypes": "all"})
        browser.execute_cdp_cmd("Network.clearBrowserCookies", {})
        accept_language(browser, "en")
        resize(browser, 1280, 900)
        browser.get_log("browser")
        yield browser
        go_offline(browser, False)
        complaints = [entry["message"] for entry in browser.get_log("browser") if entry["source"] != "network"]
        browser.get("about:blank")
        assert complaints == []

    def joined(self, browser: WebDriver, name: str, *, role: Role = Role.CASEWORKER, language: str = "en") -> StaffMember:
        """Return a new colleague who is logged in and sees the queue."""
        accept_language(browser, language)
        email = f"{name.lower()}.{len(accounts.list_staff(self.parts))}@hotline.example"
        token = accounts.invite(self.parts, email, name, role, language)
        member = StaffMember(browser, self.address, email, name=name, language=language)
        return member.joins(f"{self.address}/invitation/{token}")

    def id_of(self, member: StaffMember) -> int:
        """Return the id of an account."""
        with self.parts.engine.connect() as connection:
            return connection.exec_driver_sql("SELECT id FROM staff WHERE email = ?", (member.email,)).scalar_one()

    # People and their cases.

    def asks_on_telegram(self, person_id: int, language: str = "en") -> tuple[Person, Case]:
        """Let somebody ask for a person on Telegram; return them and their case."""
        person = self.channels.telegram.person(person_id, language_code=language)
        person.writes(ASKS[language])
        person.waits_for(1)
        return person, self.new_case(CaseKind.QUESTION)

    def new_case(self, kind: CaseKind) -> Case:
        """Wait until a case is opened that no test has met."""

        def new() -> list[Case]:
            return [one for one in self.stored(Case) if one.kind is kind and one.reference not in self.met]

        wait_until(new, what="a new case")
        found = new()[0]
        self.met.add(found.reference)
        return found

    def wait_handled(self, case: Case, *texts: str) -> None:
        """Wait until the assistant has thought about the latest messages of a person, and all that it said is sent."""

        def is_handled() -> bool:
            handled = [m.text for m in self.messages(case, Direction.INBOUND) if m.state == "handled"]
            return handled[-len(texts) :] == list(texts)

        wait_until(is_handled, what="handling")
        wait_until(lambda: not [m for m in self.messages(case, Direction.OUTBOUND) if m.state in ("queued", "sending")])
        self.channels.telegram.wait_until_idle()

    def let_pass(self, case: Case, time: timedelta) -> None:
        """Let the person have written so much earlier, for us and for WhatsApp."""
        with self.parts.unit_of_work() as uow:
            conversation = uow.session.get(Conversation, case.conversation_id)
            conversation.last_inbound_at -= time
            uow.commit()
        last = self.channels.twilio.last_inbound
        for pair in last:
            last[pair] -= time

    def messages(self, case: Case, direction: Direction) -> list[Message]:
        """Return the messages of a case's conversation, in order."""
        found = [m for m in self.stored(Message) if m.conversation_id == case.conversation_id and m.direction is direction]
        return sorted(found, key=lambda m: m.position)

    def stored(self, kind: type) -> list:
        """Return all things of a kind in the database."""
        with self.parts.unit_of_work() as uow:
            return list(uow.session.execute(select(kind)).scalars())


def at_once(*acts: Callable[[], object]) -> None:
    """Do several things at the same moment."""
    start = threading.Barrier(len(acts))

    def do(act: Callable[[], object]) -> None:
        start.wait(10)
        act()

    threads = [threading.Thread(target=do, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def slow_down(browser: WebDriver, *, seconds: float) -> None:
    """Let answers take so long on their way."""
    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", {**ONLINE, "latency": seconds * 1000})


def asked(browser: WebDriver, path: str) -> int:
    """Return how often the page asked the console for something, since it was loaded."""
    loaded = browser.execute_script("return performance.getEntriesByType('resource').map((one) => one.name)")
    return sum(urlsplit(address).path == path for address in loaded)


@contextmanager
def live_office(home: Path) -> Iterator[LiveOffice]:
    """Start a whole hotline whose staff need a second factor, beside stand-ins of the providers."""
    model = train_with_progress(home_of(read_environment()))
    with (
        TelegramStandIn(rate_per_second=None) as telegram,
        TwilioStandIn() as twilio,
        running(home, model, telegram, twilio, {"SECOND_FACTOR": "required"}) as channels,
    ):
        parts = channels.hotline.parts()
        yield LiveOffice(channels, parts)
        parts.engine.dispose()
        parts.durable_engine.dispose()
