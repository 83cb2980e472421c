"""Encryption at rest and keyed hashes, with keys that rotate.

``DALEEL_KEYS`` holds Fernet keys (32 random bytes, URL-safe base 64), the newest first: new text is
written with the first, old text is read with any.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.domain.errors import ConfigurationError


class Cipher:
    """Encrypts texts and hashes addresses.

    Args:
        keys: Fernet keys, newest first.
        hash_key: Key of the look-up hashes; it stays the same when the encryption keys rotate.

    Raises:
        ConfigurationError: If there is no key, or one is not a Fernet key.
    """

    def __init__(self, keys: tuple[str, ...], *, hash_key: str) -> None:
        if not keys:
            raise ConfigurationError("keys_missing", "DALEEL_KEYS is empty; make one with: daleel keys new")
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError as error:
            raise ConfigurationError(
                "keys_invalid", "DALEEL_KEYS holds something that is no key; make one with: daleel keys new"
            ) from error
        self._hash_key = hash_key.encode()

    def __repr__(self) -> str:
        return "<Cipher>"

    def encrypt(self, text: str) -> str:
        """Return the text encrypted with the newest key."""
        return self._fernet.encrypt(text.encode()).decode("ascii")

    def decrypt(self, token: str) -> str:
        """Return the clear text.

        Raises:
            ConfigurationError: If none of the keys fits.
        """
        try:
            return self._fernet.decrypt(token.encode("ascii")).decode()
        except InvalidToken as error:
            raise ConfigurationError(
                "keys_do_not_fit", "no key in DALEEL_KEYS opens the stored data; put the older key back"
            ) from error

    def hash(self, text: str) -> str:
        """Return a keyed hash (HMAC-SHA256, 43 characters) for look-ups of personal values."""
        digest = hmac.new(self._hash_key, text.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def new_key() -> str:
    """Return a fresh encryption key for ``DALEEL_KEYS``."""
    return Fernet.generate_key().decode("ascii")
