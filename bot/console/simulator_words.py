"""What the simulator's own controls say; the page hands it to the browser as data."""

from __future__ import annotations

from flask_babel import pgettext

from bot.console.words import channel_name
from bot.domain.contacts import Channel
from bot.domain.conversations import MessageKind


def words() -> dict[str, str]:
    """Return the words by id, in the language of the page. Braces are filled in by the browser."""
    return {
        "remove": pgettext("simulator", "Remove this phone"),
        "phone": pgettext("simulator", "{channel} phone {number}"),
        "empty": pgettext("simulator", "Write anything to begin: a greeting, a question, a number."),
        "typing": pgettext("simulator", "typing…"),
        "online": pgettext("simulator", "hotline"),
        "write": pgettext("simulator", "Message"),
        "send": pgettext("simulator", "Send"),
        "attach": pgettext("simulator", "Attach"),
        "retry": pgettext("simulator", "Not sent. Try again"),
        "sending": pgettext("simulator", "sending"),
        "sent": pgettext("simulator", "sent"),
        "read": pgettext("simulator", "read by the assistant"),
        "size": pgettext("simulator", "{encoding} · {units}/{room} characters · SMS parts: {parts}"),
        "offline": pgettext("simulator", "No connection to the hotline. Trying again…"),
        "reload": pgettext("simulator", "This page is too old. Load it again."),
        "choices": pgettext("simulator", "Choices"),
        "place_tripoli": pgettext("simulator", "Tripoli"),
        "place_sabha": pgettext("simulator", "Sabha"),
        "place_zuwara": pgettext("simulator", "Zuwara"),
        **{f"kind_{kind.value}": name for kind, name in _kinds().items()},
        **{f"channel_{channel.value}": channel_name(channel) for channel in Channel},
    }


def _kinds() -> dict[MessageKind, str]:
    return {
        MessageKind.PHOTO: pgettext("simulator", "Photo"),
        MessageKind.VOICE: pgettext("simulator", "Voice note"),
        MessageKind.STICKER: pgettext("simulator", "Sticker"),
        MessageKind.LOCATION: pgettext("simulator", "Location"),
        MessageKind.VIDEO: pgettext("simulator", "Video"),
        MessageKind.FILE: pgettext("simulator", "File"),
        MessageKind.CONTACT_CARD: pgettext("simulator", "Contact card"),
    }
