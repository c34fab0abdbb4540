"""Secrets that the database must hold but nobody who reads it may know: AES-256-GCM under a key from the settings."""

import base64
import binascii
import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from config.errors import Unavailable

_NONCE_BYTES = 12  # NIST SP 800-38D, 8.2.2: drawn by lot, for far fewer than 2^32 secrets under one key
_CONTEXT = b"trunkline secrets v1\n"


class Seal:
    """Closes and opens under one key. What is sealed for one purpose and owner does not open for another."""

    def __init__(self, key: str) -> None:
        # the settings' key is long and random (`trunkline init`), so it needs no slow derivation
        self._cipher = AESGCM(hashlib.sha256(_CONTEXT + key.encode()).digest())

    def close(self, text: str, *, purpose: str) -> str:
        """Sealed, as text."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return base64.urlsafe_b64encode(
            nonce + self._cipher.encrypt(nonce, text.encode(), purpose.encode())
        ).decode()

    def open(self, sealed: str, *, purpose: str) -> str:
        """The text again; ValueError for anything that was not sealed so, or has been touched."""
        try:
            raw = base64.urlsafe_b64decode(sealed)
            return self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], purpose.encode()).decode()
        except (binascii.Error, InvalidTag, ValueError) as error:
            raise ValueError("not sealed under this key for this purpose") from error

    def open_own(self, sealed: str, *, purpose: str) -> str:
        """The same for what we sealed ourselves: that it does not open means that the key in the settings is another."""
        try:
            return self.open(sealed, purpose=purpose)
        except ValueError as error:
            raise Unavailable("settings", "[sign_in] secrets_key is not the one that sealed this") from error
