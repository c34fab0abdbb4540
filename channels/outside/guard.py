"""Whether an address outside may be asked at all: a URL that a stranger wrote must not lead into the network that this server stands in."""

import ipaddress
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit


class Forbidden(Exception):
    """Nobody is asked there; what it says is for the log and for whoever reads why something is missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a URL leads: what to look up, and the port."""

    scheme: str
    host: str
    port: int


def place(url: str, *, https_only: bool, inside: Collection[str] = ()) -> Place:
    """Read a URL. `Forbidden` for another scheme, for one with a user in it, and for what is no URL. Hosts `inside` may be asked without TLS."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as problem:
        raise Forbidden("this is no address") from problem
    schemes = {"https"} if https_only and host not in inside else {"http", "https"}
    if parts.scheme not in schemes or not host or parts.username is not None or not url.isascii():
        raise Forbidden(f"only {' and '.join(sorted(schemes))} addresses are asked")
    return Place(scheme=parts.scheme, host=host, port=port or (443 if parts.scheme == "https" else 80))


def choose(addresses: Sequence[str], host: str, inside: Collection[str] = ()) -> str:
    """Of what a name resolves to, the address that is asked: all of them must be public ones, so that no second answer leads inwards."""
    if not addresses:
        raise Forbidden(f"{host} has no address")
    if host not in inside:
        for each in addresses:
            if not is_public(each):
                raise Forbidden(f"{host} leads into a network that is not public")
    return addresses[0]


def is_public(address: str) -> bool:
    """Loopback, private, link-local (where clouds keep their secrets), multicast and reserved ones are not; nor is IPv4 in IPv6's clothes."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if found in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
    return found.is_global and not found.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052
