"""All channels for real: signed webhooks in, API calls out, the hotline's own processes in between."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.commands.train import train_with_progress
from bot.domain.conversations import Message
from bot.domain.media import Media
from bot.settings import home_of, read_environment
from tests.e2e.providers import PUBLIC_URL, Channels, run, running, wait_until
from tests.standins import StatusPlan, TelegramStandIn, TwilioStandIn, closed, server_error, too_many

COST = "Do I have to pay for the flight home?"


@pytest.fixture(scope="module")
def channels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Channels]:
    model = train_with_progress(home_of(read_environment()))
    home = Path(tmp_path_factory.mktemp("home"))
    with (
        TelegramStandIn(rate_per_second=None) as telegram,
        TwilioStandIn() as twilio,
        running(home, model, telegram, twilio) as made,
    ):
        yield made


@pytest.fixture(autouse=True)
def rules_are_kept(channels: Channels) -> Iterator[None]:
    yield
    assert channels.telegram.violations == []
    assert channels.twilio.violations == []
    wait_until(lambda: channels.telegram.unanswered_presses == [], what="answering each press of a button")


def stored(channels: Channels, kind: type) -> list:
    parts = channels.hotline.parts()
    with parts.unit_of_work() as uow:
        found = list(uow.session.execute(select(kind)).scalars())
    parts.engine.dispose()
    return found


def message_to(channels: Channels, text: str) -> Message:
    return next(m for m in reversed(stored(channels, Message)) if m.text == text and m.provider_id)


# Telegram


def test_a_question_on_telegram_is_answered_once_however_often_it_comes(channels: Channels) -> None:
    amina = channels.telegram.person(101, language_code="en")
    amina.writes(COST, repeat=4)
    amina.waits_for(1)
    amina.presses("Yes")
    amina.waits_for(2)
    channels.telegram.wait_until_idle()
    assert len(amina.received) == 2
    assert [button.title for button in amina.messages[0].buttons][:2] == ["Yes", "No"]


def test_an_old_button_a_number_and_the_words_of_a_choice_all_work(channels: Channels) -> None:
    amina = channels.telegram.person(102, language_code="en")
    amina.writes(COST)
    amina.waits_for(1)
    first = amina.messages[0]
    amina.writes("what documents do I need")
    amina.waits_for(2)
    amina.presses("return_documents", on=first)
    amina.waits_for(3)
    assert amina.received[2] == amina.received[1]
    amina.writes("1")
    amina.waits_for(4)
    amina.writes(COST)
    amina.waits_for(5)
    amina.writes("Yes")
    amina.waits_for(6)
    assert amina.received[5] == amina.received[3]


@pytest.mark.parametrize(("payload", "word"), [("fr", "Bienvenue"), ("ar", "دليل"), ("poster7", "")])
def test_start_with_a_payload_greets(channels: Channels, payload: str, word: str) -> None:
    someone = channels.telegram.person(110 + len(payload), language_code="fr")
    someone.starts(payload)
    someone.waits_for(1)
    assert someone.received[0]


def test_the_phones_language_decides_where_the_message_says_nothing(channels: Channels) -> None:
    someone = channels.telegram.person(120, language_code="fr-CI")
    someone.sends_voice()
    someone.waits_for(1)
    assert "vocal" in someone.received[0].lower()


def test_all_that_telegram_can_bring_is_stored_or_ignored_on_purpose(channels: Channels) -> None:
    telegram, someone = channels.telegram, channels.telegram.person(130, language_code="en")
    before = len(stored(channels, Media))
    someone.sends_photo("how much does the return cost")
    someone.waits_for(1)
    assert "pay us nothing" in someone.received[0]
    for number, send in enumerate((someone.sends_voice, someone.shares_contact, someone.shares_location, someone.shares_venue)):
        send()
        someone.waits_for(2 + number)
    assert "Tripoli" in someone.received[3]
    someone.sends("document")
    someone.sends("sticker")
    someone.waits_for(7)
    assert len(stored(channels, Media)) >= before + 3
    someone.reacts(on=someone.messages[0])
    someone.sends_poll()
    group = telegram.group(-100130)
    group.adds_bot(someone)
    group.writes(someone, "hello everybody")
    telegram.channel(-100131).posts("news")
    telegram.wait_until_idle()
    wait_until(lambda: not group.has_bot, what="leaving the group")
    assert group.received != []
    assert all(delivery.status == 200 for delivery in telegram.sender.deliveries)


def test_an_edited_message_is_corrected_and_not_answered_again(channels: Channels) -> None:
    someone = channels.telegram.person(140, language_code="en")
    someone.writes("helo")
    someone.waits_for(1)
    someone.edits("hello there, corrected")
    channels.telegram.wait_until_idle()
    wait_until(lambda: any(m.text == "hello there, corrected" and m.edited_at for m in stored(channels, Message)))
    assert len(someone.received) == 1


def test_who_blocks_the_bot_gets_nothing_until_they_come_back(channels: Channels) -> None:
    someone = channels.telegram.person(150, language_code="en")
    someone.writes(COST)
    someone.waits_for(1)
    someone.blocks()
    someone.unblocks()
    someone.writes(COST)
    someone.waits_for(2)


def test_erase_deletes_the_recent_messages_from_the_phone(channels: Channels) -> None:
    someone = channels.telegram.person(160, language_code="en")
    someone.writes("I am afraid they will kill me")
    someone.waits_for(2)
    someone.writes("erase")

    def left() -> list[str]:
        return [message.text for message in someone.messages if not message.is_deleted]

    # While they go one by one, another one may be the last for a moment.
    wait_until(lambda: len(left()) == 1 and "delete" in left()[0], what="erasing")
    assert "return" not in left()[0]


@pytest.mark.parametrize("word", ["STOP", "توقف", "arrêt"])
def test_stop_is_obeyed_on_telegram(channels: Channels, word: str) -> None:
    someone = channels.telegram.person(170 + len(word), language_code="en")
    someone.writes(word)
    someone.waits_for(1)
    assert someone.received[0]


def test_telegrams_faults_delay_a_reply_and_never_double_it(channels: Channels) -> None:
    someone = channels.telegram.person(180, language_code="en")
    channels.telegram.faults.next(server_error(502), too_many(1), to=180)
    someone.writes(COST)
    someone.waits_for(1, seconds=40)
    channels.telegram.wait_until_idle()
    assert len(someone.received) == 1


def test_what_may_have_arrived_on_telegram_is_not_repeated_but_shown_as_unknown(channels: Channels) -> None:
    someone = channels.telegram.person(181, language_code="en")
    channels.telegram.faults.next(closed(is_taken=True), to=181)
    someone.writes("what is the return programme")
    wait_until(lambda: any(m.state == "unknown" for m in stored(channels, Message)), what="the state unknown")
    someone.writes(COST)
    someone.waits_for(2)
    assert len(someone.received) == 2


# Twilio


def test_a_question_by_sms_is_answered_once_in_one_short_form(channels: Channels) -> None:
    phone = channels.twilio.phone("+218910000001")
    phone.texts(COST, repeat=3)
    phone.waits_for(1)
    channels.twilio.wait_until_idle()
    assert len(phone.received_sms) == 1
    wait_until(lambda: message_to(channels, phone.received_sms[0]).state == "delivered", what="the delivery report")
    message = message_to(channels, phone.received_sms[0])
    assert message.sms_parts is not None
    assert Decimal(message.price) == Decimal("0.085") * message.sms_parts
    phone.texts("1")
    phone.waits_for(2)


def test_whatsapp_shows_numbers_without_templates_and_takes_them(channels: Channels) -> None:
    phone = channels.twilio.phone("+218910000002")
    phone.whatsapps("Combien coûte le retour ?")
    phone.waits_for(1)
    assert "\n1 Oui" in phone.received_whatsapps[0]
    phone.whatsapps("١")
    phone.waits_for(2)
    phone.sends_voice_note()
    phone.waits_for(3)
    phone.sends_location(27.04, 14.43)
    phone.waits_for(4)
    assert "Sabha" in phone.received_whatsapps[3] or "Sebha" in phone.received_whatsapps[3]


@pytest.mark.parametrize("fault", [server_error(503, is_taken=True), closed(is_taken=True), closed(), too_many(1)])
def test_twilios_faults_never_lose_nor_double_a_reply(channels: Channels, fault: object) -> None:
    phone = channels.twilio.phone(f"+21891000{id(fault) % 9000 + 1000}")
    channels.twilio.faults.next(fault, to=phone.number)
    phone.texts(COST)
    phone.waits_for(1, seconds=40)
    phone.texts("thank you")
    phone.waits_for(2, seconds=40)
    assert len(phone.received_sms) == 2


@pytest.mark.parametrize("word", ["STOP", "ARRET", "توقف", "Cancel"])
def test_after_stop_nothing_more_goes_out_by_sms(channels: Channels, word: str) -> None:
    phone = channels.twilio.phone(f"+2189200000{len(word)}1")
    phone.texts(word)
    wait_until(lambda: any(m.text == word and m.state == "handled" for m in stored(channels, Message)))
    assert phone.received_sms == []


def test_outside_the_window_only_the_template_goes_and_the_reply_follows_when_they_answer(channels: Channels) -> None:
    phone = channels.twilio.phone("+218910000005")
    phone.statuses = StatusPlan(ends="failed", code=63016)
    phone.whatsapps(COST)
    wait_until(lambda: any(m.template == "reply_ready_en" and m.provider_id for m in stored(channels, Message)))
    phone.statuses = None
    assert not any("pay us nothing" in text for text in phone.received_whatsapps)
    phone.whatsapps("OPEN")
    wait_until(lambda: any("pay us nothing" in text for text in phone.received_whatsapps), what="the reply that waited")
    channels.twilio.wait_until_idle()
    assert sum(m.template is not None for m in stored(channels, Message)) == 1


def test_an_unreachable_number_is_told_in_words(channels: Channels) -> None:
    phone = channels.twilio.phone("+218910000006")
    phone.statuses = StatusPlan(ends="undelivered", code=30006)
    phone.texts(COST)
    wait_until(lambda: any(m.state == "undelivered" and m.failure == "bad_number" for m in stored(channels, Message)))


def test_the_operators_commands_find_everything_in_order(channels: Channels) -> None:
    told = run(channels.hotline, "doctor")
    assert "✓ Telegram" in told.stdout
    assert f"{PUBLIC_URL}" not in told.stderr
