"""A line of the log is one line, whatever strangers write into it."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from config.logs import Transcript

ROOT = Path(__file__).resolve().parents[2]
FORGED = "ann\r\n12:00:00.000 console  = bob signed in\x1b[2J\u2028\x00"


def test_what_strangers_write_makes_no_line_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    """Neither the words nor whom they are about (a login that somebody tried) break the line or steer a terminal."""
    caplog.set_level(logging.DEBUG)
    log = Transcript("forged")
    log.note("!", FORGED, FORGED)
    log.detail("<", FORGED, FORGED)
    log.crash(FORGED, ValueError(FORGED))
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 3
    assert all(line.isprintable() for line in lines)
    assert all("bob signed in" in line for line in lines), "it is still told"


def test_plain_words_stay(caplog: pytest.LogCaptureFixture) -> None:
    """Names in any script are written as they are; nobody is written as a dash."""
    caplog.set_level(logging.INFO)
    Transcript("plain").note("=", "", "林小美 來電 é")
    assert [record.getMessage() for record in caplog.records] == ["= - 林小美 來電 é"]


def test_connections_that_went_with_their_database_fill_no_log() -> None:
    """What the pool says of one that it cannot close; in a process of its own, as `configure` is for all of one."""
    script = """
import sys
from sqlalchemy.pool import QueuePool
from config.logs import configure
class Gone:
    def close(self):
        raise OSError("broken pipe")
if "configured" in sys.argv:
    configure()
QueuePool(Gone).connect().invalidate()
"""
    for how, told in (("configured", False), ("plain", True)):
        done = subprocess.run(
            [sys.executable, "-c", script, how], capture_output=True, text=True, check=True, cwd=ROOT
        )
        assert ("broken pipe" in done.stderr) is told
