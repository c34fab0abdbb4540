"""`trunkline mail explain`: how letters would be understood and why, storing nothing."""

import json
import resource
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

mail = typer.Typer(no_args_is_help=True, help="Letters.")

_LARGEST_BYTES = 256 * 1024 * 1024
_TIME_LIMIT_S = 20.0  # the same as in the server
_MEMORY_BYTES = 3 * 1024 * 1024 * 1024


def register(main: typer.Typer) -> None:
    """Add the commands."""
    main.add_typer(mail, name="mail")


@mail.callback()
def commands() -> None:
    """Letters."""


@mail.command()
def explain(
    files: Annotated[
        list[str],
        typer.Argument(help="Letters as they came (RFC 5322); - is standard input.", metavar="FILE..."),
    ],
) -> None:
    """Print how each letter would be understood and why: one JSON object a line. Nothing is stored, asked or configured."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))
    failed = False
    for name in files:
        found = _explained(name)
        failed = failed or "error" in found
        line = json.dumps({"file": name, **found}, ensure_ascii=False)
        typer.echo(
            line.encode("utf-8", "replace")
        )  # whatever the terminal's encoding, and names that are none
    if failed:
        raise typer.Exit(1)


def _explained(name: str) -> dict[str, object]:
    from channels.email.reading.explain import explained  # noqa: PLC0415 - no other command needs it
    from channels.email.reading.parse import parse  # noqa: PLC0415 - the same

    try:
        raw = _read(name)
    except FileNotFoundError:
        return {"error": "missing"}
    except (OSError, ValueError):  # ValueError: a NUL in the name
        return {"error": "unreadable"}
    if len(raw) > _LARGEST_BYTES:
        return {"error": "too_large"}
    try:
        with _deadline():
            return explained(parse(raw))
    except TimeoutError:
        return {"error": "too_slow"}


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(_LARGEST_BYTES + 1)
    with Path(name).open("rb") as file:
        return file.read(_LARGEST_BYTES + 1)


@contextmanager
def _deadline() -> Iterator[None]:
    def end(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, _TIME_LIMIT_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
