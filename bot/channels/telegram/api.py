"""How this hotline speaks to the Bot API: the bot of python-telegram-bot, and its own plain calls where that is too much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
from telegram.request import BaseRequest, HTTPXRequest

from bot.domain.errors import HotlineError
from bot.provider_settings import TelegramSettings

if TYPE_CHECKING:
    from telegram.ext import ExtBot

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
TIMEOUT = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
CONNECTIONS = 8


class ApiRefusal(HotlineError):
    """The Bot API said no to a plain call.

    Args:
        status: The HTTP status.
        description: Telegram's words; they hold no token.
        retry_after: Seconds that Telegram wants us to wait, or None.
    """

    def __init__(self, status: int, description: str, *, retry_after: float | None = None) -> None:
        super().__init__("telegram_refused", description)
        self.status = status
        self.retry_after = retry_after


def make_bot(settings: TelegramSettings, *, request: BaseRequest | None = None) -> ExtBot[int]:
    """Return a bot that keeps Telegram's rates; it connects at its first call.

    It is never initialised: that would only ask Telegram for the bot's name.
    """
    # Loaded here: it takes a second, and the door should open before.
    from telegram.ext import AIORateLimiter, ExtBot

    request = request or HTTPXRequest(
        connection_pool_size=CONNECTIONS,
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        write_timeout=CONNECT_SECONDS,
        pool_timeout=1.0,
    )
    return ExtBot(
        settings.token,
        base_url=f"{settings.api_url}/bot",
        base_file_url=f"{settings.api_url}/file/bot",
        request=request,
        get_updates_request=request,
        # It keeps to 30 messages a second. A 429 comes through at once: the outbox knows how to wait.
        rate_limiter=AIORateLimiter(max_retries=0),
    )


def method_url(settings: TelegramSettings, method: str) -> str:
    """Return the address of a method. It holds the token: never log it."""
    return f"{settings.api_url}/bot{settings.token}/{method}"


def result_of(answer: httpx.Response) -> Any:
    """Return what a plain call brought.

    Raises:
        ApiRefusal: If it brought an error, or nothing that can be read.
    """
    try:
        body = answer.json()
        if answer.status_code == httpx.codes.OK and body["ok"] is True:
            return body["result"]
        parameters = body.get("parameters") or {}
        wait = parameters.get("retry_after")
        raise ApiRefusal(answer.status_code, str(body.get("description", "")), retry_after=wait and float(wait))
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ApiRefusal(answer.status_code, "the answer is not the Bot API's") from error
