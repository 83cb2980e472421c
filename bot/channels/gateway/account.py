"""What ``daleel doctor`` can say of a gateway without sending anything."""

from __future__ import annotations

import ipaddress

import httpx

from bot.domain.errors import ConfigurationError
from bot.provider_settings import GatewaySettings

_SECONDS = 5.0


def examine(settings: GatewaySettings, public_url: str | None, *, transport: httpx.BaseTransport | None = None) -> str:
    """Return one line that says what is right. The account itself only shows itself with the first message.

    Raises:
        ConfigurationError: If the gateway could not reach us, or does not answer, or texts would go unprotected.
    """
    if not public_url:
        raise ConfigurationError("public_url", "PUBLIC_URL is missing: the gateway must reach this hotline")
    url = httpx.URL(settings.send_url)
    name = f"{url.host}:{url.port or (443 if url.scheme == 'https' else 80)}"
    if url.scheme == "http" and not _is_near(url.host):
        raise ConfigurationError(
            "gateway_unprotected",
            f"SMS_GATEWAY_URL sends texts and numbers in clear to {name}: use https://, or a private line to the gateway",
        )
    try:
        # HEAD of the front page, which sends no message whatever the gateway does with it; any answer is one.
        with httpx.Client(transport=transport, timeout=_SECONDS) as client:
            client.head(url.copy_with(raw_path=b"/"))
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
        raise ConfigurationError(
            "gateway_away", f"SMS_GATEWAY_URL: nothing answers at {name}; check the address, the firewall and the certificate"
        ) from error
    except httpx.HTTPError:
        return f"{name} takes connections"
    return f"{name} answers"


def _is_near(host: str) -> bool:
    """Say whether a host is this machine or on a private network, by its address or a name without dots."""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".internal", ".local", ".lan"))
