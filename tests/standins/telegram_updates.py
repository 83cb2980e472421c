"""Updates on their way to the bot: by webhook in order per chat, or by ``getUpdates``; never both."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from tests.standins.retries import UntilTaken
from tests.standins.telegram_chats import Refusal
from tests.standins.webhooks import Options, Webhook

if TYPE_CHECKING:
    from tests.standins.telegram import TelegramStandIn

KINDS = frozenset({
    "message", "edited_message", "channel_post", "edited_channel_post", "callback_query", "my_chat_member", "chat_member",
    "chat_join_request", "message_reaction", "message_reaction_count", "poll", "poll_answer", "inline_query",
    "chosen_inline_result", "business_connection", "business_message", "edited_business_message",
    "deleted_business_messages", "shipping_query", "pre_checkout_query", "purchased_paid_media", "chat_boost",
    "removed_chat_boost",
})  # fmt: skip
# A bot that does not ask for these does not get them.
_ONLY_WHEN_ASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_PORTS = (None, 80, 88, 443, 8443)


@dataclass(frozen=True)
class WebhookSettings:
    """What ``setWebhook`` was told."""

    url: str
    secret_token: str | None
    max_connections: int
    ip_address: str | None = None
    has_custom_certificate: bool = False


class Updates:
    """The bot's updates that nobody has taken yet."""

    def __init__(self, standin: TelegramStandIn) -> None:
        self._standin = standin
        self._last_id = standin.random.randrange(10_000_000, 900_000_000)
        self._waiting: dict[int, tuple[dict[str, Any], int, Options]] = {}
        self._poll = 0
        self.webhook: WebhookSettings | None = None
        self.allowed: frozenset[str] = frozenset()
        self.made: list[dict[str, Any]] = []

    def add(self, kind: str, content: Mapping[str, Any], *, chat_id: int, options: Options) -> dict[str, Any]:
        """Make an update and let it go to the bot, if the bot wants that kind."""
        with self._standin.lock:
            self._last_id += 1
            update = {"update_id": self._last_id, kind: dict(content)}
            self.made.append(update)
            if kind in (self.allowed or KINDS - _ONLY_WHEN_ASKED):
                self._waiting[self._last_id] = (update, chat_id, options)
                self._post(self._last_id)
            return update

    @property
    def waiting_count(self) -> int:
        """How many updates nobody has taken."""
        return len(self._waiting)

    def set_webhook(self, fields: Mapping[str, Any]) -> None:
        """Deliver to this address from now on, what waits first.

        Raises:
            Refusal: Telegram would not take the address, the secret or the number.
        """
        url = fields["url"].strip()
        self._check(url, fields)
        with self._standin.lock:
            self._allow(fields)
            if fields.get("drop_pending_updates"):
                self._waiting.clear()
            self._standin.sender.drop()
            if not url:
                self.webhook = None
                return
            self.webhook = WebhookSettings(
                url, fields.get("secret_token"), fields.get("max_connections", 40), fields.get("ip_address"),
                "certificate" in fields,
            )  # fmt: skip
            self._standin.sender.limit(self.webhook.max_connections)
            for update_id in list(self._waiting):
                self._post(update_id)

    def info(self) -> dict[str, Any]:
        """Return the ``WebhookInfo`` of the Bot API."""
        hook = self.webhook
        info: dict[str, Any] = {
            "url": hook.url if hook else "",
            "has_custom_certificate": bool(hook and hook.has_custom_certificate),
            "pending_update_count": self.waiting_count,
        }
        if hook:
            info["max_connections"] = hook.max_connections
        if self.allowed:
            info["allowed_updates"] = sorted(self.allowed)
        last = self._standin.sender.last_attempt
        if hook and last and not last.is_taken:
            reason = f"Wrong response from the webhook: {last.status}" if last.status else "Connection failed"
            info |= {"last_error_date": int(self._standin.clock.now().timestamp()), "last_error_message": reason}
        return info

    async def fetch(self, fields: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Wait for updates; an offset confirms those before it.

        Raises:
            Refusal: a webhook is set, or another call took over.
        """
        if self.webhook:
            reason = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            raise Refusal(409, f"Conflict: {reason}")
        self._poll += 1
        mine = self._poll
        self._allow(fields)
        offset = fields.get("offset", 0)
        with self._standin.lock:
            first = sorted(self._waiting)[offset:][:1] if offset < 0 else [offset]
            for update_id in [u for u in self._waiting if first and u < first[0]]:
                del self._waiting[update_id]
        end = asyncio.get_running_loop().time() + fields.get("timeout", 0)
        while not self._waiting and asyncio.get_running_loop().time() < end:
            await self._standin.pause(0.02)
            if self._poll != mine:
                raise Refusal(409, "Conflict: terminated by other getUpdates request")
        limit = fields.get("limit", 100)
        return [self._waiting[update_id][0] for update_id in sorted(self._waiting)[:limit]]

    def _post(self, update_id: int) -> None:
        hook = self.webhook
        if hook is None:
            return
        update, chat_id, options = self._waiting[update_id]
        headers = {"Content-Type": "application/json"}
        if hook.secret_token:
            headers["X-Telegram-Bot-Api-Secret-Token"] = hook.secret_token
        body = json.dumps(update, ensure_ascii=False).encode()
        webhook = Webhook(str(update_id), self._standin.routed(hook.url), body, headers, UntilTaken())
        self._standin.sender.post(webhook, lane=chat_id, options=options, done=lambda _: self._waiting.pop(update_id, None))

    def _allow(self, fields: Mapping[str, Any]) -> None:
        # Left out means as before; an empty list means the usual kinds.
        if "allowed_updates" in fields:
            unknown = set(fields["allowed_updates"]) - KINDS
            if unknown:
                raise Refusal(400, f"Bad Request: unknown update kinds {sorted(unknown)}", is_violation=True)
            self.allowed = frozenset(fields["allowed_updates"])

    def _check(self, url: str, fields: Mapping[str, Any]) -> None:
        problem = None
        if url and not self._standin.allows_http:
            if urlsplit(url).scheme != "https":
                problem = "bad webhook: An HTTPS URL must be provided for webhook"
            elif urlsplit(url).port not in _PORTS:
                problem = "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", fields.get("secret_token") or "none"):
            problem = "secret token contains unallowed characters"
        if not 1 <= fields.get("max_connections", 40) <= 100:
            problem = "max_connections must be between 1 and 100"
        if problem:
            raise Refusal(400, f"Bad Request: {problem}", is_violation=True)
