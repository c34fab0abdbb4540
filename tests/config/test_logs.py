"""A line of the log is one line, whatever strangers write into it."""

import logging

import pytest

from config.logs import Transcript

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
