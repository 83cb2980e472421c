"""Encryption at rest and keyed hashes, with keys that rotate.

``DALEEL_KEYS`` holds Fernet keys (32 random bytes, URL-safe base 64), the newest first: new text is
written with the first, old text is read with any. Keys from a file are followed when the file changes, so that they rotate
while the hotline runs (docs/decisions/0014-personal-data.md).
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.domain.errors import ConfigurationError
from bot.storage.key_file import FileKeys, KeyWatch


class Cipher:
    """Encrypts texts and hashes addresses.

    Args:
        keys: Fernet keys, newest first; ``FileKeys`` are followed when their file changes.
        hash_key: Key of the look-up hashes; it stays the same when the encryption keys rotate.

    Raises:
        ConfigurationError: If there is no key, or one is not a Fernet key.
    """

    def __init__(self, keys: tuple[str, ...], *, hash_key: str) -> None:
        if not keys:
            raise ConfigurationError("keys_missing", "DALEEL_KEYS is empty; make one with: daleel keys new")
        self._use(tuple(keys))
        self._watch = KeyWatch(tuple(keys), keys.path) if isinstance(keys, FileKeys) else None
        self._hash_key = hash_key.encode()

    def __repr__(self) -> str:
        return "<Cipher>"

    def encrypt(self, text: str) -> str:
        """Return the text encrypted with the newest key."""
        self._follow()
        return self._fernet.encrypt(text.encode()).decode("ascii")

    def decrypt(self, token: str) -> str:
        """Return the clear text.

        Raises:
            ConfigurationError: If none of the keys fits.
        """
        try:
            return self._open(token)
        except InvalidToken as error:
            raise ConfigurationError(
                "keys_do_not_fit", "no key in DALEEL_KEYS opens the stored data; put the older key back"
            ) from error

    def is_current(self, token: str) -> bool:
        """Say whether a token was written with the newest key."""
        self._follow()
        try:
            self._newest.decrypt(token.encode("ascii"))
        except InvalidToken:
            return False
        return True

    def renew(self, token: str) -> str:
        """Return the same text encrypted with the newest key.

        Raises:
            ConfigurationError: If none of the keys fits.
        """
        return self.encrypt(self.decrypt(token))

    def _open(self, token: str) -> str:
        try:
            return self._fernet.decrypt(token.encode("ascii")).decode()
        except InvalidToken:
            # Another process may have written it with a key that came a moment ago.
            if not self._follow():
                raise
            return self._fernet.decrypt(token.encode("ascii")).decode()

    def _follow(self) -> bool:
        """Use the file's keys if they have changed; say whether they have."""
        newer = self._watch.newer_keys() if self._watch is not None else None
        if newer is None or newer == self._keys:
            return False
        try:
            self._use(newer)
        except ConfigurationError:
            # A slip of somebody who edited the file; what opened the data until now goes on doing so.
            return False
        return True

    def _use(self, keys: tuple[str, ...]) -> None:
        try:
            fernets = [Fernet(key) for key in keys]
        except ValueError as error:
            raise ConfigurationError(
                "keys_invalid", "DALEEL_KEYS holds something that is no key; make one with: daleel keys new"
            ) from error
        self._keys, self._newest, self._fernet = keys, fernets[0], MultiFernet(fernets)

    def hash(self, text: str) -> str:
        """Return a keyed hash (HMAC-SHA256, 43 characters) for look-ups of personal values."""
        digest = hmac.new(self._hash_key, text.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode("ascii").rstrip("=")


def new_key() -> str:
    """Return a fresh encryption key for ``DALEEL_KEYS``."""
    return Fernet.generate_key().decode("ascii")
