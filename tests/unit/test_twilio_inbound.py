"""What a Twilio webhook says becomes a message, whatever the person sent."""

from __future__ import annotations

import pytest

from bot.channels.twilio.inbound import read_message
from bot.domain.contacts import Channel, Provider
from bot.domain.conversations import MessageKind
from bot.domain.errors import InvalidInput
from tests.unit.twilio_steps import FILE, OUR_SMS, OUR_WHATSAPP, PERSON, SID, sms_fields, whatsapp_fields


def _file(content_type, **more):
    return {"NumMedia": "1", "MediaUrl0": FILE, "MediaContentType0": content_type, "Body": "", **more}


def test_an_sms_is_read():
    incoming = read_message(sms_fields())

    assert (incoming.provider, incoming.channel) == (Provider.TWILIO, Channel.SMS)
    assert (incoming.address, incoming.line) == (PERSON, OUR_SMS)
    assert (incoming.provider_id, incoming.message_ref) == (SID, SID)
    assert (incoming.kind, incoming.text, incoming.pressed) == (MessageKind.TEXT, "مرحبا", None)


def test_a_whatsapp_message_has_plain_numbers():
    incoming = read_message(whatsapp_fields())

    assert (incoming.channel, incoming.address, incoming.line) == (Channel.WHATSAPP, PERSON, OUR_WHATSAPP)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        (_file("image/jpeg"), MessageKind.PHOTO),
        (_file("IMAGE/JPEG; charset=binary"), MessageKind.PHOTO),
        (_file("audio/ogg; codecs=opus", MessageType="audio"), MessageKind.VOICE),
        (_file("video/mp4"), MessageKind.VIDEO),
        (_file("text/vcard", MessageType="contacts"), MessageKind.CONTACT_CARD),
        (_file("text/x-vcard"), MessageKind.CONTACT_CARD),
        (_file("application/pdf"), MessageKind.FILE),
        (_file(""), MessageKind.FILE),
        (_file("image/webp", MessageType="sticker"), MessageKind.STICKER),
        # The file is announced, but not where it is.
        ({"NumMedia": "1", "Body": ""}, MessageKind.FILE),
        # A poll, an order, whatever comes next year.
        ({"Body": "", "MessageType": "unsupported"}, MessageKind.FILE),
    ],
)
def test_the_first_file_gives_the_kind(changes, kind):
    assert read_message(whatsapp_fields(**changes)).kind is kind


def test_all_files_are_kept_with_the_caption():
    more = {"NumMedia": "2", "Body": "my paper", "MediaUrl1": FILE + "1", "MediaContentType1": "Application/PDF; x=y"}

    incoming = read_message(whatsapp_fields(**{**_file("image/png"), **more}))

    assert incoming.text == "my paper"
    assert [(m.content_type, m.size, m.reference) for m in incoming.media] == [
        ("image/png", None, FILE),
        ("application/pdf", None, FILE + "1"),
    ]


@pytest.mark.parametrize(
    "url",
    ["https://api.twilio.com.evil.example/x", "http://api.twilio.com/x", "https://evil.example/https://api.twilio.com/", "x"],
)
def test_a_file_elsewhere_than_at_twilio_is_not_remembered(url):
    incoming = read_message(whatsapp_fields(**_file("image/png", MediaUrl0=url)))

    assert (incoming.kind, incoming.media) == (MessageKind.PHOTO, ())


def test_a_location_becomes_coordinates():
    place = {"Latitude": "32.8872091", "Longitude": "13.1913383", "Body": "", "Label": "Tripoli", "MessageType": "location"}

    incoming = read_message(whatsapp_fields(**place))

    assert (incoming.kind, incoming.text) == (MessageKind.LOCATION, "32.88721,13.19134")


@pytest.mark.parametrize("latitude", ["", "nan", "inf", "91", "north", "1e999"])
def test_impossible_coordinates_are_ignored(latitude):
    incoming = read_message(whatsapp_fields(Latitude=latitude, Longitude="13", Body="here"))

    assert (incoming.kind, incoming.text) == (MessageKind.TEXT, "here")


@pytest.mark.parametrize(
    ("changes", "pressed", "text"),
    [
        ({"ButtonPayload": "helped_yes", "ButtonText": "Oui", "Body": "Oui"}, "helped_yes", "Oui"),
        ({"ButtonPayload": "helped_yes", "Body": "Oui"}, "helped_yes", "Oui"),
        ({"ListId": "talk_to_human", "ListTitle": "A person", "Body": "A person"}, "talk_to_human", "A person"),
        # Anybody can send anything as a payload.
        ({"ButtonPayload": "/restart{}", "ButtonText": "Oui", "Body": "Oui!"}, None, "Oui!"),
        ({"ButtonPayload": "x" * 65, "Body": "Oui"}, None, "Oui"),
        ({"ButtonPayload": "yes\n", "Body": "Oui"}, None, "Oui"),
        ({"ButtonPayload": "", "ListId": "", "Body": "Oui"}, None, "Oui"),
    ],
)
def test_a_pressed_choice_is_checked(changes, pressed, text):
    incoming = read_message(whatsapp_fields(MessageType="interactive", **changes))

    assert (incoming.kind, incoming.pressed, incoming.text) == (MessageKind.TEXT, pressed, text)


@pytest.mark.parametrize("fields", [whatsapp_fields(MessageType="reaction", Body="👍"), sms_fields(OptOutType="STOP", Body="")])
def test_what_is_no_message_is_not_stored(fields):
    assert read_message(fields) is None


def test_a_stop_with_words_is_a_message():
    assert read_message(sms_fields(OptOutType="STOP", Body="STOP")).text == "STOP"


def test_what_a_database_cannot_hold_is_replaced():
    assert read_message(sms_fields(Body="a\x00b\ud800c")).text == "a\ufffdb\ufffdc"


@pytest.mark.parametrize("sender", ["12345", "Libyana", "LTT Info", "whatsapp:LY.13491208655302741918", "+21891234567"])
def test_a_sender_that_is_no_full_number_is_stored_as_well(sender):
    assert read_message(sms_fields(From=sender)).address == sender.removeprefix("whatsapp:")


@pytest.mark.parametrize("sender", ["", "whatsapp:", "+0123", "+123456789012345678", "a\nb", "x" * 65, "+218 91", "a\x00"])
def test_a_sender_that_is_none_is_refused(sender):
    with pytest.raises(InvalidInput, match="sender_unreadable"):
        read_message(sms_fields(From=sender))
