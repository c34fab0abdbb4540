"""An agent's browser is loaded anew in the middle of a call: how long until the call is there again, with sound both ways.

    python -m bench.reload [--rounds 30] [--folder DIR]

The centre as `make run` starts it, headless Chromium, a caller who speaks. Each round loads the page anew twice: in the talk (`back`, from the order to
load until the phone talks again and packets went and came), and with nothing to do (`bare`, until the phone is registered), which is the limit:
what the browser and the page cost by themselves. `lost` are rounds after which the call was not there within 15 s.
"""

import config.loop  # isort: skip - before anything of Twisted

import argparse
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from bench.frame import Row, machine, ratios, report
from tests.real.browser import Desk, chromium
from tests.real.centre_lab import centre
from tests.real.sipp import caller_scenario, sipp

PATIENCE_S = 15.0


async def run(options: argparse.Namespace) -> int:
    """Measure and print; the result is 1 when a call was lost."""
    with tempfile.TemporaryDirectory(prefix="trunkline-reload-", dir=options.folder) as name:
        folder = Path(name)
        print(f"before: {machine(folder)}", flush=True)
        tone = folder / "tone.ul"
        tone.write_bytes((b"\x20" * 8 + b"\xa0" * 8) * 500)
        scenario = caller_scenario(
            to="100", number="+886912345678", name="", hang_up_after_s=None, cancel_after_s=None, speak=tone
        )
        async with centre(folder / "demo") as running, chromium() as browser:
            desk, idle = [await Desk.open(browser, running.origin) for _ in range(2)]
            await _signs_in(idle, "guanyu", running.password("guanyu"))
            await _signs_in(desk, "yating", running.password("yating"))
            await desk.become_ready()
            async with sipp(folder, scenario, target=("127.0.0.1", running.base + 2)) as caller:
                await desk.rings()
                await desk.answer()
                await desk.flows()
                back, bare, lost = await _rounds(desk, idle, options.rounds)
                hung_up = len(caller.events("BYE"))
                await desk.hang_up()
                await caller.see("BYE")
        both = ratios("back / bare", back, bare)
        figures = {"lost": lost + hung_up, "back_max_s": max(back), "bare_ratio": both.median}
        rows = (
            Row(name="back in the talk", values=back, unit="s", digits=2),
            Row(name="bare: registered", values=bare, unit="s", digits=2),
            both,
        )
        report("reload", rows, figures, folder)
    return 1 if figures["lost"] else 0


async def _signs_in(desk: Desk, login: str, password: str) -> None:
    await desk.sign_in(login, password)
    await desk.start_shift()


async def _rounds(desk: Desk, idle: Desk, rounds: int) -> tuple[Sequence[float], Sequence[float], int]:
    back, bare, lost = [], [], 0
    for _ in range(rounds):
        bare.append(await _takes(idle, lambda: _registered(idle)))
        back.append(await _takes(desk, lambda: desk.comes_back(PATIENCE_S)))
        lost += back[-1] >= PATIENCE_S
    return back, bare, lost


async def _takes(desk: Desk, there: Callable[[], Awaitable[None]]) -> float:
    begun = time.perf_counter()
    await desk.page.reload()
    try:
        await there()
    except TimeoutError:
        return max(PATIENCE_S, time.perf_counter() - begun)
    return time.perf_counter() - begun


async def _registered(desk: Desk) -> None:
    await desk.page.locator('[data-testid="phone-state"][data-state="registered"]').wait_for()


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rounds", type=int, default=30)
    options.add_argument(
        "--folder", type=Path, default=None, help="where the database lies; its disk is written to"
    )
    sys.exit(config.loop.run(run(options.parse_args())))


if __name__ == "__main__":
    main()
