"""Delivery states and failure codes into words: what happened, and what a caseworker can do about it."""

from __future__ import annotations

from flask import Flask
from flask_babel import pgettext

from bot.console.words import remembered
from bot.domain.deliveries import OutboundState

_FOR_OPERATORS = ("account_refused", "sender_refused", "country_refused", "channel_off", "client_error")


def install(app: Flask) -> None:
    """Let templates use these words."""
    app.jinja_env.globals.update(delivery_state=delivery_state, what_happened=what_happened, what_to_do=what_to_do)


@remembered
def delivery_state(state: OutboundState) -> str:
    """Return where an outbound message stands."""
    return {
        OutboundState.QUEUED: pgettext("delivery", "Waits to be sent"),
        OutboundState.HELD: pgettext("delivery", "Waits for the person"),
        OutboundState.SENDING: pgettext("delivery", "Being sent"),
        OutboundState.UNKNOWN: pgettext("delivery", "Uncertain"),
        OutboundState.SENT: pgettext("delivery", "Sent"),
        OutboundState.DELIVERED: pgettext("delivery", "Delivered"),
        OutboundState.READ: pgettext("delivery", "Read"),
        OutboundState.UNDELIVERED: pgettext("delivery", "Did not arrive"),
        OutboundState.FAILED: pgettext("delivery", "Could not be sent"),
        OutboundState.WITHDRAWN: pgettext("delivery", "Taken back"),
    }[state]


@remembered
def what_happened(code: str | None) -> str:
    """Return why a message did not arrive, or why it waits; a code without words is an unknown reason."""
    reasons = _reasons()
    return reasons.get(code or "", reasons["unknown_reason"])


def what_to_do(state: OutboundState, code: str | None) -> str:
    """Return what a caseworker can do about a message in this state."""
    if code in _FOR_OPERATORS:
        return pgettext("delivery", "Tell whoever runs this hotline.")
    if state is OutboundState.UNKNOWN:
        return pgettext("delivery", "It may have arrived. Check before you write it again.")
    if state is OutboundState.QUEUED:
        return pgettext("delivery", "It is tried again by itself. There is nothing to do.")
    if state is OutboundState.HELD:
        return pgettext("delivery", "It is sent as soon as the person writes. If it is urgent, find another way.")
    steps = _steps()
    return steps.get(code or "", steps["unknown_reason"])


def _reasons() -> dict[str, str]:
    return {
        "opted_out": pgettext("delivery", "The person asked for no more messages."),
        "blocked": pgettext("delivery", "The person blocked this hotline."),
        "unreachable": pgettext("delivery", "This account or number no longer takes messages."),
        "bad_number": pgettext("delivery", "This number cannot get messages."),
        "not_on_whatsapp": pgettext("delivery", "This number is not on WhatsApp."),
        "phone_off": pgettext("delivery", "The phone was off or without a network for too long."),
        "network_fault": pgettext("delivery", "The phone network lost the message."),
        "window_shut": pgettext("delivery", "WhatsApp allows free messages for 24 hours only after the person last wrote."),
        "with_staff": pgettext("delivery", "A colleague began to write to the person, so the assistant kept silent."),
        "answer_withdrawn": pgettext("delivery", "The answer was withdrawn before it went out."),
        "filtered": pgettext("delivery", "The phone network took the message for spam."),
        "content_refused": pgettext("delivery", "The provider refused what the message says."),
        "too_long": pgettext("delivery", "The message was too long."),
        "expired": pgettext("delivery", "The message could not be sent in time."),
        "slow_down": pgettext("delivery", "Too many messages were sent at once."),
        "provider_away": pgettext("delivery", "The provider did not answer."),
        "answer_lost": pgettext("delivery", "The connection broke while the message was handed over."),
        "worker_died": pgettext("delivery", "The hotline stopped while it was sending the message."),
        "account_refused": pgettext("delivery", "The provider refused the hotline's account."),
        "sender_refused": pgettext("delivery", "The provider refused the hotline's own number."),
        "country_refused": pgettext("delivery", "The hotline's account may not send to this country."),
        "channel_off": pgettext("delivery", "This channel is switched off."),
        "client_error": pgettext("delivery", "The hotline made a mistake while it was sending the message."),
        "window_open": pgettext("delivery", "The person wrote first, so it was not needed any more."),
        "unknown_reason": pgettext("delivery", "The provider gave no reason that we know."),
    }


def _steps() -> dict[str, str]:
    write_later = pgettext("delivery", "Write again later. If it is urgent, call, but only if that is safe.")
    other_way = pgettext("delivery", "Look for another number or channel of this person.")
    check = pgettext("delivery", "It may have arrived. Check before you write it again.")
    return {
        "opted_out": pgettext("delivery", "Do not write again. Call only if that is safe."),
        "blocked": pgettext("delivery", "Do not write again. Call only if that is safe."),
        "unreachable": other_way,
        "bad_number": other_way,
        "not_on_whatsapp": other_way,
        "phone_off": write_later,
        "network_fault": write_later,
        "with_staff": pgettext("delivery", "Nothing needs to be done."),
        "answer_withdrawn": pgettext("delivery", "Answer the person in your own words."),
        "window_shut": pgettext("delivery", "Wait until the person writes. If it is urgent, find another way."),
        "filtered": pgettext("delivery", "Do not send the same words again. Tell whoever runs this hotline."),
        "content_refused": pgettext("delivery", "Write it in other words."),
        "too_long": pgettext("delivery", "Write it again in a shorter form."),
        "expired": pgettext("delivery", "See whether it still matters. If so, write it again."),
        "slow_down": write_later,
        "provider_away": write_later,
        "answer_lost": check,
        "worker_died": check,
        "window_open": pgettext("delivery", "There is nothing to do."),
        "unknown_reason": pgettext("delivery", "Write again once. If it fails again, find another way."),
    }


def media_error(name: str) -> str:
    """Return why a file could not be opened, by the name of the error."""
    return {
        "gone": pgettext("media", "The provider no longer has this file. The person can send it again."),
        "refused": pgettext("media", "This file is too large, or of a type that is not opened here."),
        "later": pgettext("media", "The provider did not answer. Try again in a few minutes."),
        "off": pgettext("media", "The channel of this file is switched off. Tell whoever runs this hotline."),
    }[name]
