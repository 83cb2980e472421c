"""A hotline that only takes webhooks, to see what the stand-ins post, and clients that call them."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl

import httpx
from aiohttp import web
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from tests.standins import StandIn

PUBLIC = "https://hotline.example"
PHONE = "+218910000001"
HTTP = httpx.Client(verify=False)


class Hotline(StandIn):
    """Takes webhooks and keeps them; answers with the statuses that a test lined up, then with 200."""

    provider = "hotline"

    def __init__(self):
        super().__init__()
        self.taken, self.statuses, self.slow, self.answer = [], [], 0.0, {}

    def routes(self):
        async def take(request):
            body = await request.text()
            if self.slow:
                await self.pause(self.slow)
            self.taken.append((request.path_qs, dict(request.headers), body))
            return web.Response(status=self.statuses.pop(0) if self.statuses else 200, **self.answer)

        return [web.route("*", "/{path:.*}", take)]

    def updates(self):
        return [json.loads(body) for _, _, body in self.taken]

    def forms(self):
        return [dict(parse_qsl(body, keep_blank_values=True)) for _, _, body in self.taken]


def call(telegram, method, **fields):
    """Call the Bot API without a library, so that wrong calls are possible."""
    return HTTP.post(f"{telegram.url}/bot{telegram.token}/{method}", json=fields).json()


def twilio_client(twilio):
    """Return Twilio's own client, whose host names are fixed inside."""

    class Rewriting(TwilioHttpClient):
        def request(self, method, url, *args, **kwargs):
            kwargs["timeout"] = 1
            for host in ("api", "content"):
                url = url.replace(f"https://{host}.twilio.com", twilio.url)
            return super().request(method, url, *args, **kwargs)

    return Client(twilio.account_sid, twilio.auth_token, http_client=Rewriting())
