"""Just enough SIP (RFC 3261) for a telephone of a scenario: messages as text, and the answers that a dialog asks for. Sans-I/O."""

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

CRLF = "\r\n"
REASONS: Mapping[int, str] = {
    100: "Trying",
    180: "Ringing",
    200: "OK",
    486: "Busy Here",
    487: "Request Terminated",
}
_TAG = re.compile(r";\s*tag=([^;>\s]+)")
_URI = re.compile(r"<([^>]+)>|(sips?:\S+)")
_PARAMETER = re.compile(r'(\w+)="?([^",]*)"?')


@dataclass(frozen=True, slots=True, kw_only=True)
class SipMessage:
    """A request or an answer, its headers in order."""

    start: str
    headers: tuple[tuple[str, str], ...]
    body: str = ""

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def __getitem__(self, name: str) -> str:
        return next(iter(self.all(name)), "")

    @property
    def status(self) -> int | None:
        """Of an answer; None for a request."""
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0 ") else None

    @property
    def method(self) -> str:
        """Of the request, or of the request that is answered."""
        return self.start.split()[0] if self.status is None else self["CSeq"].split()[-1]

    @property
    def call(self) -> str:
        return self["Call-ID"]

    @property
    def media(self) -> tuple[str, int] | None:
        """Where the other side wants to hear us."""
        address, port = (
            re.search(r"^c=IN IP4 (\S+)", self.body, re.MULTILINE),
            re.search(r"^m=audio (\d+)", self.body, re.MULTILINE),
        )
        return (address[1], int(port[1])) if address and port else None

    def encode(self) -> bytes:
        lines = [self.start, *(f"{name}: {value}" for name, value in self.headers)]
        body = self.body.encode()
        return CRLF.join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


def parse(data: bytes) -> SipMessage:
    head, _, body = data.decode(errors="replace").partition(CRLF * 2)
    start, *lines = head.split(CRLF)
    headers = [(name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    return SipMessage(
        start=start, headers=tuple(one for one in headers if one[0] != "Content-Length"), body=body
    )


def tag_in(header: str) -> str:
    found = _TAG.search(header)
    return found[1] if found else ""


def uri_in(header: str) -> str:
    found = _URI.search(header)
    return (found[1] or found[2]) if found else ""


def token() -> str:
    return secrets.token_hex(6)


def answer(request: SipMessage, status: int, *, tag: str, contact: str = "", sdp: str = "") -> SipMessage:
    """The answer to a request, with this tag as ours."""
    to = request["To"] if tag_in(request["To"]) else f"{request['To']};tag={tag}"
    headers: list[tuple[str, str]] = [("Via", via) for via in request.all("Via")]
    headers += [("Record-Route", route) for route in request.all("Record-Route")]
    headers += [("From", request["From"]), ("To", to), ("Call-ID", request.call), ("CSeq", request["CSeq"])]
    headers += [("Contact", contact)] if contact else []
    headers += [("Content-Type", "application/sdp")] if sdp else []
    start = f"SIP/2.0 {status} {REASONS.get(status, 'Refused')}"
    return SipMessage(start=start, headers=tuple(headers), body=sdp)


def sdp_for(port: int) -> str:
    """PCMU and keys, on this port."""
    lines = ("v=0", f"o=- {port} 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0")
    media = (f"m=audio {port} RTP/AVP 0 101", "a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000")
    return CRLF.join([*lines, *media, "a=fmtp:101 0-15", ""])


def credentials(challenges: Iterable[str], *, method: str, uri: str, user: str, password: str) -> str:
    """The Authorization header that answers the MD5 one of these challenges (RFC 2617)."""
    asked = next(
        parts
        for parts in (dict(_PARAMETER.findall(challenge)) for challenge in challenges)
        if parts.get("algorithm", "MD5").upper() == "MD5"
    )
    said = {"realm": asked["realm"], "nonce": asked["nonce"], "cnonce": token(), "nc": "00000001"}
    ours = _md5(f"{user}:{said['realm']}:{password}")
    response = _md5(f"{ours}:{said['nonce']}:{said['nc']}:{said['cnonce']}:auth:{_md5(f'{method}:{uri}')}")
    opaque = f', opaque="{asked["opaque"]}"' if "opaque" in asked else ""
    return (
        f'Digest username="{user}", realm="{said["realm"]}", nonce="{said["nonce"]}", uri="{uri}", '
        f'response="{response}", algorithm=MD5, qop=auth, nc={said["nc"]}, cnonce="{said["cnonce"]}"{opaque}'
    )


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
