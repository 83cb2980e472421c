"""The page that Telegram calls with each update."""

from __future__ import annotations

import hmac
import json

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from bot.channels.edge import Receiver, Refused
from bot.channels.telegram.intake import Intake, Polite
from bot.provider_settings import TelegramSettings
from bot.services.ports import Clock

PATH = "/webhooks/telegram/webhook"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name


def pages(settings: TelegramSettings, receiver: Receiver, *, courtesies: Polite, clock: Clock) -> Blueprint:
    """Return the webhook."""
    blueprint = Blueprint("telegram", __name__)
    intake = Intake(settings, receiver, courtesies=courtesies)

    @blueprint.post(PATH)
    def take_update() -> ResponseReturnValue:
        _check_secret(settings.secret_token)
        intake.take(_body(), now=clock())
        # What was not understood is acknowledged too: Telegram would bring it again and again.
        return jsonify({})

    return blueprint


def _check_secret(secret: str) -> None:
    # Bytes, since compare_digest does not take text outside ASCII; and no secret at all lets nobody in.
    given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
    if not secret or not hmac.compare_digest(given, secret.encode()):
        raise Refused("secret_wrong", status=403)


def _body() -> object:
    try:
        return json.loads(request.get_data().decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Refused("update_unreadable", status=400) from error
