"""The parts that entry points are built from."""

from __future__ import annotations

import pytest

from bot.settings import load_settings
from bot.wiring import build

TWILIO = {
    "PUBLIC_URL": "https://hotline.example",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "the-auth-token",
    "TWILIO_WHATSAPP_FROM": "+15550001111",
}


@pytest.mark.parametrize(
    ("names", "languages"),
    [
        ("", []),
        ("quick_reply_3", []),
        ("reply_ready_fr", ["fr"]),
        ("reply_ready_fr,reply_ready_ar,reply_ready_en", ["ar", "fr", "en"]),
    ],
)
def test_the_person_is_asked_to_write_only_in_languages_with_an_approved_template(environment, names, languages):
    contents = ",".join(f"{name}=HX{'0' * 32}" for name in names.split(",") if name)
    parts = build(load_settings({**environment, **TWILIO, "TWILIO_CONTENT_SIDS": contents}))
    assert list(parts.window_templates) == languages
    assert len(set(parts.window_templates.values())) == len(languages)


def test_without_twilio_nobody_is_asked(environment):
    assert build(load_settings(environment)).window_templates == {}
