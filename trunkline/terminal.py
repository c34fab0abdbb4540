"""What every command of the terminal needs: lines out, settings in, failures as sentences with an exit code, progress."""

import config.loop  # isort: skip - installs the reactor before anything of Twisted

import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

import config.logs
from config.errors import Refused, Unavailable
from config.settings import ConfigurationError, Settings, load
from trunkline import checks

WRONG, MISSING = 2, 3
DEFAULT = Path("trunkline.toml")
ConfigOption = Annotated[
    Path, typer.Option("--config", "-c", envvar="TRUNKLINE_CONFIG", help="The settings file.")
]


def say(words: str) -> None:
    """A line for the person at the terminal."""
    typer.echo(words)


def fail(code: int, *sentences: str) -> typer.Exit:
    """Print why, return the exit to raise."""
    for sentence in sentences:
        typer.echo(f"trunkline: {sentence}", err=True)
    return typer.Exit(code)


def read(path: Path) -> Settings:
    """The settings, or the end of the command with every problem."""
    try:
        settings = load(path)
    except ConfigurationError as error:
        raise fail(WRONG, *error.problems) from error
    config.logs.configure(settings.centre.log_level)
    return settings


def loop(work: Coroutine[Any, Any, Any]) -> Any:
    """Run it on the one reactor; what it returned."""
    results: list[Any] = []

    async def keep() -> int:
        results.append(await work)
        return 0

    config.loop.run(keep())
    return results[0] if results else None


def report(work: Callable[[], object]) -> None:
    """Turn expected failures, also those out of task groups, into sentences and an exit code."""
    try:
        work()
    except BaseExceptionGroup as group:
        expected, others = group.split((Refused, Unavailable, ConfigurationError, OSError))
        if others is not None or expected is None:
            raise
        raise fail(MISSING, *checks.sentences(expected)) from group
    except (Refused, Unavailable, ConfigurationError, OSError) as error:
        raise fail(MISSING, *checks.sentences(error)) from error
    except ModuleNotFoundError as missing:  # the database's driver is the operator's choice
        if missing.name not in {"pg8000", "psycopg", "psycopg2"}:
            raise
        raise fail(
            MISSING, f"the Python package {missing.name} is needed for [database] url; install it"
        ) from missing


class Progress:
    """How far a long work is: one line that is written over on a terminal, a line every ten seconds in a log."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._every_s = 0.2 if self._live else 10.0
        self._said_at = time.monotonic()
        self._open = False

    def __call__(self, what: str, done: int, total: int) -> None:
        """`done` of `total`; hurried calls are swallowed, the end of something is not on a terminal."""
        now = time.monotonic()
        if now - self._said_at < self._every_s and not (self._live and done >= total):
            return
        self._said_at = now
        share = f"{100 * done // total:3d} %" if total else ""
        words = f"{what}: {done:,} of {total:,} {share}"
        typer.echo(f"\r\x1b[K{words}" if self._live else words, err=True, nl=not self._live)
        self._open = self._live

    def close(self) -> None:
        """End the line that was written over."""
        if self._open:
            typer.echo("", err=True)
            self._open = False
