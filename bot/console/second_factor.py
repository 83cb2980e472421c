"""The second factor: codes of an authenticator app, each good once, and recovery codes."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import qrcode
from flask import current_app, session
from flask_security import Totp, current_user
from passlib.totp import TotpMatch, UsedTokenError

from bot.console.outside import StaffMember, members, parts
from bot.services.login import RECOVERY_CODES, plain_code

ISSUER = "Daleel"
DRIFT_SECONDS = 30
"""How far a phone's clock may be off."""

_NEW_SECRET = "new_second_factor"  # noqa: S105 - the name of a value in the session


def settings(secret_key: str) -> Mapping[str, Any]:
    """Return what Flask-Security needs for codes; its own pages are not used."""
    derived = hmac.new(secret_key.encode(), b"second factor", hashlib.sha256).hexdigest()
    return {
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TOTP_SECRETS": {1: derived},
        "SECURITY_TOTP_ISSUER": ISSUER,
    }


@dataclass
class _SettingUp:
    """Stands for a staff member whose new app is tried: codes of the one before do not stand in its way."""

    tf_last_counter: int | None = None


class OneTimeTotp(Totp):
    """Codes that are taken once, even by two requests at the same moment."""

    def get_last_counter(self, user: StaffMember | _SettingUp) -> int | None:
        """Return the moment of the last code that was taken."""
        return user.tf_last_counter

    def set_last_counter(self, user: StaffMember | _SettingUp, tmatch: TotpMatch) -> None:
        """Take a code.

        Raises:
            UsedTokenError: If another request was faster.
        """
        if isinstance(user, _SettingUp):
            user.tf_last_counter = tmatch.counter
        elif not members().use_counter(user, tmatch.counter):
            raise UsedTokenError


def is_needed(member: StaffMember) -> bool:
    """Say whether somebody must set up a second factor before anything else."""
    return parts().settings.needs_second_factor and not member.has_second_factor


def is_offered() -> bool:
    """Say whether the one who is logged in should be reminded of it."""
    return bool(
        current_user.is_authenticated
        and not parts().settings.needs_second_factor
        and not current_user.has_second_factor
        and not session.get("no_second_factor_offer")
    )


def decline_offer() -> None:
    """Do not remind of it again in this session."""
    session["no_second_factor_offer"] = True


def is_code(member: StaffMember, code: str) -> bool:
    """Take a code of the app, once; say whether it is right."""
    return member.tf_totp_secret is not None and _check(member, code, member.tf_totp_secret)


def new_secret() -> str:
    """Return the secret that is being set up in this session; it is encrypted, as the cookie is only signed."""
    if _NEW_SECRET not in session:
        session[_NEW_SECRET] = _totp().generate_totp_secret()
    return session[_NEW_SECRET]


def is_code_of_new(member: StaffMember, code: str) -> bool:
    """Say whether a code is of the secret that is being set up; it is taken when the secret is kept."""
    trial = _SettingUp()
    if _NEW_SECRET not in session or not _check(trial, code, session[_NEW_SECRET]):
        return False
    member.tf_last_counter = trial.tf_last_counter
    return True


def forget_new_secret() -> None:
    """End the setting up."""
    session.pop(_NEW_SECRET, None)


def new_recovery_codes() -> list[str]:
    """Return fresh codes to be shown once."""
    return _totp().generate_recovery_codes(RECOVERY_CODES)


def groups(secret: str) -> list[str]:
    """Return a secret as people type it: in groups of four."""
    key = _totp().get_totp_b32_key(secret)
    return [key[start : start + 4] for start in range(0, len(key), 4)]


def app_address(member: StaffMember, secret: str) -> str:
    """Return the address that an authenticator app on the same phone opens."""
    return _totp().get_totp_uri(member.email, secret)


def drawing(address: str) -> tuple[int, str]:
    """Return a QR code as the side of its square and the path of an SVG, which needs no leave of the content policy."""
    code = qrcode.QRCode(border=4)
    code.add_data(address)
    rows = code.get_matrix()
    dark = ((x, y) for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
    return len(rows), "".join(f"M{x} {y}h1v1h-1z" for x, y in dark)


def _check(member: StaffMember | _SettingUp, code: str, secret: str) -> bool:
    return _totp().verify_totp(plain_code(code), secret, member, DRIFT_SECONDS)


def _totp() -> OneTimeTotp:
    return current_app.extensions["security"].totp_factory
