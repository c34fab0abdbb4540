"""`trunkline backup` and `trunkline restore` at the terminal: words, exit codes, and what is left in the folder."""

from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import select
from typer.testing import CliRunner

from crm_core import parties
from crm_core.tables import party
from tests.contracts.databases import run_in
from tests.trunkline.test_start import MISSING, WRONG, Place
from trunkline.command import main


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    made.write()
    assert said(made, "db", "upgrade").exit_code == 0
    return made


def said(place: Place, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "-c", str(place.file)])


def url(place: Place) -> str:
    return f"sqlite:///{place.folder}/data/trunkline.db"


def add_ann(place: Place) -> None:
    run_in(url(place), lambda conn: parties.add_party(conn, kind="person", name="Ann", now=1.0))


def names(place: Place) -> list[str]:
    return list(run_in(url(place), lambda conn: conn.execute(select(party.c.name)).scalars().all()))


def test_there_and_back(place: Place) -> None:
    """A centre whose machine is lost, settings and all, is there again after one command, and its people are known."""
    archive = str(place.folder / "one.backup")
    add_ann(place)
    made = said(place, "backup", archive)
    assert made.exit_code == 0, made.output
    assert "it holds secrets" in made.output
    settings = place.file.read_text()
    place.file.unlink()
    for path in (place.folder / "data").iterdir():
        path.unlink()
    done = said(place, "restore", archive)
    assert done.exit_code == 0, done.output
    assert place.file.read_text() == settings
    assert names(place) == ["Ann"]


def test_verify_tells_what_is_in_it(place: Place) -> None:
    """`backup --verify` reads all of an archive without settings or database, and says what it found."""
    archive = place.folder / "one.backup"
    assert said(place, "backup", str(archive), "--without-secrets").exit_code == 0
    place.file.unlink()
    whole = said(place, "backup", "--verify", str(archive))
    assert whole.exit_code == 0
    assert "is whole" in whole.output
    assert "without secrets" in whole.output
    data = bytearray(archive.read_bytes())
    data[-3] ^= 1
    archive.write_bytes(data)
    damaged = said(place, "backup", "--verify", str(archive))
    assert damaged.exit_code == MISSING
    assert damaged.stderr.startswith(f"trunkline: {archive}: cannot be used")


def test_refusals_are_sentences(place: Place) -> None:
    """No archive named, a file that exists, a database that holds something: a code and what to do, and nothing done."""
    archive = place.folder / "one.backup"
    assert said(place, "backup", "--verify").exit_code == WRONG
    assert said(place, "backup", str(archive)).exit_code == 0
    assert said(place, "backup", str(archive)).exit_code == MISSING
    add_ann(place)
    refused = said(place, "restore", str(archive))
    assert refused.exit_code == MISSING
    assert "--replace" in refused.stderr
    assert said(place, "restore", str(archive), "--replace").exit_code == 0
    assert names(place) == [], "ann came after the backup"
    assert said(place, "restore", str(place.folder / "none")).exit_code == MISSING


def test_without_a_settings_file_or_one_in_the_archive(place: Place) -> None:
    """Where neither is, the sentence names the file that is missing."""
    archive = str(place.folder / "one.backup")
    assert said(place, "backup", archive, "--without-secrets").exit_code == 0
    place.file.unlink()
    refused = said(place, "restore", archive)
    assert refused.exit_code == WRONG
    assert str(place.file) in refused.stderr
