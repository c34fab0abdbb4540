"""What must hold before anything is started, and what `trunkline doctor` says of it."""

import asyncio
import errno
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass

import routing.compiled
from config.clock import SystemClock
from config.errors import Unavailable
from config.settings import Asterisk, ConfigurationError, Settings
from crm_core import revisions
from crm_core.store import SchemaMismatch, Store
from cti.ami import fitness
from cti.ami.link import AmiAddress, Link

CONNECT_DEADLINE_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was tried."""

    subject: str
    good: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """An address that we must be able to listen on, and the setting that names it."""

    setting: str
    host: str
    port: int


def origin(settings: Settings) -> str:
    """Where browsers find the console."""
    return settings.http.public_origin or f"http://{settings.http.host}:{settings.http.port}"


def listeners(settings: Settings) -> tuple[Listener, ...]:
    """Every port the server itself opens."""
    return (
        Listener(setting="[http] port", host=settings.http.host, port=settings.http.port),
        Listener(
            setting="[asterisk] fastagi_port",
            host=settings.asterisk.fastagi_host,
            port=settings.asterisk.fastagi_port,
        ),
        Listener(
            setting="[mail] listen_port", host=settings.mail.listen_host, port=settings.mail.listen_port
        ),
        *(
            Listener(setting="[mail] lmtp_port", host=settings.mail.listen_host, port=port)
            for port in (settings.mail.lmtp_port,)
            if port
        ),
    )


def busy(listener: Listener) -> str | None:
    """The sentence for a port that cannot be opened, None for one that can."""
    family = socket.AF_INET6 if ":" in listener.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((listener.host, listener.port))
            probe.listen(1)
        except OSError as problem:
            place = f"{listener.host}:{listener.port} ({listener.setting})"
            if problem.errno == errno.EADDRINUSE:
                return f"{place} is in use by another program, maybe another Trunkline; stop that one or set another port"
            return f"{place} cannot be opened: {os.strerror(problem.errno or 0)}; set an address and port of this machine"
    return None


def refuse_busy_ports(settings: Settings) -> None:
    """Raise with every port that is taken, before anything is started."""
    problems = [sentence for listener in listeners(settings) if (sentence := busy(listener))]
    if problems:
        raise ConfigurationError(problems)


def sentences(error: BaseException) -> Iterator[str]:
    """What to tell the person at the terminal about an expected failure."""
    match error:
        case BaseExceptionGroup():
            for inner in error.exceptions:
                yield from sentences(inner)
        case ConfigurationError():
            yield from error.problems
        case _:
            yield str(error)


async def examine(settings: Settings) -> list[Finding]:
    """Try each thing the server needs; changes nothing."""
    findings = [_port_finding(listener) for listener in listeners(settings)]
    findings.append(_schema_finding(settings))
    findings.append(_one_place())
    findings.append(_secrets_finding(settings))
    findings.append(_recordings_finding(settings))
    findings.append(_font_finding(settings))
    findings.append(_router_finding())
    for server in settings.asterisk.servers():
        which = f" ({server.name})" if settings.asterisk.more else ""
        setting = "[asterisk] ami_host, ami_port"
        found = await _reach(
            f"Asterisk's manager interface{which}", setting, server.ami_host, server.ami_port
        )
        findings.append(found)
        if found.good:
            findings += await _asterisk_findings(server, which, several=bool(settings.asterisk.more))
    findings.append(
        await _reach(
            "the mail relay",
            "[mail] relay_host, relay_port",
            settings.mail.relay_host,
            settings.mail.relay_port,
        )
    )
    return findings


def _router_finding() -> Finding:
    words = (
        "compiled" if routing.compiled.USED else "interpreted; `make compile` halves the time of a decision"
    )
    return Finding(subject="the router's core", good=True, words=words)


async def _asterisk_findings(given: Asterisk, which: str, *, several: bool) -> list[Finding]:
    """Whether it is as we need it, and lets our user do no more than that."""
    subject = f"Asterisk{which}"
    address = AmiAddress(
        host=given.ami_host,
        port=given.ami_port,
        user=given.ami_user,
        secret=given.ami_secret.get_secret_value(),
    )
    try:
        sentences = await fitness.lacks(Link.to(address, SystemClock()), given.name if several else "")
    except (Unavailable, TimeoutError) as problem:
        return [Finding(subject=subject, good=False, words=str(problem) or "does not answer")]
    found = [Finding(subject=subject, good=False, words=each) for each in sentences]
    return found or [
        Finding(subject=subject, good=True, words="version, modules, privileges and event filters are right")
    ]


def _port_finding(listener: Listener) -> Finding:
    sentence = busy(listener)
    return Finding(
        subject=listener.setting,
        good=sentence is None,
        words=sentence or f"{listener.host}:{listener.port} is free",
    )


def _schema_finding(settings: Settings) -> Finding:
    current, head = revisions.current(settings.database_url()), revisions.head()
    good = current == head
    words = (
        f"schema {current}"
        if good
        else f"schema {current or 'none'}, this version needs {head}: run `trunkline db upgrade`"
    )
    return Finding(subject="[database] url", good=good, words=words)


def _secrets_finding(settings: Settings) -> Finding:
    good = bool(settings.sign_in.secrets_key.get_secret_value())
    words = "second factors can be set up" if good else "empty: set it, or nobody can set up a second factor"
    return Finding(subject="[sign_in] secrets_key", good=good, words=words)


def _recordings_finding(settings: Settings) -> Finding:
    good = bool(settings.recordings.recordings_key.get_secret_value())
    words = "recordings are encrypted" if good else "empty: set it, or recordings are kept as they are"
    return Finding(subject="[recordings] recordings_key", good=good, words=words)


def _font_finding(settings: Settings) -> Finding:
    from channels.fax import fonts  # noqa: PLC0415 - Pillow is slow to load, and a start needs none

    font = fonts.found(settings.fax.font)
    words = "none with Chinese: install fonts-noto-cjk or name one, or faxes with Chinese words on their cover page are refused"
    return Finding(subject="[fax] font", good=font is not None, words=str(font) if font else words)


def _one_place() -> Finding:
    """The rooms have generic names: another package called `channels` or `config` may shadow ours."""
    import agent_console  # noqa: PLC0415 - looked at here only
    import channels  # noqa: PLC0415
    import config  # noqa: PLC0415
    import crm_core  # noqa: PLC0415
    import cti  # noqa: PLC0415
    import routing  # noqa: PLC0415
    import trunkline  # noqa: PLC0415

    rooms = (agent_console, channels, config, crm_core, cti, routing, trunkline)
    places = {os.path.dirname(os.path.dirname(room.__file__ or "")) for room in rooms}  # noqa: PTH120
    good = len(places) == 1
    words = (
        f"all rooms come from {places.pop()}"
        if good
        else f"rooms come from several places: {', '.join(sorted(places))}; install Trunkline alone"
    )
    return Finding(subject="installation", good=good, words=words)


async def _reach(subject: str, setting: str, host: str, port: int) -> Finding:
    try:
        async with asyncio.timeout(CONNECT_DEADLINE_S):
            _, writer = await asyncio.open_connection(host, port)
        writer.close()
    except (OSError, TimeoutError) as problem:
        return Finding(
            subject=subject,
            good=False,
            words=f"{host}:{port} does not answer ({str(problem) or 'no reply'}); start it or mend {setting}",
        )
    return Finding(subject=subject, good=True, words=f"{host}:{port} answers")


def refuse_old_schema(url: str) -> None:
    """Raise unless the database has this version's tables."""
    found, wanted = revisions.current(url), revisions.head()
    if found != wanted:
        raise ConfigurationError(
            [f"[database] url: {SchemaMismatch(found, wanted)}; run `trunkline db upgrade`"]
        )


def open_store(store: Store) -> None:
    """Open the database, or say which command brings it up to date."""
    try:
        store.open()
    except SchemaMismatch as mismatch:
        raise ConfigurationError([f"[database] url: {mismatch}; run `trunkline db upgrade`"]) from mismatch
