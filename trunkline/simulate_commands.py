"""`trunkline simulate` and `trunkline staffing`: what a centre would do, and how many agents it takes. Neither needs settings or a database."""

import json
from math import inf
from pathlib import Path
from typing import Annotated

import typer

from config.errors import Refused
from trunkline.terminal import WRONG, Progress, fail, report, say


def register(main: typer.Typer) -> None:
    """Add the commands."""
    main.command()(simulate)
    main.command()(staffing)


def simulate(
    scenario_file: Annotated[
        Path, typer.Argument(help="The scenario (TOML; see docs/simulation.md).", exists=True, dir_okay=False)
    ],
    runs: Annotated[int, typer.Option(min=1, max=1000, help="Runs with other customers each time.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    plot: Annotated[
        Path | None, typer.Option(help="Draw service level, ASA, arrivals by the hour into this SVG.")
    ] = None,
    estimates: Annotated[
        bool, typer.Option("--estimates", help="Tell who waits how long, and see how right that was.")
    ] = False,
) -> None:
    """Live through a scenario in virtual time with the very router that works, and print what came of it."""
    from routing.simulation import plotting, printing, scenario, several, summary  # noqa: PLC0415 - no other command needs them

    def work() -> None:
        try:
            wish = scenario.read(scenario_file.read_text(encoding="utf-8"))
        except Refused as refused:
            mistakes = str(refused.params["reason"]).split("; ")
            raise fail(WRONG, *(f"{scenario_file}: {mistake}" for mistake in mistakes)) from refused
        progress = Progress()
        outcomes = several.several(wish, runs, lambda done: progress("runs", done, runs), estimates=estimates)
        progress.close()
        found = summary.summary(wish, outcomes)
        if plot is not None:
            plot.write_text(plotting.svg(wish, found), encoding="utf-8")
        if as_json:
            say(json.dumps(found, ensure_ascii=False, indent=1))
        else:
            say("\n".join(printing.lines(wish, found)))

    report(work)


def staffing(
    per_hour: Annotated[float, typer.Option(help="Interactions an hour.")],
    handling: Annotated[float, typer.Option(help="Seconds of an agent's time for each, wrap-up included.")],
    service_level: Annotated[float, typer.Option(help="Share to be answered within the threshold.")] = 0.8,
    within: Annotated[float, typer.Option(help="The threshold in seconds.")] = 20.0,
    patience: Annotated[
        float | None, typer.Option(help="Mean seconds until customers give up; left out: never.")
    ] = None,
    occupancy: Annotated[float, typer.Option(help="The most of the agents' time that may be work.")] = 0.9,
) -> None:
    """Say the least number of agents that keeps the service level, and what one more and one less would give."""
    from routing.core import forecast  # noqa: PLC0415 - no other command needs it

    try:
        load = forecast.Load(
            per_hour=per_hour, handling_s=handling, patience_s=inf if patience is None else patience
        )
        least = forecast.staffing(load, within_s=within, service_level=service_level, occupancy=occupancy)
    except ValueError as error:
        raise fail(WRONG, str(error)) from error
    say(f"{load.erlangs:.1f} erlangs; at least {least.agents} agents")
    for agents in range(max(0, least.agents - 1), least.agents + 2):
        found = forecast.forecast(load, agents, within)
        asa = "without end" if found.asa_s == inf else f"{found.asa_s:.1f} s"
        say(
            f"{agents:>6} agents: {100 * found.service_level:.1f} % within {within:g} s, mean wait {asa},"
            f" {100 * found.abandoned:.1f} % give up, occupancy {100 * found.occupancy:.1f} %"
        )
