"""DKIM (RFC 6376): whether a letter is as its domain signed it. Keys come from DNS, the arithmetic runs beside the loop."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import dkim
import dns.asyncresolver
import dns.exception

from channels.email.reading.parsed import Authentication

Resolve = Callable[[str], Awaitable[bytes | None]]
"""The TXT record of a name; None where there is none."""

_FIELD = re.compile(rb"^dkim-signature:((?:[^\r\n]|\r?\n[ \t]){1,8000})", re.IGNORECASE | re.MULTILINE)
_MOST_SIGNATURES = 5
_LARGEST_BYTES = 10_000_000
_TIME_LIMIT_S = 5.0
_DNS_LIMIT_S = 3.0


async def check(raw: bytes, resolve: Resolve) -> tuple[Authentication, ...]:
    """A result for each signature. Nothing where there is none, the letter is too large, or it takes too long: no result is not a bad one."""
    signed = _signed_by(raw)
    if not signed or len(raw) > _LARGEST_BYTES:
        return ()
    try:
        async with asyncio.timeout(_TIME_LIMIT_S):
            names = [f"{selector}._domainkey.{domain}." for domain, selector in signed]
            keys = dict(zip(names, await asyncio.gather(*map(resolve, names)), strict=True))
            return await asyncio.to_thread(verified, raw, keys)
    except TimeoutError:
        return ()


def verified(raw: bytes, keys: Mapping[str, bytes | None]) -> tuple[Authentication, ...]:
    """With the keys at hand; without a key there is no result."""
    found = []
    for number, (domain, selector) in enumerate(_signed_by(raw)):
        if keys.get(f"{selector}._domainkey.{domain}.") is not None:
            result = "pass" if _passes(raw, number, keys) else "fail"
            found.append(Authentication(authority="", method="dkim", result=result, domain=domain))
    return tuple(found)


def _passes(raw: bytes, number: int, keys: Mapping[str, bytes | None]) -> bool:
    def key(name: bytes, timeout: int = 0) -> bytes | None:
        return keys.get(name.decode("ascii", "replace").rstrip(".") + ".")

    try:
        return bool(dkim.DKIM(raw, timeout=0).verify(idx=number, dnsfunc=key))
    except (dkim.DKIMException, ValueError, LookupError, TypeError, ArithmeticError):
        return False  # what cannot be checked is not as it was signed


def _signed_by(raw: bytes) -> list[tuple[str, str]]:
    """(domain, selector) of each signature, in the order of the header."""
    head = re.split(rb"\r?\n\r?\n", raw[:600_000], maxsplit=1)[0]
    found = []
    for match in list(_FIELD.finditer(head))[:_MOST_SIGNATURES]:
        tags = dict(
            re.findall(r"(?:^|;)([a-z]+)=([^;]*)", re.sub(r"\s", "", match[1].decode("ascii", "replace")))
        )
        domain, selector = tags.get("d", "").lower(), tags.get("s", "")
        if re.fullmatch(r"[a-z0-9._-]{1,253}", domain) and re.fullmatch(r"[A-Za-z0-9._-]{1,253}", selector):
            found.append((domain, selector))
    return found


async def from_dns(name: str) -> bytes | None:
    """By the machine's own resolver."""
    try:
        answer: Any = await dns.asyncresolver.resolve(name, "TXT", lifetime=_DNS_LIMIT_S)
    except (dns.exception.DNSException, OSError):
        return None
    return next((b"".join(record.strings) for record in answer), None)
