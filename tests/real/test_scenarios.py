"""Each file of tests/scenarios on a real Asterisk, all in one centre: who calls, presses, answers and hangs up, and what the ledger says of it."""

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from routing.core import callbacks
from tests.scenarios.centre import Centre, scenario_centre
from tests.scenarios.play import Play, understood
from tests.scenarios.script import read, scenario_files

pytestmark = pytest.mark.real
_customers = itertools.count(1)


class Stage:
    """The centre while it is in order; after a scenario that failed, another one."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._count = folder, 0
        self._open: AsyncIterator[Centre] | None = None
        self.centre: Centre | None = None

    async def ready(self) -> Centre:
        if self.centre is None or self.centre.broken:
            await self.close()
            self._count += 1
            self._context = scenario_centre(self._folder / str(self._count))
            self.centre = await self._context.__aenter__()
        return self.centre

    async def close(self) -> None:
        if self.centre is not None:
            self.centre = None
            await self._context.__aexit__(None, None, None)


@pytest.fixture(scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    one = Stage(tmp_path_factory.mktemp("scenarios"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(callbacks, "HANGS_UP_WITHIN_S", 1.0)  # the caller does so themselves
        yield one
        await one.close()


def number() -> str:
    """Of another customer each time."""
    return f"09{next(_customers):08}"


@pytest.mark.parametrize("path", scenario_files(), ids=lambda path: path.stem)
async def test_scenario(stage: Stage, path: Path) -> None:
    """What its title says, and nothing is left of it: no channel, no offer, nobody engaged."""
    scenario = read(path)
    understood(scenario)
    centre = await stage.ready()
    centre.broken = True  # until it has ended well
    await centre.begin(scenario.agents)
    play = Play(centre, scenario, number)
    await play.perform()
    await centre.clean()
    judged(play)
    centre.broken = False


def follows(told: list[str], course: tuple[str, ...]) -> bool:
    """Facts joined by `&` may come in either order."""
    left = list(told)
    for fact in course:
        together = sorted(fact.split(" & "))
        if sorted(left[: len(together)]) != together:
            return False
        left = left[len(together) :]
    return not left


def judged(play: Play) -> None:
    """What the scenario says of ledger, segments, files of sound, telephones and agents."""
    scenario, centre = play.scenario, play.centre
    for who, courses in scenario.ledger.items():
        told = play.told(who)
        assert any(follows(told, course) for course in courses), (
            f"{scenario.title}\n{who}: {', '.join(told)}\nnot: {courses}"
        )
    for who, wanted in scenario.segments.items():
        assert tuple(centre.segments(play.interactions[who])) == wanted, who
    for who, count in scenario.takes.items():
        assert len(centre.takes(play.interactions[who])) == count, who
    for who, count in scenario.rings.items():
        rang = [leg.invite for leg in centre.telephones[who].legs.values() if not leg.ours]
        assert len(rang) == count, (who, rang)
    for who in scenario.agents:
        agent = centre.up.floor.centre.agents[centre.agent(who)]
        assert f"{agent.status} {agent.reason}".strip() == scenario.status.get(who, "ready"), who
    assert len(play.crowd) == play.crowd_size
    for one in play.crowd:
        assert tuple(centre.ledger(one)) == scenario.crowd, one
    new = {row["id"] for row in centre.rows("SELECT id FROM interaction")} - play.before
    assert new == {*play.interactions.values(), *play.crowd}, "a call counts once"
