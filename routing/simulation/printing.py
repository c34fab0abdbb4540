"""A summary for the terminal: a line for each queue and group, and bars by the hour."""

from collections.abc import Iterator, Sequence
from typing import Any
from unicodedata import east_asian_width

from routing.simulation.scenario import Scenario

_BARS = " ▁▂▃▄▅▆▇█"
_SHARES = frozenset({"abandoned", "service_level", "occupancy"})
_WHOLE = frozenset({"offered", "answered", "handled"})
_QUEUE = {
    "offered": "offered",
    "answered": "answered",
    "abandoned": "abandoned",
    "service_level": "SL",
    "asa_s": "ASA s",
    "wait_p95_s": "p95 s",
}
_BY_HOUR = ("offered", "service_level", "asa_s")
_CELL = 16


def lines(scenario: Scenario, found: dict[str, Any]) -> list[str]:
    """All of it. Chinese names take two columns a character and are padded so."""
    names = {id(each): f"{each['queue']} {each['medium']}" for each in found["queues"]}
    width = 2 + max(map(_columns, ["queue", *names.values(), *(each["group"] for each in found["groups"])]))
    queues = [(_padded(names[id(each)], width), each) for each in found["queues"]]
    return [
        _head(scenario, found),
        "",
        _padded("queue", width) + "".join(f"{title:>{_CELL}}" for title in _QUEUE.values()),
        *(name + "".join(_cell(figure, each[figure]) for figure in _QUEUE) for name, each in queues),
        "",
        _padded("group", width)
        + "".join(f"{title:>{_CELL}}" for title in ("agents", "handled", "occupancy")),
        *(_group(each, width) for each in found["groups"]),
        *_estimates(found["estimates"]),
        "",
        f"by the hour, from {scenario.begins}",
        *(line for name, each in queues for line in _course(name, each["by_hour"])),
    ]


def _head(scenario: Scenario, found: dict[str, Any]) -> str:
    words = f"{scenario.name or 'Scenario'}: {scenario.hours:g} hours, {found['interactions']:,} interactions"
    return words + (f" in {found['runs']} runs (± is the 95 % interval)" if found["runs"] > 1 else "")


def _group(each: dict[str, Any], width: int) -> str:
    figures = "".join(_cell(name, each[name]) for name in ("handled", "occupancy"))
    return f"{_padded(each['group'], width)}{each['agents']:>{_CELL}}{figures}"


def _estimates(told: dict[str, Any] | None) -> Iterator[str]:
    if told is not None:
        ours, usual, chance = (
            told[which]["value"] for which in ("mean_error_s", "usual_mean_error_s", "chance_s")
        )
        yield ""
        yield (
            f"told how long to wait: off by {ours:.0f} s on average (an average of waits, as app_queue tells it: {usual:.0f} s;"
            f" chance alone, with exponential talks: {chance:.0f} s)"
        )


def _course(name: str, hours: Sequence[dict[str, float | None]]) -> Iterator[str]:
    for figure in _BY_HOUR:
        row = [hour[figure] for hour in hours]
        share = figure in _SHARES
        most = 1.0 if share else max((value or 0.0 for value in row), default=0.0)
        yield f"{name}{figure:<14}|{_bars(row, most)}| {'full bar 100 %' if share else f'most {most:.0f}'}"


def _cell(name: str, found: dict[str, Any] | None) -> str:
    return f"{'-' if found is None else _figure(name, found['value'], found['half_width']):>{_CELL}}"


def _figure(name: str, value: float, half: float | None) -> str:
    digits = 0 if name in _WHOLE else 1
    factor, unit = (100, " %") if name in _SHARES else (1, "")
    sure = "" if half is None else f" ±{factor * half:,.{digits}f}"
    return f"{factor * value:,.{digits}f}{sure}{unit}"


def _bars(row: Sequence[float | None], most: float) -> str:
    """A dot where there is no figure."""
    steps = len(_BARS) - 1
    return "".join(
        "·" if value is None else _BARS[min(steps, round(steps * value / most)) if most else 0]
        for value in row
    )


def _columns(words: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in words)


def _padded(words: str, width: int) -> str:
    return words + " " * (width - _columns(words))
