"""Where the demo centre lives and which ports it takes: a folder of its own, nothing outside it."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from trunkline.checks import Listener

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPorts:
    """Every port of the demo; chosen beside the usual ones, so that an Asterisk of yours is not in the way."""

    http: int = 8080
    ami: int = 5138
    asterisk_http: int = 8188
    sip: int = 5160
    fastagi: int = 4673
    smtp: int = 2525
    relay: int = 2526
    rtp_first: int = 16000
    rtp_last: int = 16999

    def listeners(self) -> tuple[Listener, ...]:
        """All TCP ports, each with the option that changes it."""
        named = {"--http-port": self.http, "--smtp-port": self.smtp, "--port-base": self.ami}
        rest = {
            "--port-base (Asterisk's HTTP)": self.asterisk_http,
            "--port-base (AGI)": self.fastagi,
            "--port-base (relay)": self.relay,
        }
        return tuple(
            Listener(setting=option, host=HOST, port=port) for option, port in (named | rest).items()
        )

    @classmethod
    def based_on(cls, base: int, http: int, smtp: int) -> "DemoPorts":
        """A consecutive block for all that no person types, for tests and second demos."""
        return cls(
            http=http,
            smtp=smtp,
            ami=base,
            asterisk_http=base + 1,
            sip=base + 2,
            fastagi=base + 3,
            relay=base + 4,
            rtp_first=base + 10,
            rtp_last=base + 209,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFolder:
    """The demo's files."""

    root: Path

    @property
    def settings(self) -> Path:
        return self.root / "trunkline.toml"

    @property
    def logins(self) -> Path:
        return self.root / "logins.json"

    @property
    def asterisk(self) -> Path:
        return self.root / "asterisk"

    @property
    def sent(self) -> Path:
        return self.root / "sent-mail"

    @property
    def log(self) -> Path:
        return self.root / "trunkline.log"


SETTINGS = """# The demo centre's settings, written by `trunkline demo`. See docs/configuration.md.
[centre]
name = "Trunkline demo"
data_dir = "data"
log_level = "INFO"

[http]
host = "{host}"
port = {ports.http}
call_us = true

[asterisk]
ami_host = "{host}"
ami_port = {ports.ami}
ami_secret = "{ami_secret}"
http_url = "http://{host}:{ports.asterisk_http}"
ari_secret = "{ari_secret}"
browser_ws_url = "ws://{host}:{ports.asterisk_http}/ws"
fastagi_host = "{host}"
fastagi_port = {ports.fastagi}

[mail]
listen_host = "{host}"
listen_port = {ports.smtp}
hostname = "demo.trunkline.test"
relay_host = "{host}"
relay_port = {ports.relay}
reply_secret = "{reply_secret}"
undo_send_s = 3

[portal]
sign_in = true

[sign_in]
secrets_key = "{secrets_key}"

[recordings]
recordings_key = "{recordings_key}"
"""


def write_settings(folder: DemoFolder, ports: DemoPorts) -> None:
    """Write the settings anew, keeping the secrets of an earlier run: ports may differ, what was signed must not."""
    kept = _secrets_of(folder.settings)
    fresh = {
        name: kept.get(name) or secrets.token_urlsafe(24)
        for name in ("ami_secret", "ari_secret", "reply_secret", "secrets_key", "recordings_key")
    }
    folder.root.mkdir(parents=True, exist_ok=True)
    folder.settings.touch(mode=0o600)
    folder.settings.write_text(SETTINGS.format(host=HOST, ports=ports, **fresh), encoding="utf-8")


def _secrets_of(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    pairs = (
        line.split(" = ", 1)
        for line in path.read_text(encoding="utf-8").splitlines()
        if "_secret = " in line or line.startswith(("secrets_key = ", "recordings_key = "))
    )
    return {key: value.strip('"') for key, value in pairs}
