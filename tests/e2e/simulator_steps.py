"""What simulator tests do again and again: answer in the assistant's place, write, press, read, shrink the page."""

from __future__ import annotations

import time

from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from bot.domain.contacts import Channel, Provider
from bot.domain.conversations import Choice
from bot.domain.deliveries import OutboundState
from bot.services.erasure import record_erased
from bot.services.turns import Reply, Understood, finish_turn, next_turn
from bot.wiring import new_id, now

CHOICES = (Choice("return_cost", "What does it cost?"), Choice("talk_to_human", "Talk to a person"))
GREETING = "Hello. Reply with a number.\n1. What does it cost?\n2. Talk to a person"
COST = "It costs nothing."
ARABIC = "أهلًا بك"
ONLINE = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}


def answer_all(parts, answers):
    """Answer every message that waits: a choice, pressed or by number, with the cost; the rest as the test says."""
    with parts.unit_of_work() as uow:
        waiting = uow.messages.contacts_waiting(limit=20)
    for contact_id in waiting:
        time.sleep(answers["pause"])
        with parts.unit_of_work() as uow:
            turn = next_turn(uow, contact_id)
            by_number = {str(number): choice.id for number, choice in enumerate(turn.offered, start=1)}
            chosen = turn.pressed or by_number.get(turn.text)
            text = COST if chosen == "return_cost" else answers["reply"]
            reply = Reply("greet", text, CHOICES if text == GREETING else ())
            understood = Understood("ar" if text == ARABIC else "en", False, "greet", "answer", 0.9)
            finish_turn(uow, turn, understood=understood, replies=[reply], clock=now, new_id=new_id)
        with parts.unit_of_work() as uow:
            for ready in uow.outbox.ready(now(), limit=20):
                message = uow.messages.get(ready.message_id)
                message.provider_id = f"sim-{message.id}"
                message.move_on(OutboundState.DELIVERED, now())
            uow.commit()


def phone_of(browser, channel):
    """Return the first phone of a channel."""
    return browser.find_element(By.CSS_SELECTOR, f".phone[data-channel={channel}]")


def write(phone, text):
    """Write a text on a phone and send it by Enter."""
    phone.find_element(By.TAG_NAME, "textarea").send_keys(text + Keys.ENTER)


def texts(phone):
    """Return the texts that a phone shows."""
    return [text.text for text in phone.find_elements(By.CSS_SELECTOR, ".bubble-text")]


def inbound(parts, phone):
    """Return what is stored of a phone's own messages: kind, text, id of the pressed choice."""
    address = f"sim:{phone.get_attribute('data-phone')}"
    with parts.unit_of_work() as uow:
        rows = uow.session.connection().exec_driver_sql(
            "SELECT m.id FROM message m JOIN channel_address a ON a.contact_id = m.contact_id"
            " WHERE a.address_hash = ? AND m.direction = 'inbound' ORDER BY m.position",
            (uow.contacts.hash_address(address),),
        )
        found = [uow.messages.get(message_id) for (message_id,) in rows]
        return [(message.kind.value, message.text, message.pressed) for message in found]


def erase_all(parts, phone):
    """Mark every message of a phone's conversation as deleted from it, as the worker does; return their number."""
    address = f"sim:{phone.get_attribute('data-phone')}"
    with parts.unit_of_work() as uow:
        known = uow.contacts.find_address(Provider.SIMULATOR, Channel(phone.get_attribute("data-channel")), address)
        messages = uow.messages.in_conversation(uow.conversations.find_for_address(known.id).id, after=0)
        ids = [message.id for message in messages]
    for message_id in ids:
        with parts.unit_of_work() as uow:
            record_erased(uow, message_id, is_erased=True, clock=now)
    return len(ids)


def wait(browser, condition):
    """Wait until a condition is true; a phone may redraw a message while it is read."""
    ignored = [IndexError, StaleElementReferenceException]
    return WebDriverWait(browser, 10, poll_frequency=0.05, ignored_exceptions=ignored).until(condition)


def resize(browser, width, height):
    """Give the page exactly this size; a window of Chromium cannot be as narrow as a phone."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def accept_language(browser, language):
    """Let the browser ask for pages in a language, as a phone set to it does."""
    agent = browser.execute_script("return navigator.userAgent")
    browser.execute_cdp_cmd("Emulation.setUserAgentOverride", {"userAgent": agent, "acceptLanguage": language})


def go_offline(browser, is_offline):
    """Cut the browser off from the network, or connect it again."""
    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd("Network.emulateNetworkConditions", {**ONLINE, "offline": is_offline})
