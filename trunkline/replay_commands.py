"""`trunkline replay`: a recorded period once more, under another configuration."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from config.errors import Refused
from config.settings import Settings
from crm_core import ledger, queues
from crm_core.store import Connection, Store
from trunkline.checks import open_store
from trunkline.terminal import WRONG, fail, loop, read, report, say

_SETTINGS = Path("trunkline.toml")


def register(main: typer.Typer) -> None:
    """Add the command."""
    main.command()(replay)


def replay(
    since: Annotated[str, typer.Option("--from", help="Local time of the centre: 2026-11-26T08:00.")],
    until: Annotated[str, typer.Option("--to", help="Likewise; not included.")],
    other: Annotated[
        Path,
        typer.Option(
            "--config", help="What is other (TOML; see docs/routing.md).", exists=True, dir_okay=False
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    settings_file: Annotated[
        Path, typer.Option("--settings", envvar="TRUNKLINE_CONFIG", help="The centre's settings file.")
    ] = _SETTINGS,
) -> None:
    """Live through a recorded period once more under another configuration, and print what would have been different."""
    from routing.simulation import comparison  # noqa: PLC0415 - no other command needs it

    settings = read(settings_file)
    begin, end = (_moment(settings, *each) for each in (("--from", since), ("--to", until)))
    if end <= begin:
        raise fail(WRONG, "--to must be later than --from")

    def work() -> None:
        try:
            found = loop(_compared(settings, begin, end, other.read_text(encoding="utf-8")))
        except Refused as refused:
            if refused.code not in {"replay.wrong", "replay.not_toml"}:
                raise
            mistakes = str(refused.params["reason"]).split("; ")
            raise fail(WRONG, *(f"{other}: {mistake}" for mistake in mistakes)) from refused
        if as_json:
            say(json.dumps(found, ensure_ascii=False, indent=1))
        else:
            say("\n".join(comparison.lines(found)))

    report(work)


def _moment(settings: Settings, option: str, words: str) -> float:
    """Seconds since 1970; a time without an offset is the centre's."""
    try:
        moment = datetime.fromisoformat(words)
    except ValueError as error:
        raise fail(WRONG, f"{option}: {words!r} is no time; write 2026-11-26T08:00") from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(settings.centre.time_zone))
    return moment.timestamp()


async def _compared(settings: Settings, begin: float, end: float, words: str) -> dict[str, Any]:
    from routing.recorder import fact_of  # noqa: PLC0415 - no other command needs these
    from routing.rules import read_rules  # noqa: PLC0415
    from routing.simulation import comparison, other_rules, recorded  # noqa: PLC0415

    def unit(conn: Connection) -> tuple[recorded.Record, other_rules.Named]:
        rules, agents = read_rules(conn, begin)
        queue_names = {each.id: each.name for each in queues.list_queues(conn)}
        logins = {each.user.id: each.user.login for each in queues.agents(conn)}
        today = other_rules.Named(
            queues={queue_names[rule.id]: rule for rule in rules},
            agents={logins[rule.id]: rule for rule in agents},
            skills=frozenset(queues.known_skills(conn)),
        )
        facts = [fact_of(entry) for entry in ledger.period(conn, begin, end)]
        return recorded.take_apart(facts, begin, end), today

    store = Store(settings.database_url())
    open_store(store)
    try:
        record, today = await store.read(unit)
    finally:
        await store.close()
    return comparison.compare(record, today, other_rules.read(words, today))
