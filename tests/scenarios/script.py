"""A scenario as a file: who is there, what happens step by step, and what the ledger must say. Read strictly; docs/testing.md tells how to write one."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
AGENTS: Mapping[str, str] = {"ann": "1001", "bob": "1002", "eve": "1003"}
"""Who takes calls, and their extensions. Beside them there are sue, a supervisor, and the telephone `outside`, behind the provider."""
QUEUES = ("care", "sales", "brief", "notes", "taped", "later", "full", "spare", "zh")
"""centre.py has their numbers and rules."""
KNOWN = (
    "title",
    "edges",
    "agents",
    "steps",
    "ledger",
    "segments",
    "status",
    "rings",
    "takes",
    "crowd",
    "callers",
)
SPOKEN = ("name", "number", "headers", "long_header_bytes", "long_name_bytes")
_STEPS = re.compile(r'^steps\s*=\s*"""', re.MULTILINE)


class Unreadable(Exception):
    """What is wrong, with the file and its line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line that happens, or (`until`) that is waited for."""

    words: str
    line: int
    until: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What a caller's telephone says of them. `long_header_bytes`: of a header more; `long_name_bytes`: of the name, after `name`."""

    name: str = ""
    number: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    long_header_bytes: int = 0
    long_name_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """`edges`: numbers of the list in docs/testing.md. By caller: `ledger`, any of several courses of the facts; `segments`; `takes`, the files of
    sound. By agent: `status` at the end, where it is not ready; `rings`, how often their telephone was called. `crowd`: the ledger of each call of a crowd."""

    file: str
    title: str
    edges: tuple[int, ...]
    agents: tuple[str, ...]
    steps: tuple[Step, ...]
    ledger: Mapping[str, tuple[tuple[str, ...], ...]]
    segments: Mapping[str, tuple[str, ...]]
    status: Mapping[str, str]
    rings: Mapping[str, int]
    takes: Mapping[str, int]
    crowd: tuple[str, ...]
    callers: Mapping[str, Spoken]


def scenario_files() -> list[Path]:
    return sorted(FOLDER.glob("*.toml"))


def read(path: Path) -> Scenario:
    return parse(path.read_text(encoding="utf-8"), path.name)


def parse(text: str, file: str) -> Scenario:
    """The scenario in a file's text. `Unreadable` names what nobody knows, with its line."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Unreadable(f"{file}: {error}") from error
    _only(given, KNOWN, text, file)
    for key in ("title", "steps", "ledger"):
        if key not in given:
            raise Unreadable(f"{file}: there is no {key}")
    agents = tuple(str(given.get("agents", "")).split())
    _only(dict.fromkeys(agents), tuple(AGENTS), text, file)
    for table in ("status", "rings"):
        _only(given.get(table, {}), (*AGENTS, "outside"), text, file)
    return Scenario(
        file=file,
        title=given["title"],
        edges=tuple(given.get("edges", ())),
        agents=agents,
        steps=_steps(given["steps"], text, file),
        ledger={who: _courses(said) for who, said in given["ledger"].items()},
        segments={who: _listed(said) for who, said in given.get("segments", {}).items()},
        status=given.get("status", {}),
        rings=given.get("rings", {}),
        takes=given.get("takes", {}),
        crowd=_listed(given.get("crowd", "")),
        callers={who: _spoken(said, text, file) for who, said in given.get("callers", {}).items()},
    )


def _only(given: Mapping[str, Any], known: tuple[str, ...], text: str, file: str) -> None:
    for key in given:
        if key in known:
            continue
        line = next(
            (at for at, said in enumerate(text.splitlines(), 1) if re.search(rf"\b{re.escape(key)}\b", said)),
            0,
        )
        near = get_close_matches(key, known, 1)
        raise Unreadable(f"{file}:{line}: {key!r} is not known" + (f"; is it {near[0]}?" if near else ""))


def _steps(said: str, text: str, file: str) -> tuple[Step, ...]:
    begun = _STEPS.search(text)
    first = text.count("\n", 0, begun.end()) + 1 if begun else 0
    lines = said.split("\n") if begun is None or text[begun.end()] != "\n" else ["", *said.split("\n")]
    steps = []
    for number, line in enumerate(lines, first):
        words = line.partition("#")[0].strip() if not line.strip().startswith("#") else ""
        if words:
            until, plain = words.startswith("until "), words.removeprefix("until ").strip()
            steps.append(Step(words=plain, line=number, until=until))
    if not steps:
        raise Unreadable(f"{file}:{first}: nothing happens")
    return tuple(steps)


def _courses(said: str | list[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(_listed(one) for one in ([said] if isinstance(said, str) else said))


def _listed(said: str) -> tuple[str, ...]:
    return tuple(filter(None, (" ".join(one.split()) for one in said.split(","))))


def _spoken(said: Mapping[str, Any], text: str, file: str) -> Spoken:
    _only(said, SPOKEN, text, file)
    return Spoken(**said)
