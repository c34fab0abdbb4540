"""Files of scenarios are read strictly: what nobody knows is told with its line, before anything starts."""

import pytest

from tests.scenarios.play import understood
from tests.scenarios.script import Step, Unreadable, parse, read, scenario_files

GOOD = '''title = "Somebody gives up."
edges = [8]
agents = "ann"
steps = """
wang calls care
until ann rings   # her telephone
wang hangs up
"""
[ledger]
wang = "enqueued care, abandoned"
'''
SHOWN = {3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22}
"""The numbers of docs/testing.md that concern telephones."""


def test_a_good_file_says_what_happens() -> None:
    """Lines keep their numbers; `until` marks what is waited for; comments are none."""
    scenario = parse(GOOD, "good.toml")
    understood(scenario)
    assert scenario.steps == (
        Step(words="wang calls care", line=5),
        Step(words="ann rings", line=6, until=True),
        Step(words="wang hangs up", line=7),
    )
    assert scenario.ledger == {"wang": (("enqueued care", "abandoned"),)}


@pytest.mark.parametrize(
    ("good", "bad", "told"),
    [
        ("edges", "edge", r"bad\.toml:2: 'edge' is not known; is it edges"),
        ('agents = "ann"', 'agents = "anne"', r"bad\.toml:3: 'anne' is not known; is it ann"),
        ("wang hangs up", "wang hung up", r"bad\.toml:7: nobody understands 'wang hung up'"),
        ("until ann rings", "until ann sings", r"bad\.toml:6: nobody understands 'until ann sings'"),
        ("wang = ", "wong = ", r"bad\.toml: 'wong' does not call"),
        ("[ledger]", "[legder]", r"bad\.toml:9: 'legder' is not known; is it ledger"),
        ("edges = [8]", "edges = [8", r"bad\.toml: .*line"),
    ],
)
def test_what_nobody_knows_is_told_with_its_line(good: str, bad: str, told: str) -> None:
    """Keys, people, steps, and TOML itself."""
    with pytest.raises(Unreadable, match=told):
        understood(parse(GOOD.replace(good, bad), "bad.toml"))


@pytest.mark.parametrize("path", scenario_files(), ids=lambda path: path.stem)
def test_every_file_is_understood(path: object) -> None:
    """Without a telephone, so that a slip is told in a second."""
    understood(read(path))  # type: ignore[arg-type]


def test_every_edge_that_concerns_telephones_has_a_scenario() -> None:
    """Its number is in a file."""
    assert {edge for path in scenario_files() for edge in read(path).edges} >= SHOWN
