"""What an error of python-telegram-bot means for a message: which of the five errors of delivery it is."""

from __future__ import annotations

from datetime import timedelta

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.domain.errors import ChannelDown, DeliveryError, Rejected, TryLater, Uncertain, Unreachable

_NOBODY_THERE = ("chat not found", "user not found", "user is deactivated", "peer_id_invalid")
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
"""Errors before the first byte of a request left this machine."""


def delivery_error(error: TelegramError) -> DeliveryError:
    """Return the error of delivery that says what to do about an error of the library."""
    words = error.message.lower()
    if isinstance(error, RetryAfter):
        return TryLater("slow_down", after=_seconds(error.retry_after))
    if isinstance(error, Forbidden):
        return Unreachable("unreachable" if "deactivated" in words else "blocked")
    if isinstance(error, ChatMigrated):
        return Unreachable("unreachable")
    if isinstance(error, InvalidToken):
        # 401, and 404: all methods that are called exist, so it is the token that is wrong.
        return ChannelDown("account_refused")
    if isinstance(error, BadRequest):
        return _bad_request(words)
    if isinstance(error, Conflict):
        return TryLater("provider_away")
    if isinstance(error, NetworkError):
        return _network_error(error, words)
    # A success whose content cannot be read: the message is most likely out.
    return Uncertain("answer_lost")


def _bad_request(words: str) -> DeliveryError:
    if any(reason in words for reason in _NOBODY_THERE):
        return Unreachable("unreachable")
    if "too long" in words or "too_long" in words:
        return Rejected("too_long")
    return Rejected("content_refused")


def _network_error(error: NetworkError, words: str) -> DeliveryError:
    """Tell an answer with an error status, a request that never left, and an answer that never came.

    The library raises the same class for all three. Only for the last two an error of its transport is the cause.
    """
    cause = error.__cause__
    if cause is None or isinstance(cause, TelegramError):
        return TryLater("slow_down", after=30.0) if "too many requests" in words else TryLater("provider_away")
    if isinstance(cause, _NOT_SENT):
        return TryLater("provider_away")
    return Uncertain("answer_lost")


def _seconds(span: float | timedelta) -> float:
    # The library is on its way from numbers to time spans, and an environment variable decides which one it gives.
    return span.total_seconds() if isinstance(span, timedelta) else float(span)
