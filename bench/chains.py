"""Two-skill chains: who of several is asked, and points for the scarce skill, beside FCFS-ALIS over the same callers.

    python -m bench.chains [--runs 48]

What `tests/routing/test_theory.py` holds with sixteen runs, with more of them and more loads. Each cell: mean wait, and 95th percentile of the skill where
it is the worst, as ratios to FCFS-ALIS with their 95 % intervals. Prints `chains: mean_ratio_max= worst_p95_ratio_max=`, the largest upper ends.
"""

import argparse
from collections.abc import Mapping

from bench.frame import machine
from routing.core.model import Choice
from tests.routing.test_theory import NO_POINTS, SCARCE, SPECIALISTS, compared

LOADS = (0.6, 0.75, 0.85, 0.9)


def ways(chain: str) -> Mapping[str, Mapping[str, int]]:
    """Points by skill."""
    with_points = {"specialists, points": SCARCE[chain]} if chain in SCARCE else {}
    return {"specialists": NO_POINTS, **with_points}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=48)
    runs = options.parse_args().runs
    print("| chain | load | | mean wait | worst skill's 95th percentile |\n|---|---:|---|---:|---:|")
    means, worsts = [], []
    for chain in SPECIALISTS:
        for load in LOADS:
            for name, points in ways(chain).items():
                (ratio, half), (worst, worst_half) = compared(chain, load, Choice.FEWEST_SKILLS, points, runs)
                print(
                    f"| {chain} | {load:.0%} | {name} | {ratio:.3f} ± {half:.3f} | {worst:.3f} ± {worst_half:.3f} |",
                    flush=True,
                )
                if name == list(ways(chain))[-1]:
                    means.append(ratio + half)
                    worsts.append(worst + worst_half)
    print(f"\n{machine()}\n")
    print(f"chains: mean_ratio_max={max(means):.3f} worst_p95_ratio_max={max(worsts):.3f}")


if __name__ == "__main__":
    main()
