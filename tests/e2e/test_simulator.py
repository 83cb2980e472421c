"""The simulator in a real browser: what is written on a phone is stored, and replies appear on it."""

from __future__ import annotations

import threading
import time

import pytest
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.ui import WebDriverWait

from bot.domain.conversations import Choice
from bot.services.turns import Reply, Understood, finish_turn, next_turn
from bot.wiring import new_id, now

CHOICES = (Choice("return_cost", "What does it cost?"), Choice("talk_to_human", "Talk to a person"))
GREETING = "Hello. Reply with a number.\n1. What does it cost?\n2. Talk to a person"
ARABIC = "أهلًا بك"


@pytest.fixture
def console_answers(console_parts):
    """A thread in the assistant's place: it answers each message after a moment, as the test says."""
    answers = {"reply": GREETING, "pause": 0.0}
    ended = threading.Event()

    def answer():
        while not ended.wait(0.05):
            _answer_all(console_parts, answers)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    yield answers
    ended.set()
    thread.join(10)


@pytest.fixture
def console_page(console_browser, console_address):
    """The simulator's page with its first three phones."""
    console_browser.get(f"{console_address}/simulator")
    _wait(console_browser, lambda b: len(b.find_elements(By.CSS_SELECTOR, ".phone")) == 3)
    return console_browser


@pytest.mark.parametrize("channel", ["sms", "whatsapp", "telegram"])
def test_a_message_is_written_and_answered(console_page, console_answers, channel):
    phone = _phone(console_page, channel)
    _write(phone, "hello")
    _wait(console_page, lambda _: GREETING.splitlines()[0] in _texts(phone)[-1])
    assert _texts(phone)[0] == "hello"


def test_typing_shows_until_the_answer_is_there(console_page, console_answers):
    console_answers["pause"] = 1.0
    phone = _phone(console_page, "telegram")
    _write(phone, "hello")
    _wait(console_page, lambda _: phone.find_elements(By.CSS_SELECTOR, ".said-typing"))
    _wait(console_page, lambda _: len(_texts(phone)) == 2)
    _wait(console_page, lambda _: not phone.find_elements(By.CSS_SELECTOR, ".said-typing"))


@pytest.mark.parametrize(("channel", "count"), [("telegram", 2), ("whatsapp", 2), ("sms", 0)])
def test_choices_are_buttons_where_the_channel_has_buttons(console_page, console_answers, channel, count):
    phone = _phone(console_page, channel)
    _write(phone, "hello")
    _wait(console_page, lambda _: len(_texts(phone)) == 2)
    assert len(phone.find_elements(By.CSS_SELECTOR, "[data-choice]")) == count


def test_a_button_sends_its_title_and_its_id_also_later(console_page, console_answers, console_parts):
    phone = _phone(console_page, "telegram")
    _write(phone, "hello")
    _wait(console_page, lambda _: len(_texts(phone)) == 2)
    console_answers["reply"] = "It costs nothing."
    for times in (1, 2):
        first = phone.find_elements(By.CSS_SELECTOR, "[data-choice='return_cost']")[0]
        console_page.execute_script("arguments[0].scrollIntoView({block: 'center'})", first)
        first.click()
        _wait(console_page, lambda _, n=2 + 2 * times: len(_texts(phone)) == n)
    assert _texts(phone)[2:] == ["What does it cost?", "It costs nothing."] * 2
    assert _inbound(console_parts, phone)[1:] == [("text", "What does it cost?", "return_cost")] * 2


def test_sms_shows_its_size_and_counts_while_typing(console_page, console_answers):
    phone = _phone(console_page, "sms")
    counter = phone.find_element(By.CSS_SELECTOR, ".counter")
    box = phone.find_element(By.TAG_NAME, "textarea")
    box.send_keys("a€")
    assert counter.text == "GSM-7 · 3/160 characters · SMS parts: 1"
    box.send_keys("س" * 69)
    assert counter.text == "UCS-2 · 71/134 characters · SMS parts: 2"
    box.send_keys(Keys.ENTER)
    _wait(console_page, lambda _: phone.find_elements(By.CSS_SELECTOR, ".sms-size"))
    assert phone.find_element(By.CSS_SELECTOR, ".sms-size").text == "GSM-7 · 69/160 characters · SMS parts: 1"


def test_an_attachment_sends_its_kind_by_keyboard(console_page, console_answers, console_parts):
    phone = _phone(console_page, "whatsapp")
    attach = phone.find_element(By.CSS_SELECTOR, ".attach")
    attach.send_keys(Keys.ENTER)
    focused = console_page.switch_to.active_element
    assert focused.get_attribute("data-kind") == "photo"
    focused.send_keys(Keys.TAB)
    console_page.switch_to.active_element.send_keys(Keys.ENTER)
    _wait(console_page, lambda _: "Voice note" in phone.text)
    _wait(console_page, lambda _: _inbound(console_parts, phone) == [("voice", "", None)])


def test_arabic_text_runs_from_the_right(console_page, console_answers):
    console_answers["reply"] = ARABIC
    phone = _phone(console_page, "telegram")
    _write(phone, "السلام عليكم")
    _wait(console_page, lambda _: ARABIC in _texts(phone))
    for text in phone.find_elements(By.CSS_SELECTOR, ".bubble-text"):
        assert text.value_of_css_property("direction") == "rtl"


def test_markup_in_a_message_stays_text(console_page, console_answers):
    console_answers["reply"] = "<img src=x onerror=alert(1)> <b>no</b>"
    phone = _phone(console_page, "whatsapp")
    _write(phone, "<script>alert(2)</script>")
    _wait(
        console_page,
        lambda _: _texts(phone) == ["<script>alert(2)</script>", "<img src=x onerror=alert(1)> <b>no</b>"],
    )


def test_phones_and_their_messages_are_still_there_after_loading_again(console_page, console_answers):
    phone = _phone(console_page, "sms")
    _write(phone, "hello")
    _wait(console_page, lambda _: len(_texts(phone)) == 2)
    phone_id = phone.get_attribute("data-phone")
    console_page.refresh()
    _wait(console_page, lambda b: b.find_elements(By.CSS_SELECTOR, f"[data-phone='{phone_id}'] .said"))
    _wait(console_page, lambda b: _texts(_phone(b, "sms"))[:1] == ["hello"])


def test_phones_are_added_and_removed(console_page):
    console_page.find_element(By.CSS_SELECTOR, "[data-add=telegram]").click()
    _wait(console_page, lambda b: len(b.find_elements(By.CSS_SELECTOR, ".phone")) == 4)
    for left in (3, 2, 1, 0):
        console_page.find_element(By.CSS_SELECTOR, ".phone-caption button").click()
        assert len(console_page.find_elements(By.CSS_SELECTOR, ".phone")) == left
    assert console_page.find_element(By.ID, "none").is_displayed()


def test_a_narrow_screen_shows_one_phone_and_tabs(console_page):
    metrics = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": False}
    console_page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    tabs = console_page.find_elements(By.CSS_SELECTOR, "[role=tab]")
    for index in (1, 2, 0):
        console_page.find_elements(By.CSS_SELECTOR, "[role=tab]")[index].click()
        shown = [p.is_displayed() for p in console_page.find_elements(By.CSS_SELECTOR, ".phone")]
        assert shown == [i == index for i in range(len(tabs))]
    width = console_page.execute_script("return document.documentElement.scrollWidth")
    assert width <= 360


@pytest.mark.parametrize(
    ("language", "direction", "send"), [("ar", "rtl", "إرسال"), ("fr", "ltr", "Envoyer"), ("en", "ltr", "Send")]
)
def test_the_page_changes_its_language(console_page, language, direction, send):
    old = console_page.find_element(By.ID, "phones")
    console_page.find_element(By.CSS_SELECTOR, f".languages [value={language}]").click()
    _wait(console_page, staleness_of(old))
    _wait(console_page, lambda b: b.find_elements(By.CSS_SELECTOR, f"html[lang={language}][dir={direction}] .phone"))
    assert console_page.find_element(By.CSS_SELECTOR, ".send").get_attribute("aria-label") == send


def test_messages_are_kept_in_the_order_they_were_written(console_page, console_answers, console_parts):
    phone = _phone(console_page, "whatsapp")
    written = [f"message {number}" for number in range(6)]
    for text in written:
        _write(phone, text)
    _wait(console_page, lambda _: len(_texts(phone)) == 12)
    assert [text for _, text, _ in _inbound(console_parts, phone)] == written


def _answer_all(parts, answers):
    with parts.unit_of_work() as uow:
        waiting = uow.messages.contacts_waiting(limit=20)
    for contact_id in waiting:
        time.sleep(answers["pause"])
        with parts.unit_of_work() as uow:
            turn = next_turn(uow, contact_id)
            choices = CHOICES if answers["reply"] == GREETING else ()
            reply = Reply("greet", answers["reply"], choices)
            understood = Understood("ar" if answers["reply"] == ARABIC else "en", False, "greet", "answer", 0.9)
            finish_turn(uow, turn, understood=understood, replies=[reply], clock=now, new_id=new_id)
        with parts.unit_of_work() as uow:
            for message in uow.messages.due_outbound(now(), limit=20):
                message.mark_sent(f"sim-{message.id}", now(), is_delivered=True)
            uow.commit()


def _phone(browser, channel):
    return browser.find_element(By.CSS_SELECTOR, f".phone[data-channel={channel}]")


def _write(phone, text):
    phone.find_element(By.TAG_NAME, "textarea").send_keys(text + Keys.ENTER)


def _texts(phone):
    return [said.text for said in phone.find_elements(By.CSS_SELECTOR, ".bubble-text")]


def _inbound(parts, phone):
    address = f"sim:{phone.get_attribute('data-phone')}"
    with parts.unit_of_work() as uow:
        address_hash = uow.contacts.hash_address(address)
        rows = uow.session.connection().exec_driver_sql(
            "SELECT m.id FROM message m JOIN channel_address a ON a.contact_id = m.contact_id"
            " WHERE a.address_hash = ? AND m.direction = 'inbound' ORDER BY m.position",
            (address_hash,),
        )
        found = [uow.messages.get(message_id) for (message_id,) in rows]
        return [(message.kind.value, message.text, message.pressed) for message in found]


def _wait(browser, condition):
    return WebDriverWait(
        browser, 10, poll_frequency=0.1, ignored_exceptions=[IndexError, StaleElementReferenceException]
    ).until(condition)
