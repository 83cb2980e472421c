"""The simulator in a real browser: what is written on a phone is stored, and replies appear on it."""

from __future__ import annotations

import threading

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import staleness_of

from tests.e2e.simulator_steps import (
    ARABIC,
    COST,
    GREETING,
    accept_language,
    answer_all,
    erase_all,
    go_offline,
    inbound,
    phone_of,
    resize,
    texts,
    wait,
    write,
)


@pytest.fixture
def console_answers(console_parts):
    """A thread in the assistant's place: it answers each message after a moment, as the test says."""
    answers = {"reply": GREETING, "pause": 0.0}
    ended = threading.Event()

    def answer():
        while not ended.wait(0.05):
            answer_all(console_parts, answers)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    yield answers
    ended.set()
    thread.join(10)


@pytest.fixture
def console_page(console_browser, console_address):
    """The simulator's page with its first three phones."""
    console_browser.get(f"{console_address}/simulator")
    wait(console_browser, lambda b: len(b.find_elements(By.CSS_SELECTOR, ".phone")) == 3)
    return console_browser


def test_a_phone_set_to_arabic_opens_the_page_in_arabic(console_browser, console_address):
    accept_language(console_browser, "ar-LY,ar")
    console_browser.get(f"{console_address}/simulator")
    wait(console_browser, lambda b: len(b.find_elements(By.CSS_SELECTOR, "html[lang=ar][dir=rtl] .phone")) == 3)
    assert console_browser.title.startswith("المحاكي")


@pytest.mark.parametrize("channel", ["sms", "whatsapp", "telegram"])
def test_a_message_is_written_and_answered(console_page, console_answers, channel):
    phone = phone_of(console_page, channel)
    write(phone, "hello")
    wait(console_page, lambda _: GREETING.splitlines()[0] in texts(phone)[-1])
    assert texts(phone)[0] == "hello"


def test_typing_shows_until_the_answer_is_there(console_page, console_answers):
    console_answers["pause"] = 1.0
    phone = phone_of(console_page, "telegram")
    write(phone, "hello")
    wait(console_page, lambda _: phone.find_elements(By.CSS_SELECTOR, ".said-typing"))
    wait(console_page, lambda _: len(texts(phone)) == 2)
    wait(console_page, lambda _: not phone.find_elements(By.CSS_SELECTOR, ".said-typing"))


@pytest.mark.parametrize(("channel", "count"), [("telegram", 2), ("whatsapp", 2), ("sms", 0)])
def test_choices_are_buttons_where_the_channel_has_buttons(console_page, console_answers, channel, count):
    phone = phone_of(console_page, channel)
    write(phone, "hello")
    wait(console_page, lambda _: len(texts(phone)) == 2)
    assert len(phone.find_elements(By.CSS_SELECTOR, "[data-choice]")) == count


def test_a_button_sends_its_title_and_its_id_also_later(console_page, console_answers, console_parts):
    phone = phone_of(console_page, "telegram")
    write(phone, "hello")
    wait(console_page, lambda _: len(texts(phone)) == 2)
    for times in (1, 2):
        first = phone.find_elements(By.CSS_SELECTOR, "[data-choice='return_cost']")[0]
        console_page.execute_script("arguments[0].scrollIntoView({block: 'center'})", first)
        first.click()
        wait(console_page, lambda _, n=2 + 2 * times: len(texts(phone)) == n)
    assert texts(phone)[2:] == ["What does it cost?", COST] * 2
    assert inbound(console_parts, phone)[1:] == [("text", "What does it cost?", "return_cost")] * 2


def test_sms_shows_its_size_and_counts_while_typing(console_page, console_answers):
    phone = phone_of(console_page, "sms")
    counter = phone.find_element(By.CSS_SELECTOR, ".counter")
    box = phone.find_element(By.TAG_NAME, "textarea")
    box.send_keys("a€")
    assert counter.text == "GSM-7 · 3/160 characters · SMS parts: 1"
    box.send_keys("س" * 69)
    assert counter.text == "UCS-2 · 71/134 characters · SMS parts: 2"
    box.send_keys(Keys.ENTER)
    wait(console_page, lambda _: phone.find_elements(By.CSS_SELECTOR, ".sms-size"))
    assert phone.find_element(By.CSS_SELECTOR, ".sms-size").text == "GSM-7 · 69/160 characters · SMS parts: 1"


def test_on_sms_a_choice_is_made_by_its_number(console_page, console_answers):
    phone = phone_of(console_page, "sms")
    write(phone, "hello")
    wait(console_page, lambda _: len(texts(phone)) == 2)
    write(phone, "1")
    wait(console_page, lambda _: texts(phone)[2:] == ["1", COST])


def test_everything_can_be_done_by_keyboard(console_page, console_answers, console_parts):
    # Given a phone added by keyboard, whose text box has the focus
    console_page.find_element(By.CSS_SELECTOR, "[data-add=telegram]").send_keys(Keys.ENTER)
    wait(console_page, lambda b: len(b.find_elements(By.CSS_SELECTOR, ".phone")) == 4)
    added = console_page.find_elements(By.CSS_SELECTOR, ".phone")[-1]
    wait(console_page, lambda b: b.switch_to.active_element == added.find_element(By.TAG_NAME, "textarea"))
    # When its owner writes, goes back to the choices, and takes the second one
    console_page.switch_to.active_element.send_keys("hello", Keys.ENTER)
    wait(console_page, lambda _: len(added.find_elements(By.CSS_SELECTOR, "[data-choice]")) == 2)
    back = Keys.SHIFT + Keys.TAB + Keys.NULL
    for _ in range(2):
        console_page.switch_to.active_element.send_keys(back)
    assert console_page.switch_to.active_element.get_attribute("data-choice") == "talk_to_human"
    console_page.switch_to.active_element.send_keys(Keys.SPACE)
    # Then the choice is sent, and the focus is where the next message is written
    wait(console_page, lambda _: inbound(console_parts, added)[1:] == [("text", "Talk to a person", "talk_to_human")])


def test_what_was_not_sent_is_sent_again_once(console_page, console_answers, console_parts):
    phone = phone_of(console_page, "whatsapp")
    # Given a network that fails
    go_offline(console_page, True)
    write(phone, "hello")
    wait(console_page, lambda _: phone.find_elements(By.CSS_SELECTOR, ".retry"))
    assert phone.find_element(By.CSS_SELECTOR, "[role=alert]").text.startswith("No connection")
    # When it works again and the person tries again
    go_offline(console_page, False)
    phone.find_element(By.CSS_SELECTOR, ".retry").click()
    # Then the message is stored once and answered, and nothing speaks of trouble any more
    wait(console_page, lambda _: len(texts(phone)) == 2)
    assert inbound(console_parts, phone) == [("text", "hello", None)]
    wait(console_page, lambda _: not phone.find_element(By.CSS_SELECTOR, "[role=alert]").is_displayed())
    failed = [entry["message"] for entry in console_page.get_log("browser")]
    assert all("ERR_INTERNET_DISCONNECTED" in message for message in failed)


def test_an_attachment_sends_its_kind_by_keyboard(console_page, console_answers, console_parts):
    phone = phone_of(console_page, "whatsapp")
    attach = phone.find_element(By.CSS_SELECTOR, ".attach")
    attach.send_keys(Keys.ENTER)
    focused = console_page.switch_to.active_element
    assert focused.get_attribute("data-kind") == "photo"
    focused.send_keys(Keys.TAB)
    console_page.switch_to.active_element.send_keys(Keys.ENTER)
    wait(console_page, lambda _: "Voice note" in phone.text)
    wait(console_page, lambda _: inbound(console_parts, phone) == [("voice", "", None)])


def test_a_location_is_picked_from_places_by_keyboard(console_page, console_answers, console_parts):
    phone = phone_of(console_page, "telegram")
    phone.find_element(By.CSS_SELECTOR, ".attach").send_keys(Keys.ENTER)
    while console_page.switch_to.active_element.get_attribute("data-kind") != "location":
        console_page.switch_to.active_element.send_keys(Keys.TAB)
    console_page.switch_to.active_element.send_keys(Keys.ENTER)
    assert console_page.switch_to.active_element.get_attribute("data-place") == "tripoli"
    console_page.switch_to.active_element.send_keys(Keys.TAB)
    console_page.switch_to.active_element.send_keys(Keys.ENTER)
    wait(console_page, lambda _: inbound(console_parts, phone) == [("location", "27.03770,14.42830", None)])
    assert console_page.switch_to.active_element.get_attribute("class") == "attach"


@pytest.mark.parametrize("channel", ["telegram", "whatsapp"])
def test_what_is_erased_leaves_the_phone_also_its_own_messages(console_page, console_answers, console_parts, channel):
    # Given a phone with a message of its own and an answer
    phone = phone_of(console_page, channel)
    write(phone, "hello")
    wait(console_page, lambda _: len(texts(phone)) == 2)
    # When the hotline deletes both
    assert erase_all(console_parts, phone) == 2
    # Then the phone is empty, also after loading the page again, and what is written later shows
    wait(console_page, lambda _: texts(phone) == [] and phone.find_elements(By.CSS_SELECTOR, ".phone-empty"))
    old = phone
    console_page.refresh()
    wait(console_page, staleness_of(old))
    wait(console_page, lambda b: phone_of(b, channel).find_elements(By.CSS_SELECTOR, ".phone-empty"))
    phone = phone_of(console_page, channel)
    write(phone, "again")
    wait(console_page, lambda _: len(texts(phone)) == 2)
    assert texts(phone)[0] == "again"


def test_arabic_text_runs_from_the_right(console_page, console_answers):
    console_answers["reply"] = ARABIC
    phone = phone_of(console_page, "telegram")
    write(phone, "السلام عليكم")
    wait(console_page, lambda _: ARABIC in texts(phone))
    for text in phone.find_elements(By.CSS_SELECTOR, ".bubble-text"):
        assert text.value_of_css_property("direction") == "rtl"


def test_markup_in_a_message_stays_text(console_page, console_answers):
    console_answers["reply"] = "<img src=x onerror=alert(1)> <b>no</b>"
    phone = phone_of(console_page, "whatsapp")
    write(phone, "<script>alert(2)</script>")
    wait(
        console_page,
        lambda _: texts(phone) == ["<script>alert(2)</script>", "<img src=x onerror=alert(1)> <b>no</b>"],
    )


def test_phones_and_their_messages_are_still_there_after_loading_again(console_page, console_answers):
    phone = phone_of(console_page, "sms")
    write(phone, "hello")
    wait(console_page, lambda _: len(texts(phone)) == 2)
    phone_id = phone.get_attribute("data-phone")
    console_page.refresh()
    wait(console_page, lambda b: b.find_elements(By.CSS_SELECTOR, f"[data-phone='{phone_id}'] .said"))
    wait(console_page, lambda b: texts(phone_of(b, "sms"))[:1] == ["hello"])


def test_phones_are_added_and_removed(console_page):
    console_page.find_element(By.CSS_SELECTOR, "[data-add=telegram]").click()
    wait(console_page, lambda b: len(b.find_elements(By.CSS_SELECTOR, ".phone")) == 4)
    for left in (3, 2, 1, 0):
        console_page.find_element(By.CSS_SELECTOR, ".phone-caption button").click()
        assert len(console_page.find_elements(By.CSS_SELECTOR, ".phone")) == left
    assert console_page.find_element(By.ID, "none").is_displayed()


def test_a_narrow_screen_shows_one_phone_and_tabs(console_page):
    resize(console_page, 360, 740)
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
    wait(console_page, staleness_of(old))
    wait(console_page, lambda b: b.find_elements(By.CSS_SELECTOR, f"html[lang={language}][dir={direction}] .phone"))
    assert console_page.find_element(By.CSS_SELECTOR, ".send").get_attribute("aria-label") == send


def test_messages_are_kept_in_the_order_they_were_written(console_page, console_answers, console_parts):
    phone = phone_of(console_page, "whatsapp")
    written = [f"message {number}" for number in range(6)]
    for text in written:
        write(phone, text)
    wait(console_page, lambda _: len(texts(phone)) == 12)
    assert [text for _, text, _ in inbound(console_parts, phone)] == written
