"""What the templates need to know of one Asterisk: folders, ports, secrets, peers."""

from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """Another server of the same centre: its `system_name`, and where its SIP is reached."""

    name: str
    host: str
    port: int

    @property
    def network(self) -> str:
        """From where alone its calls may come; empty for a host that is known by name."""
        try:
            return str(ip_network(self.host))
        except ValueError:
            return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskLayout:
    """One Asterisk server. Addresses are loopback unless somebody decides otherwise.

    `data_dir` holds `sounds`, `moh_dir` the music; both are read only. What Asterisk writes goes below the rendered
    folder, but its control socket to `run_dir`, because a Unix socket's path has at most 108 bytes.
    """

    modules_dir: Path
    data_dir: Path
    moh_dir: Path
    run_dir: Path
    ami_secret: str
    ari_secret: str
    ami_user: str = "trunkline"
    ami_host: str = "127.0.0.1"
    ami_port: int = 5038
    ami_permit: tuple[str, ...] = ("127.0.0.1/255.255.255.255",)
    ari_user: str = "trunkline"
    http_host: str = "127.0.0.1"
    http_port: int = 8088
    sip_host: str = "127.0.0.1"
    sip_port: int = 5060
    rtp_start: int = 20000
    rtp_end: int = 20999
    udptl_start: int = 4000
    udptl_end: int = 4999
    """For faxes by T.38."""
    fastagi_host: str = "127.0.0.1"
    fastagi_port: int = 4573
    t38: bool = True
    """Take and offer T.38 for faxes; else they go as sound."""
    trunk_peers: tuple[str, ...] = ("127.0.0.1",)
    """Addresses or networks (CIDR) from which calls come in without a password."""
    trunk_out: str = ""
    """Host, or host:port, of the provider to whom calls go out; empty: nobody can be called."""
    trunk_out_user: str = ""
    """Name with which the provider asks us to sign in, if it does."""
    trunk_out_secret: str = ""
    """And the secret."""
    callback_told_after_s: int = 15
    """How long callers hear music before they are told that they may be called back."""
    place_told_after_s: int = 10
    """How long callers hear music before they are first told how far they are."""
    callback_ring_s: int = 40
    """How long a customer's phone is rung when they are called back."""
    hold_recall_s: int = 60
    """How long an agent may keep a caller on hold before a tone reminds them, and again after as long."""
    fax_longest_s: int = 3600
    """How long a fax that goes out may take."""
    recordings_dir: Path | None = None
    """Where talks are written while they last; None: below what Asterisk writes."""
    system_name: str = "trunkline"
    """Begins every channel's unique id, so that two servers never make the same interaction id."""
    peers: tuple[Peer, ...] = ()
    """The other servers, when this is one of several."""
    peer_secret: str = ""
    """With what they sign in with each other."""
    heartbeat_stale_s: int = 10
    """A heartbeat older than this sends waiting callers to the fallback queue."""
    demo_loop: bool = False
    """Have the endpoint `trunk-loop` that calls this same server by SIP (demonstration, tests)."""
    trace: bool = False
    """Write verbose logs to `log/full` (tests)."""

    @property
    def loop_host(self) -> str:
        """Where this server's own SIP port answers from inside the machine."""
        return "127.0.0.1" if self.sip_host in {"0.0.0.0", ""} else self.sip_host  # noqa: S104 - compared, not bound
