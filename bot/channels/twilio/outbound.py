"""What is asked of Twilio for one message: plain text, buttons, a list, or an approved template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.channels.twilio.addresses import status_url, with_prefix
from bot.channels.twilio.statuses import MESSAGE_PARAMETER
from bot.channels.twilio.templates import ANY_LANGUAGE_LABEL, template_for, variables_for
from bot.domain.contacts import Channel, ChannelAddress
from bot.domain.errors import ChannelDown, Rejected
from bot.provider_settings import TwilioSettings
from bot.services.ports import Outgoing

SMS_VALIDITY_SECONDS = 4 * 60 * 60
"""How long Twilio may keep an SMS in its own queue. WhatsApp has the same limit of its own."""


def message_request(
    outgoing: Outgoing,
    settings: TwilioSettings,
    *,
    public_url: str,
    list_labels: Mapping[str, str],
    with_template: bool = True,
) -> dict[str, Any]:
    """Return the arguments for the library's ``messages.create``.

    Args:
        list_labels: What opens a list, by language.
        with_template: Whether choices may be buttons or a list; else they are numbered lines.

    Raises:
        Rejected: If the message wants an approved template that is not configured.
        ChannelDown: If there is no sender for its channel.
    """
    address, message = outgoing.address, outgoing.message
    request: dict[str, Any] = {
        "to": with_prefix(address.address, address.channel),
        "status_callback": f"{status_url(public_url, address.channel)}?{MESSAGE_PARAMETER}={message.id}",
        **_sender(address, settings),
    }
    if address.channel is Channel.SMS:
        return {**request, "body": message.text, "validity_period": SMS_VALIDITY_SECONDS}
    if message.template is not None:
        if message.template not in settings.contents:
            raise Rejected("content_refused")
        return {**request, "content_sid": settings.contents[message.template]}
    name = template_for(message.text, message.choices, settings.contents) if with_template else None
    if name is None:
        return {**request, "body": message.numbered_text}
    label = list_labels.get(outgoing.language or "") or ANY_LANGUAGE_LABEL
    variables = variables_for(name, message.text, message.choices, label=label)
    return {**request, "content_sid": settings.contents[name], "content_variables": variables}


def _sender(address: ChannelAddress, settings: TwilioSettings) -> dict[str, str]:
    """Return what the message leaves from.

    There is one number of ours on each channel, so that a reply uses the one that was written to. A messaging service
    keeps to the number of its pool that a person knows ("sticky sender").
    """
    if address.channel is Channel.WHATSAPP and settings.whatsapp_from:
        return {"from_": with_prefix(settings.whatsapp_from, Channel.WHATSAPP)}
    if address.channel is Channel.SMS and settings.messaging_service_sid:
        return {"messaging_service_sid": settings.messaging_service_sid}
    if address.channel is Channel.SMS and settings.sms_from:
        return {"from_": settings.sms_from}
    raise ChannelDown("channel_off")
