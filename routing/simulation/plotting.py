"""The course of a simulated day as a picture: a small panel for each figure, a line for each queue. SVG by hand, for it is a few polylines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from routing.simulation.scenario import Scenario

_WIDTH, _PANEL, _LEFT, _TOP, _GAP = 880, 150, 70, 48, 54
_COLOURS = ("#2563eb", "#d97706", "#059669", "#dc2626", "#7c3aed", "#0891b2", "#db2777", "#4d7c0f")


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """`most`: what the top stands for; None: the most there is."""

    figure: str
    title: str
    most: float | None = None


_PANELS = (
    Panel(figure="offered", title="Customers an hour"),
    Panel(figure="service_level", title="Service level", most=1.0),
    Panel(figure="asa_s", title="Mean wait (s)"),
    Panel(figure="abandoned", title="Abandoned", most=1.0),
)


def svg(scenario: Scenario, found: dict[str, Any]) -> str:
    """The picture of a summary, readable on white and on black."""
    height = _TOP + len(_PANELS) * (_PANEL + _GAP) + 10 + 18 * len(found["queues"])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="system-ui, sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="24" font-size="16" fill="#111827">{escape(scenario.name or "Scenario")}</text>',
    ]
    for number, panel in enumerate(_PANELS):
        parts += _panel(scenario, found["queues"], panel, _TOP + number * (_PANEL + _GAP))
    below = _TOP + len(_PANELS) * (_PANEL + _GAP)
    for place, queue in enumerate(found["queues"]):
        words = escape(f"{queue['queue']} {queue['medium']}")
        parts.append(
            f'<rect x="{_LEFT}" y="{below + 18 * place}" width="12" height="12" fill="{_colour(place)}"/>'
        )
        parts.append(f'<text x="{_LEFT + 20}" y="{below + 10 + 18 * place}" fill="#111827">{words}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _panel(scenario: Scenario, queues: Sequence[dict[str, Any]], panel: Panel, top: int) -> list[str]:
    rows = [[hour[panel.figure] for hour in queue["by_hour"]] for queue in queues]
    hours = [hour["hour"] for hour in queues[0]["by_hour"]]
    highest = (
        panel.most or max((value for row in rows for value in row if value is not None), default=0.0) or 1.0
    )
    bottom, right = top + _PANEL, _WIDTH - 20
    across = [_LEFT + (right - _LEFT) * (place + 0.5) / max(1, len(hours)) for place in range(len(hours))]
    parts = [f'<text x="{_LEFT}" y="{top - 6}" fill="#374151">{panel.title}</text>']
    for share in (0.0, 0.5, 1.0):
        y = bottom - _PANEL * share
        value = f"{100 * share:.0f} %" if panel.most else f"{highest * share:,.0f}"
        parts.append(f'<line x1="{_LEFT}" y1="{y}" x2="{right}" y2="{y}" stroke="#d1d5db"/>')
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4}" text-anchor="end" fill="#6b7280">{value}</text>')
    every = max(1, len(hours) // 12)
    for x, hour in list(zip(across, hours, strict=True))[::every]:
        words = _label(scenario, hour)
        parts.append(
            f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle" fill="#6b7280">{words}</text>'
        )
    for place, row in enumerate(rows):
        points = [
            None if value is None else (x, bottom - _PANEL * min(1.0, value / highest))
            for x, value in zip(across, row, strict=True)
        ]
        parts += [
            f'<polyline fill="none" stroke="{_colour(place)}" stroke-width="2" points="{stretch}"/>'
            for stretch in _stretches(points)
        ]
    return parts


def _stretches(points: Sequence[tuple[float, float] | None]) -> list[str]:
    """Lines with a gap where there is no figure."""
    found: list[list[str]] = [[]]
    for point in points:
        if point is None:
            found.append([])
        else:
            found[-1].append(f"{point[0]:.1f},{point[1]:.1f}")
    return [" ".join(stretch) for stretch in found if stretch]


def _label(scenario: Scenario, hour: float) -> str:
    first = int(scenario.begins[:2])
    return f"{int(first + hour) % 24:02d}:{scenario.begins[3:]}"


def _colour(place: int) -> str:
    return _COLOURS[place % len(_COLOURS)]
