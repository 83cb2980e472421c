"""The Telegram stand-in: the Bot API on one side, people who write to the bot on the other."""

from __future__ import annotations

import json
import time
from collections import defaultdict, deque
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiohttp import web

from tests.standins.schemas import TELEGRAM, read_description
from tests.standins.server import StandIn
from tests.standins.telegram_chats import Chats, Files, Refusal
from tests.standins.telegram_groups import Channel, Group
from tests.standins.telegram_methods import SENDING, TelegramMethods
from tests.standins.telegram_people import Person
from tests.standins.telegram_updates import Updates

TOKEN = "777000111:AAE-test-token-of-the-stand-in-0123"
NOTHING = {"type": "object", "properties": {}, "additionalProperties": False}
# The subset in the API description lacks it.
_LEAVE_CHAT = {
    **NOTHING,
    "properties": {"chat_id": {"anyOf": [{"type": "integer"}, {"type": "string"}]}},
    "required": ["chat_id"],
}


class TelegramStandIn(StandIn):
    """Telegram with one bot.

    Args:
        token: the bot's.
        seed: for all that is random.
        rate_per_second: messages that may be sent in a second; None for any number.
        chat_rate_per_second: the same inside one chat; None, because Telegram allows short bursts there.
        allows_http: take webhooks without TLS and on any port.
    """

    provider = "telegram"
    sending = frozenset({"sendMessage"})

    def __init__(
        self,
        token: str = TOKEN,
        *,
        seed: int = 0,
        rate_per_second: int | None = 30,
        chat_rate_per_second: int | None = None,
        allows_http: bool = False,
    ) -> None:
        super().__init__(seed=seed)
        self.token = token
        self.rate_per_second = rate_per_second
        self.chat_rate_per_second = chat_rate_per_second
        self.allows_http = allows_http
        self.bot = {"id": int(token.split(":")[0]), "is_bot": True, "first_name": "Hotline", "username": "hotline_test_bot"}
        self.chats, self.files = Chats(), Files()
        self.updates = Updates(self)
        self.presses: dict[str, datetime] = {}
        self.press_answers: dict[str, str] = {}
        self.refused_logins = 0
        self._people: dict[int, Person] = {}
        self._methods = TelegramMethods(self)
        self._sent: dict[int | str | None, deque[float]] = defaultdict(deque)
        self._description = read_description(TELEGRAM)

    # The people's side.

    def person(
        self, chat_id: int, *, language_code: str | None = None, first_name: str = "Amina", is_known: bool = False
    ) -> Person:
        """Return a person, the same for the same id.

        Args:
            chat_id: of the private chat, which is the person's id.
            language_code: of the app; left out of updates when None.
            first_name: as Telegram shows it.
            is_known: the person has written to the bot before. A bot cannot write first.
        """
        with self.lock:
            if chat_id not in self._people:
                self._people[chat_id] = Person(self, chat_id, first_name=first_name, language_code=language_code)
            person = self._people[chat_id]
            person.chat.is_known = person.chat.is_known or is_known
            return person

    def group(self, chat_id: int, title: str = "Neighbours") -> Group:
        """Return a group; its id is negative."""
        return Group(self, chat_id, title)

    def channel(self, chat_id: int, title: str = "News") -> Channel:
        """Return a channel; its id is negative."""
        return Channel(self, chat_id, title)

    @property
    def unanswered_presses(self) -> list[str]:
        """Ids of presses whose button still spins."""
        return [press for press in list(self.presses) if press not in self.press_answers]

    # The API.

    def routes(self) -> list[web.RouteDef]:
        """The Bot API and its files."""
        return [
            web.get("/file/bot{token}/{path:.+}", self._download),
            web.route("*", "/bot{token}/{method}", self._call),
        ]

    def error(self, status: int, reason: str, *, code: int | None = None, seconds: float | None = None) -> web.Response:
        """An error of the Bot API."""
        body: dict[str, Any] = {"ok": False, "error_code": status, "description": reason}
        if seconds is not None:
            body |= {
                "description": f"Too Many Requests: retry after {max(1, round(seconds))}",
                "parameters": {"retry_after": max(1, round(seconds))},
            }
        return web.json_response(body, status=status)

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        schema = self._schema(method)
        if request.match_info["token"] != self.token:
            self.refused_logins += 1
            return self.error(401, "Unauthorized")
        if schema is None:
            self.violate(method, "no such method")
            return self.error(404, "Not Found")
        try:
            fields = await self._fields(request, schema)
        except ValueError as error:
            self.violate(method, str(error))
            return self.error(400, f"Bad Request: {error}")
        problem = self._description.problem(schema, fields)
        if problem:
            self.violate(method, problem)
            return self.error(400, f"Bad Request: {problem}")

        async def process() -> web.StreamResponse:
            return await self._process(method, fields)

        return await self.answer(request, method, recipient=fields.get("chat_id", ""), fields=fields, process=process)

    def _schema(self, method: str) -> dict[str, Any] | None:
        if method == "leaveChat":
            return _LEAVE_CHAT
        path = f"/bot{{token}}/{method}"
        if path not in self._description.paths:
            return None
        return self._description.body(path, "post", kind="application/json") or NOTHING

    async def _fields(self, request: web.Request, schema: Mapping[str, Any]) -> dict[str, Any]:
        texts: dict[str, list[str]] = {name: request.query.getall(name) for name in request.query}
        given: dict[str, Any] = {}
        if request.content_type == "application/json" and request.can_read_body:
            given = json.loads(await request.text())
            if not isinstance(given, dict):
                raise ValueError("the body is no JSON object")
        else:
            form = await request.post()
            # An uploaded file stands in the description as a text.
            texts |= {n: [v if isinstance(v, str) else "attach://file" for v in form.getall(n)] for n in form}
        return {**self._description.typed(dict(schema), texts, repeats=False), **given}

    async def _process(self, method: str, fields: Mapping[str, Any]) -> web.StreamResponse:
        wait = self._too_fast(fields["chat_id"]) if method in SENDING else None
        if wait is not None:
            return self.error(429, "Too Many Requests", seconds=wait)
        try:
            result = await self._methods.run(method, fields)
        except Refusal as refusal:
            if refusal.is_violation:
                self.violate(method, refusal.description)
            return self.error(refusal.status, refusal.description)
        return web.json_response({"ok": True, "result": result})

    def _too_fast(self, chat_id: int | str) -> float | None:
        now = time.monotonic()
        for key, rate in ((None, self.rate_per_second), (chat_id, self.chat_rate_per_second)):
            times = self._sent[key]
            while times and now - times[0] >= 1:
                times.popleft()
            if rate is not None and len(times) >= rate:
                return 1.0
        for key in (None, chat_id):
            self._sent[key].append(now)
        return None

    async def _download(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self.token:
            self.refused_logins += 1
            return self.error(401, "Unauthorized")
        path = request.match_info["path"]

        async def process() -> web.StreamResponse:
            stored = self.files.by_path.get(path)
            if stored is None:
                return self.error(404, "Not Found")
            # Telegram gives no reliable type.
            return web.Response(body=stored.data, content_type="application/octet-stream")

        return await self.answer(request, "download", recipient=path, fields={}, process=process)
