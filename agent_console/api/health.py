"""For machines that watch: alive, ready, and figures. Outside /api/v1, without a session, and without secrets."""

from collections import Counter
from collections.abc import Iterable, Iterator

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from agent_console.access import InContext
from agent_console.context import Context
from agent_console.links import server_of
from config.errors import Unavailable
from config.logs import Transcript
from crm_core import queues
from crm_core.writer import SLOW_S
from routing.core.model import Medium

_TRANSCRIPT = Transcript("console")
_PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"

router = APIRouter(tags=["health"])


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(within: InContext) -> Response:
    """200 when Asterisk, the database and the mail drop are there, else 503; the reasons are codes. Of several Asterisk servers each is told by its name,
    and one is enough."""
    parts: dict[str, dict[str, bool | str]] = {
        name: {"up": status.up, "reason": status.reason}
        for name, status in within.links().items()
        if name != "recordings"  # what was not recorded keeps nobody from being served
    }
    parts["database"] = await _database(within)
    ready = all(part["up"] for name, part in parts.items() if not server_of(name))
    return JSONResponse({"ready": ready, "parts": parts}, 200 if ready else 503)


@router.get("/metrics")
def metrics(within: InContext) -> Response:
    """Prometheus text."""
    return PlainTextResponse("\n".join(_lines(within)) + "\n", media_type=_PROMETHEUS)


async def _database(within: Context) -> dict[str, bool | str]:
    try:
        await within.store.read(queues.entries)
    except Unavailable as error:
        _TRANSCRIPT.note("!", error.peer, error.reason)
        return {"up": False, "reason": "unavailable"}
    return {"up": True, "reason": ""}


def _lines(within: Context) -> Iterator[str]:
    centre = within.floor.centre
    waiting = Counter(
        (work.queue, work.medium)
        for each in within.hub.world.directory.queues
        for work in centre.waiting(each)
    )
    depths = (
        (f'queue="{_safe(name)}",medium="{medium}"', waiting[name, medium])
        for name in within.hub.world.directory.queues
        for medium in Medium
    )
    yield from _family("trunkline_waiting", "Interactions that wait for an agent.", depths)
    states = Counter((state.status, state.work) for state in centre.agents.values())
    agents = ((f'status="{status}",work="{work}"', count) for (status, work), count in sorted(states.items()))
    yield from _family("trunkline_agents", "Agents by status and work state.", agents)
    views = Counter("agent" if socket.is_agent else "board" for socket in within.hub.sockets)
    sockets = ((f'view="{view}"', views[view]) for view in ("agent", "board"))
    yield from _family("trunkline_sockets", "Browsers that listen.", sockets)
    yield from _family(
        "trunkline_lanes",
        "Interactions for which something is being carried out.",
        [("", within.floor.lanes)],
    )
    spent = within.store.spent
    yield from _family(
        "trunkline_transactions_total",
        "Transactions of the database's one writer.",
        [("", spent.transactions)],
        kind="counter",
    )
    yield from _family(
        "trunkline_transaction_seconds_total",
        "Their time, waiting for the disk or the database included.",
        [("", round(spent.seconds, 6))],
        kind="counter",
    )
    yield from _family(
        "trunkline_transactions_slow_total",
        f"Those that took {SLOW_S} seconds or more.",
        [("", spent.slow)],
        kind="counter",
    )
    links = ((f'peer="{name}"', int(status.up)) for name, status in within.links().items())
    yield from _family("trunkline_link_up", "1 while a peer can be reached.", links)


def _family(
    name: str, meaning: str, samples: Iterable[tuple[str, float]], *, kind: str = "gauge"
) -> Iterator[str]:
    yield f"# HELP {name} {meaning}"
    yield f"# TYPE {name} {kind}"
    for labels, value in samples:
        yield f"{name}{{{labels}}} {value}" if labels else f"{name} {value}"


def _safe(label: str) -> str:
    return label.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
