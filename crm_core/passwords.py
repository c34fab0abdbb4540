"""Passwords as argon2id hashes (RFC 9106) with the parameters OWASP names for servers: 19 MiB, 2 passes, 1 lane.

Hashing costs some 30 ms of CPU, so it runs in two threads of its own: a burst of logins waits in line there and
never holds up a call.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError
from argon2.low_level import Type

_HASHER = PasswordHasher(
    time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID
)
_THREADS = ThreadPoolExecutor(2, thread_name_prefix="argon2")


async def hash_password(text: str) -> str:
    """A salted hash that names its own parameters."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, hash_now, text)


async def verify(text: str, password_hash: str | None) -> bool:
    """Whether the password fits. With None or "" (no such user, no password) it takes as long and is False, so that logins cannot be
    guessed by the time an answer takes."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _verify_now, text, password_hash)


def hash_now(text: str) -> str:
    """The same as `hash_password`, in this thread: for commands."""
    return _HASHER.hash(text)


def _verify_now(text: str, password_hash: str | None) -> bool:
    try:
        _HASHER.verify(password_hash or _nobody(), text)
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False
    return bool(password_hash)  # some sign in by other ways alone and have none


@cache
def _nobody() -> str:
    return _HASHER.hash("nobody has this password")
