"""Two small answers that edges give to the console; they live in the leaf, because both sides of the layers name them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkStatus:
    """Is a peer reachable? `since` is when that last changed (seconds UTC), `reason` a code, empty when up."""

    up: bool
    since: float
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneCredential:
    """What a browser needs to register as a phone: `uri` is a SIP URI (RFC 3261, 19.1), `ws_url` where SIP is spoken
    over WebSocket (RFC 7118)."""

    uri: str
    user: str
    password: str
    ws_url: str
