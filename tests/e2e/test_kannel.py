"""The SMS gateway's adapter against Kannel itself, set up as the operator's page says, with a fake network behind it."""

from __future__ import annotations

import io
import os
import threading

import pytest
from dotenv import dotenv_values
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from bot.channels.edge import Refused
from bot.channels.gateway.account import examine
from bot.channels.gateway.client import GatewayClient
from bot.channels.gateway.webhook import pages
from bot.domain.contacts import Channel, Provider
from bot.domain.conversations import Direction
from bot.domain.deliveries import OutboundState
from bot.domain.errors import ChannelDown, Rejected, TryLater
from bot.provider_settings import gateway_settings
from bot.services.ports import Outgoing
from bot.wiring import new_id, now
from tests.builders import make_address, make_message
from tests.e2e.kannel_box import PHONE, SHORT_CODE, KannelBox, Phone, block_of_page, free_ports, is_installed, wait_for

ENGLISH = "I need help  in Zuwara"
ARABIC = "مرحبا، أحتاج مساعدة\nفي زوارة؟ (100% & +1) 👋"


class _Receiver:
    """Writes down what it is given; fails as often as a test wants."""

    def __init__(self):
        self.messages, self.reports, self.refused, self.failures = [], [], [], 0

    def message(self, incoming):
        self.messages.append(incoming)
        if self.failures:
            self.failures -= 1
            raise RuntimeError("the database is away")
        return True

    def report(self, report):
        self.reports.append(report)
        return True


class _Quiet(WSGIRequestHandler):
    def log(self, *_args):
        """Say nothing."""


@pytest.fixture(scope="module")
def hotline():
    """A served hotline: the gateway's pages over a receiver that only writes down, and its port."""
    receiver, app = _Receiver(), Flask("hotline")
    port = free_ports(1)[0]
    app.register_blueprint(pages(_settings(port), receiver, clock=now))

    @app.errorhandler(Refused)
    def refuse(refused):
        receiver.refused.append(refused.code)
        return "", refused.status

    app.register_error_handler(RuntimeError, lambda _error: ("", 503))
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield receiver, port
    server.shutdown()
    thread.join(10)
    server.server_close()


@pytest.fixture(scope="module")
def kannel(hotline, tmp_path_factory):
    """A Kannel of our own."""
    if not is_installed():
        # On CI nothing is skipped.
        (pytest.fail if os.environ.get("CI") else pytest.skip)("Kannel is missing: apt-get install kannel kannel-extras")
    with KannelBox(tmp_path_factory.mktemp("kannel"), hotline[1]) as box:
        yield box


@pytest.fixture
def receiver(hotline):
    """What the hotline is given in this test."""
    found = hotline[0]
    found.__init__()
    return found


def _settings(hotline_port, *, send_port=13013, **changes):
    """The settings of the operator's page, on other ports."""
    environment = {**dotenv_values(stream=io.StringIO(block_of_page("env"))), **changes}
    environment["SMS_GATEWAY_URL"] = environment["SMS_GATEWAY_URL"].replace(":13013/", f":{send_port}/")
    public_url, problems = f"http://127.0.0.1:{hotline_port}", []
    settings = gateway_settings(environment, problems, public_url=public_url)
    assert problems == []
    return settings


async def _send(kannel, port, text, *, address=f"+{PHONE}", **changes):
    settings = _settings(port, send_port=kannel.send_port, **changes)
    client = GatewayClient(settings, public_url=f"http://127.0.0.1:{port}")
    message = make_message(Direction.OUTBOUND, id=new_id(), text=text)
    try:
        where = make_address(channel=Channel.SMS, provider=Provider.GATEWAY, address=address)
        return message, await client.send(Outgoing(message, where))
    finally:
        await client.close()


def _states(receiver, message):
    ids = (message.id, message.id)
    return {report.state for report in receiver.reports if (report.provider_id, report.message_id) == ids}


@pytest.mark.parametrize("text", [ENGLISH, ARABIC], ids=["English", "Arabic"])
def test_a_text_from_a_phone_reaches_the_hotline_as_it_was_written(kannel, receiver, text):
    with Phone(kannel, text) as phone:
        wait_for(lambda: receiver.messages)
        message = receiver.messages[0]
        assert (message.text, message.address, message.line) == (text, f"+{PHONE}", SHORT_CODE)
        assert message.message_ref == message.provider_id
        assert receiver.refused == []
        assert phone.received() == [], "our acknowledgement is not sent to the person"


def test_kannel_calls_again_with_the_same_id_until_the_message_is_stored(kannel, receiver):
    receiver.failures = 1
    with Phone(kannel, ENGLISH) as phone:
        wait_for(lambda: len(receiver.messages) == 2)
        assert len({message.provider_id for message in receiver.messages}) == 1
        assert phone.received() == [], "no error is sent to the person"


@pytest.mark.parametrize(
    "text",
    ["Go to the UNHCR office ~ it is free: [8:00-14:00] é €", ARABIC, "اذهب إلى مكتب المنظمة، فهو مجاني. " * 5],
    ids=["English", "Arabic", "Arabic in three parts"],
)
async def test_a_text_of_ours_reaches_the_phone_and_its_delivery_is_reported(kannel, receiver, hotline, text):
    with Phone(kannel) as phone:
        message, sent = await _send(kannel, hotline[1], text)
        # In any order, since Kannel calls with each report by itself.
        wait_for(lambda: _states(receiver, message) >= {OutboundState.SENT, OutboundState.DELIVERED})
        wait_for(lambda: "".join(part for _, _, part in phone.received()) == text)
        assert {(sender, number) for sender, number, _ in phone.received()} == {(SHORT_CODE, f"+{PHONE}")}
    assert sent.provider_id == message.id, "Kannel gives no id, so ours comes back"
    assert _states(receiver, message) == {OutboundState.SENT, OutboundState.DELIVERED}
    assert receiver.refused == []


async def test_what_kannel_refuses_is_told_apart(kannel, hotline):
    port = hotline[1]
    with pytest.raises(ChannelDown):
        await _send(kannel, port, ENGLISH, SMS_GATEWAY_PARAMETERS="username=daleel&password=wrong")
    with pytest.raises(Rejected):
        await _send(kannel, port, ENGLISH, address="+letters")
    [closed] = free_ports(1)
    with pytest.raises(TryLater):
        await _send(kannel, port, ENGLISH, SMS_GATEWAY_URL=f"http://127.0.0.1:{closed}/cgi-bin/sendsms")


def test_the_doctor_sees_kannel(kannel, hotline):
    settings = _settings(hotline[1], send_port=kannel.send_port)
    assert f"127.0.0.1:{kannel.send_port}" in examine(settings, "https://hotline.example")


async def test_kannels_own_log_holds_no_text_and_no_number(kannel, receiver, hotline):
    with Phone(kannel, ENGLISH) as phone:
        wait_for(lambda: receiver.messages)
        await _send(kannel, hotline[1], ARABIC)
        wait_for(phone.received)
    log = kannel.logs()
    assert log
    assert not any(personal in log for personal in (PHONE, "Zuwara", "زوارة"))
