"""Makes the demo, serves it to a browser, and takes the pictures: ``python -m tools.pictures``."""

from __future__ import annotations

import io
import logging
import secrets
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from rich.console import Console
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.remote.webdriver import WebDriver
from werkzeug.serving import make_server

from bot.commands.demo import make_demo
from bot.console import create_app
from bot.domain.contacts import Channel
from bot.domain.deliveries import OutboundState
from bot.services.turns import Understood, finish_turn, next_turn
from bot.settings import load_settings
from bot.speaking.parts import speaker_of
from bot.storage.cipher import new_key
from bot.wiring import Parts, build, new_id, now
from tests.e2e.conftest import CHROMIUM, DRIVER, OPTIONS
from tests.e2e.console_browser import PASSWORD
from tools.pictures.acts import QUESTION
from tools.pictures.camera import FOLDER, Camera
from tools.pictures.pages import STRANGER, Desk, pages

SEED = 1


def _answer_all(parts: Parts, until: threading.Event) -> None:
    """Answer whoever writes in the simulator, as the assistant does once it has understood."""
    speaker = speaker_of(parts)
    while not until.wait(0.2):
        with parts.unit_of_work() as uow:
            waiting = uow.messages.contacts_waiting(limit=5)
        for contact_id in waiting:
            with parts.unit_of_work() as uow:
                turn = next_turn(uow, contact_id)
                language = "ar" if turn.text == QUESTION["ar"] else "en"
                understood = Understood(language, False, "return_cost", "answer", 0.9)
                reply = speaker.say("return_cost", language, Channel.TELEGRAM)
                finish_turn(uow, turn, understood=understood, replies=[reply], clock=now, new_id=new_id)
            with parts.unit_of_work() as uow:
                for ready in uow.outbox.ready(now(), limit=5):
                    message = uow.messages.get(ready.message_id)
                    if message.author_id is None and contact_id == message.contact_id:
                        message.provider_id = f"sim-{message.id}"
                        message.move_on(OutboundState.DELIVERED, now())
                uow.commit()


@contextmanager
def _office(home: str) -> Iterator[Parts]:
    """Make the demo. The account at Twilio is nobody's: with its templates set, the page can offer them."""
    settings = load_settings(
        {
            "DALEEL_HOME": home, "DALEEL_KEYS": new_key(), "DALEEL_SECRET_KEY": secrets.token_urlsafe(48),
            "DALEEL_SIMULATOR": "1", "SMS_PRICES": "*=0.10", "PUBLIC_URL": "https://hotline.example",
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "none", "TWILIO_WHATSAPP_FROM": "+15550000000",
            "TWILIO_CONTENT_SIDS": ",".join(f"reply_ready_{language}=HX{'0' * 32}" for language in ("ar", "fr", "en")),
        }
    )  # fmt: skip
    make_demo(settings, Console(file=io.StringIO()), size="small", seed=SEED, password=PASSWORD, again=False)
    parts = build(settings)
    yield parts
    parts.engine.dispose()
    parts.durable_engine.dispose()


@contextmanager
def _served(parts: Parts) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_app(parts, sources={}), threaded=True)
    is_over = threading.Event()
    threads = [
        threading.Thread(target=server.serve_forever, daemon=True),
        threading.Thread(target=_answer_all, args=(parts, is_over), daemon=True),
    ]
    for thread in threads:
        thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    is_over.set()
    server.shutdown()
    for thread in threads:
        thread.join(10)


@contextmanager
def _chromium(profile: str) -> Iterator[WebDriver]:
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for option in (*OPTIONS, f"--user-data-dir={profile}", "--hide-scrollbars"):
        options.add_argument(option)
    browser = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    try:
        yield browser
    finally:
        browser.quit()


def main() -> None:
    """Take all pictures."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        home, profile = (stack.enter_context(tempfile.TemporaryDirectory()) for _ in range(2))
        parts = stack.enter_context(_office(home))
        wanted = pages(Desk(parts))
        address = stack.enter_context(_served(parts))
        browser = stack.enter_context(_chromium(profile))
        for who in dict.fromkeys(page.who for page in wanted):
            browser.get(f"{address}/login")
            browser.execute_cdp_cmd("Network.clearBrowserCookies", {})
            camera = Camera(browser, address, who)
            if who != STRANGER:
                camera.sets_up()
            camera.take_all([page for page in wanted if page.who == who])
        browser.get("about:blank")


if __name__ == "__main__":
    main()
