"""The other roads for real: Telegram by polling, SMS by a gateway, WhatsApp with buttons of content templates."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.channels.telegram.files import TelegramFiles
from bot.channels.twilio.media import TwilioMedia
from bot.commands.train import train_with_progress
from bot.domain.conversations import Message, MessageKind
from bot.domain.media import Media
from bot.settings import home_of, read_environment
from tests.e2e.hotline import Hotline
from tests.e2e.providers import PUBLIC_URL, Roads, command, provider_settings, wait_until
from tests.standins import GatewayStandIn, Names, TelegramStandIn, TwilioStandIn

SECRET = "a-secret-of-the-gateway"
COST = "Do I have to pay for the flight home?"


@pytest.fixture(scope="module")
def roads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Roads]:
    model = train_with_progress(home_of(read_environment()))
    proof = Names(secret_in="header", secret_name="X-Gateway-Secret", secret=SECRET)
    with (
        TelegramStandIn(rate_per_second=None) as telegram,
        TwilioStandIn() as twilio,
        GatewayStandIn(inbound=proof, report=proof) as gateway,
    ):
        settings = {
            **provider_settings(telegram, twilio),
            "TELEGRAM_MODE": "polling",
            "TWILIO_SMS_FROM": "",
            "TWILIO_CONTENT_SIDS": "",
            "SMS_GATEWAY_URL": f"{gateway.url}/send",
            "SMS_GATEWAY_FROM": gateway.numbers[0],
            "SMS_GATEWAY_SECRET": SECRET,
        }
        # The operator makes the templates first, and puts the printed line into the settings
        made = command(settings, tmp_path_factory.mktemp("operator"), "whatsapp", "templates")
        line = next(line for line in made.stdout.splitlines() if line.startswith("TWILIO_CONTENT_SIDS="))
        settings["TWILIO_CONTENT_SIDS"] = line.partition("=")[2]
        hotline = Hotline(Path(tmp_path_factory.mktemp("home")), model, settings)
        try:
            path = "/webhooks/whatsapp/webhook"
            twilio.set_webhook(f"{PUBLIC_URL}{path}#rc=3&rp=all", f"{hotline.url}{path}", channel="whatsapp")
            gateway.set_webhooks(f"{hotline.url}/webhooks/sms/webhook", f"{hotline.url}/webhooks/sms/status")
            hotline.wait_ready()
            yield Roads(hotline, telegram, twilio, gateway)
        finally:
            hotline.stop()
        assert [*telegram.violations, *twilio.violations, *gateway.violations] == []


def stored(roads: Roads, kind: type) -> list:
    parts = roads.hotline.parts()
    with parts.unit_of_work() as uow:
        found = list(uow.session.execute(select(kind)).scalars())
    parts.engine.dispose()
    return found


def test_telegram_works_without_a_public_address(roads: Roads) -> None:
    amina = roads.telegram.person(501, language_code="ar")
    amina.writes("هل العودة مجانية؟")
    amina.waits_for(1, seconds=30)
    amina.presses("helped_yes")
    amina.waits_for(2, seconds=30)
    wait_until(lambda: roads.telegram.unanswered_presses == [])


def test_a_gateway_brings_and_takes_sms_and_reports_them(roads: Roads) -> None:
    phone = roads.gateway.phone("+218910000501")
    phone.texts(COST, repeat=2)
    phone.waits_for(1, seconds=30)
    phone.texts("كم يستغرق السفر؟")
    phone.waits_for(2, seconds=30)
    wait_until(lambda: {m.state for m in stored(roads, Message) if m.text in phone.received} == {"delivered"})
    assert len(phone.received) == 2


def test_whatsapp_shows_buttons_or_a_list_where_templates_are_configured(roads: Roads) -> None:
    phone = roads.twilio.phone("+218910000502")
    phone.whatsapps("I want to talk to a person")
    phone.waits_for(1, seconds=30)
    shown = phone.messages[0]
    assert shown.content_sid
    assert "\n1 " not in shown.text
    phone.whatsapps(COST)
    phone.waits_for(lambda texts: any("pay us nothing" in text for text in texts), seconds=30)
    question = next(m for m in phone.messages if "pay us nothing" in m.text)
    assert question.content_sid
    before = len(phone.messages)
    (phone.chooses if len(question.buttons) > 3 else phone.presses)("helped_yes")
    phone.waits_for(before + 1, seconds=30)
    assert any(m.pressed == "helped_yes" for m in stored(roads, Message))


def test_a_file_is_fetched_when_it_is_opened_and_gone_from_twilio_afterwards(roads: Roads) -> None:
    roads.telegram.person(503, language_code="en").sends_photo(data=b"\xff\xd8 a picture")
    roads.twilio.phone("+218910000503").sends_voice_note(b"OggS a voice")
    wait_until(lambda: len(stored(roads, Media)) == 2)
    kinds = {m.id: m.kind for m in stored(roads, Message)}
    media = {kinds[m.message_id]: m for m in stored(roads, Media)}
    settings = roads.hotline.parts().settings
    assert TelegramFiles(settings.telegram).fetch(media[MessageKind.PHOTO]).data == b"\xff\xd8 a picture"
    assert roads.twilio.storage_reads == 0
    assert TwilioMedia(settings.twilio).fetch(media[MessageKind.VOICE]).data == b"OggS a voice"
    assert [m.is_deleted for m in roads.twilio.storage.values()] == [True]


def test_doctor_finds_the_roads_in_order(roads: Roads) -> None:
    told = command(roads.hotline.environment, roads.hotline.home, "doctor").stdout
    assert "✓ Telegram" in told
    assert "✓ SMS gateway" in told
