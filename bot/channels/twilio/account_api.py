"""Questions about the account, for an operator's commands: plain HTTP, one after the other."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import httpx

from bot.channels.twilio.addresses import api_address
from bot.channels.twilio.http_client import TIMEOUT
from bot.domain.errors import ConfigurationError
from bot.provider_settings import TwilioSettings


class AccountApi:
    """Twilio's REST API as an operator's command sees it: what fails is explained in one line.

    Args:
        transport: Of httpx; tests answer with it.
    """

    def __init__(self, settings: TwilioSettings, *, transport: httpx.BaseTransport | None = None) -> None:
        self._settings = settings
        auth = (settings.account_sid, settings.auth_tokens[0])
        self._session = httpx.Client(timeout=TIMEOUT, transport=transport, auth=auth)

    def __enter__(self) -> AccountApi:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._session.close()

    def get(self, url: str, **parameters: str) -> dict[str, Any] | None:
        """Return what stands at an address, or None if there is nothing.

        Raises:
            ConfigurationError: If Twilio does not answer, or refuses us.
        """
        answer = self._ask("GET", url, params=parameters or None)
        return None if answer.status_code == 404 else _content(answer)

    def post(self, url: str, body: dict[str, Any]) -> dict[str, Any]:
        """Make something and return it.

        Raises:
            ConfigurationError: If Twilio does not answer, or refuses it.
        """
        return _content(self._ask("POST", url, json=body))

    def _ask(self, method: str, url: str, **arguments: Any) -> httpx.Response:
        address = api_address(self._settings, url)
        try:
            answer = self._session.request(method, address, **arguments)
        except httpx.HTTPError as error:
            host = httpx.URL(address).host
            raise ConfigurationError("twilio_away", f"{host} does not answer ({type(error).__name__}); try again") from error
        if answer.status_code in (401, 403):
            raise ConfigurationError(
                "twilio_refused", "Twilio refuses the account: check TWILIO_ACCOUNT_SID and the first TWILIO_AUTH_TOKEN"
            )
        return answer


def _content(answer: httpx.Response) -> dict[str, Any]:
    """Return a JSON object, or explain why there is none."""
    try:
        content = answer.json()
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise ConfigurationError("twilio_unreadable", f"TWILIO_API_URL does not answer like Twilio (HTTP {answer.status_code})")
    if answer.is_error:
        detail = f"Twilio refuses with {content.get('code', answer.status_code)}: {content.get('message', 'no reason given')}"
        raise ConfigurationError("twilio_refused", detail)
    return content
