"""Settings of an imagined SMS gateway, for the tests."""

from __future__ import annotations

from bot.provider_settings import gateway_settings

SECRET = "Gateway-secret_0123456789"
PUBLIC_URL = "https://hotline.example"


def make_settings(**environment):
    """Read them as a process does; a test names only what it is about."""
    problems = []
    settings = gateway_settings(
        {
            "SMS_GATEWAY_URL": "https://gateway.example/send",
            "SMS_GATEWAY_SECRET": SECRET,
            "SMS_GATEWAY_PARAMETERS": "user=daleel&password=pass+word%26",
            "SMS_GATEWAY_FROM": "1234",
            **environment,
        },
        problems,
        public_url=PUBLIC_URL,
    )
    assert problems == []
    return settings
