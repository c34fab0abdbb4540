"""The operator's Asterisk: the shipped configuration, rendered for the settings' ports, users and secrets."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from config.asterisk.launch import Launch
from config.asterisk.layout import AsteriskLayout, Peer
from config.asterisk.render import UnsafeValue, render
from config.settings import Asterisk, ConfigurationError, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkOut:
    """Where calls go out; without a host they do not."""

    host: str = ""
    user: str = ""
    secret: str = ""


def write(
    settings: Settings,
    *,
    out: Path,
    launch_file: Path,
    sip_host: str,
    sip_port: int,
    trunks: tuple[str, ...],
    trunk_out: TrunkOut,
    server: str = "",
) -> str:
    """Render into `out`; the sentence that says how to start it. A second time replaces the files, not `var/`. `server`: which of several; empty: the
    first."""
    launch, ours = Launch.read(launch_file), _named(settings, server)
    http = urlsplit(ours.http_url)
    if not http.hostname:
        raise ConfigurationError([f"[asterisk] http_url {ours.http_url!r} names no host; mend it"])
    layout = AsteriskLayout(
        modules_dir=launch.modules_dir,
        data_dir=launch.data_dir,
        moh_dir=launch.moh_dir,
        run_dir=out / "run",
        ami_secret=ours.ami_secret.get_secret_value(),
        ari_secret=ours.ari_secret.get_secret_value(),
        ami_user=ours.ami_user,
        ami_host=ours.ami_host,
        ami_port=ours.ami_port,
        ari_user=ours.ari_user,
        http_host=http.hostname,
        http_port=http.port or 80,
        sip_host=sip_host,
        sip_port=sip_port,
        fastagi_host=ours.fastagi_host,
        fastagi_port=ours.fastagi_port,
        trunk_peers=trunks or ("127.0.0.1",),
        trunk_out=trunk_out.host,
        trunk_out_user=trunk_out.user,
        trunk_out_secret=trunk_out.secret,
        recordings_dir=settings.recording_spool_dir(),
        system_name=ours.name,
        peers=_peers(settings, ours),
        peer_secret=ours.peer_secret.get_secret_value(),
    )
    if len(str(layout.run_dir / "asterisk.ctl")) > 100:
        raise ConfigurationError(
            [f"--out {out} is too long for Asterisk's control socket; name a shorter folder"]
        )
    try:
        configuration = render(out, layout)
    except UnsafeValue as problem:
        raise ConfigurationError([f"{problem}; choose another value"]) from problem
    return f"wrote {out}; start Asterisk with: {' '.join(launch.argv)} -C {configuration} -f"


def _named(settings: Settings, server: str) -> Asterisk:
    every = settings.asterisk.servers()
    found = next((each for each in every if each.name == server), None if server else every[0])
    if found is None:
        known = ", ".join(each.name for each in every)
        raise ConfigurationError([f"--server {server}: the settings have no such server; they have {known}"])
    return found


def _peers(settings: Settings, ours: Asterisk) -> tuple[Peer, ...]:
    others = [each for each in settings.asterisk.servers() if each.name != ours.name]
    places = [(each.name, each.sip_address.rpartition(":")) for each in others]
    return tuple(Peer(name=name, host=host, port=int(port)) for name, (host, _, port) in places)
