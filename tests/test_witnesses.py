"""What a failed test tells besides its assertion."""

from pathlib import Path

import pytest

from tests import witnesses


async def test_a_log_is_told_by_a_failure_within_and_by_one_that_leaves_its_block(tmp_path: Path) -> None:
    """The first while it is open; the second as it was at that moment, for it is closed when the test is reported."""
    path = tmp_path / "log"
    path.write_text("before\n" * 200 + "the cause")

    async def fails() -> None:
        with witnesses.log("one", path):
            told = dict(await witnesses.testimony())
            assert told["one"].count("before") == witnesses.LINES - 1
            assert told["one"].endswith("the cause")
            raise ValueError("failure")

    with pytest.raises(ValueError, match="failure"):
        await fails()
    path.write_text("what came after")
    assert dict(await witnesses.testimony())["one"].endswith("the cause")
    witnesses.begin()
    assert "one" not in dict(await witnesses.testimony())


async def test_a_log_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="failure"), witnesses.log("two", tmp_path / "none"):
        raise ValueError("failure")
    assert "cannot be told" in dict(await witnesses.testimony())["two"]
    witnesses.begin()
