"""A backup is the whole centre as it was at one moment, and comes back as that or not at all."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, delete, func, insert, select, text, update

from config.errors import Unavailable
from config.settings import Settings, load
from crm_core import schema
from crm_core.backup import postgres_dump, sqlite_copy
from crm_core.backup.holdings import held, row_counts
from crm_core.engines import sqlite_file
from crm_core.tables import counter, metadata, party
from tests.contracts.databases import Postgres, run_in
from tests.contracts.full_database import fill
from trunkline.backup import archive, contents
from trunkline.backup.folders import STAGING
from trunkline.backup.making import make
from trunkline.backup.manifest import Manifest
from trunkline.backup.restoring import restore, take_settings

SECRET = "sixteen characters and more"


def silent(what: str, done: int, total: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """A data folder and settings beside a database."""

    file: Path
    settings: Settings

    @property
    def url(self) -> str:
        return self.settings.database_url()

    @property
    def data(self) -> Path:
        return self.settings.centre.data_dir

    def back_up(self, name: str = "one.backup", *, secrets: bool = True) -> Path:
        target = self.file.parent / name
        make(self.settings, self.file, target, secrets=secrets, told=silent)
        return target

    def restore(self, path: Path, *, replace: bool = False) -> Manifest:
        return restore(path, self.settings, replace=replace, told=silent)


def centre(folder: Path, url: str) -> Centre:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ami").write_text("manager's secret\n", encoding="utf-8")
    file = folder / "trunkline.toml"
    file.write_text(
        f'[database]\nurl = "{url}"\n[asterisk]\nami_secret_file = "{folder}/ami"\nari_secret = "two"\n'
        f'[mail]\nreply_secret = "{SECRET}"\n',
        encoding="utf-8",
    )
    return Centre(file=file, settings=load(file, {}))


@pytest.fixture
def full(url: str, tmp_path: Path) -> Centre:
    """A centre with a row in every table, letters in the spool and a recording."""
    run_in(url, fill)
    made = centre(tmp_path / "full", url)
    for folder, name in (("spool", "1.seg"), ("recordings", "2026/11/call.wav")):
        path = made.data / folder / name
        path.parent.mkdir(parents=True)
        path.write_bytes(os.urandom(100_000))
    return made


@pytest.fixture
def other(request: pytest.FixtureRequest, url: str, tmp_path: Path) -> Centre:
    """A new centre of the same kind of database, with tables and nothing in them."""
    if sqlite_file(url) is None:
        server: Postgres = request.getfixturevalue("postgres")
        return centre(tmp_path / "other", server.fresh())
    template: Path = request.getfixturevalue("sqlite_template")
    shutil.copy(template, tmp_path / "other.db")
    return centre(tmp_path / "other", f"sqlite:///{tmp_path / 'other.db'}")


def everything(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Each table's rows, and the words of search."""

    def read(conn: Connection) -> dict[str, list[tuple[Any, ...]]]:
        found = {
            table.name: [tuple(row) for row in conn.execute(select(table))]
            for table in metadata.sorted_tables
        }
        found["words"] = [tuple(row) for row in conn.execute(text("SELECT * FROM search_words"))]
        return found

    return run_in(url, read)


def files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("trunkline.db")
    }


def add_parties(url: str, *names: str) -> None:
    def add(conn: Connection) -> None:
        for name in names:
            conn.execute(
                insert(party).values(id=name, kind="person", name=name, sought=name, note="", created_at=1.0)
            )

    run_in(url, add)


def test_the_round_trip(full: Centre, other: Centre) -> None:
    """Every row of every table, the index of search and every file come back as they were."""
    manifest = other.restore(full.back_up())
    assert everything(other.url) == everything(full.url)
    assert all(manifest.rows[table.name] >= 1 for table in metadata.sorted_tables), "a row in every table"
    assert files(other.data) == files(full.data) != {}
    assert schema.current(other.url) == schema.head()
    assert list(other.data.glob(".restoring*")) == []


def test_the_restored_database_takes_new_rows(full: Centre, other: Centre) -> None:
    """Numbers that the database counts by itself go on where they were: the restored centre works."""
    other.restore(full.back_up())

    def add(conn: Connection) -> int:
        conn.execute(text("INSERT INTO fact (epoch, kind, at, data) VALUES (1, 'Arrived', 1.0, '{}')"))
        return conn.execute(text("SELECT max(seq) FROM fact")).scalar_one()

    assert run_in(other.url, add) >= 1


def test_what_the_manifest_says(full: Centre) -> None:
    """Version, schema, kind of database, time, row counts and checksums are those of what was backed up."""
    manifest = archive.read(full.back_up(), silent)
    assert manifest.schema == schema.head()
    assert manifest.database == ("sqlite" if sqlite_file(full.url) else "postgresql")
    assert dict(manifest.rows) == held(full.url)
    recording = next(member for member in manifest.files if member.name.endswith("call.wav"))
    data = (full.data / "recordings/2026/11/call.wav").read_bytes()
    assert (recording.bytes, recording.sha256) == (len(data), hashlib.sha256(data).hexdigest())


def test_secrets_only_where_wanted(full: Centre, tmp_path: Path) -> None:
    """With secrets a lost settings file and its files of secrets come back; without, the archive holds none of them."""
    with_them, without = full.back_up("with"), full.back_up("without", secrets=False)
    assert with_them.stat().st_mode & 0o077 == 0
    assert not any(member.name.startswith("settings/") for member in archive.read(without, silent).files)
    new = tmp_path / "new" / "trunkline.toml"
    new.parent.mkdir()
    ami = full.file.parent / "ami"
    ami.unlink()
    assert not take_settings(without, new, silent)
    assert not new.exists()
    assert take_settings(with_them, new, silent)
    assert new.read_text() == full.file.read_text()
    assert ami.read_text() == "manager's secret\n"
    assert (new.stat().st_mode | ami.stat().st_mode) & 0o077 == 0


def test_not_over_what_is_there(full: Centre, other: Centre) -> None:
    """A database that holds something is left alone, unless it is said that it may be replaced; then nothing of it is left."""
    backup = full.back_up()
    add_parties(other.url, "p-old")
    (other.data / "spool").mkdir(parents=True)
    (other.data / "spool" / "9.seg").write_bytes(b"old")
    before = everything(other.url)
    with pytest.raises(Unavailable, match="--replace"):
        other.restore(backup)
    assert everything(other.url) == before
    other.restore(backup, replace=True)
    assert everything(other.url) == everything(full.url)
    assert files(other.data) == files(full.data)


def keep_letter(of: Centre) -> dict[str, str]:
    """A letter that was accepted waits in the spool, beside a key; the files there are."""
    for folder, name in (("spool", "9.seg"), ("keys", "own.key")):
        (of.data / folder).mkdir(parents=True)
        (of.data / folder / name).write_bytes(b"old")
    return files(of.data)


def test_not_over_letters_that_wait(full: Centre, other: Centre) -> None:
    """A new database beside a spool that holds letters is not written over: they are nowhere else. Said so, they are replaced."""
    backup, there = full.back_up(), keep_letter(other)
    with pytest.raises(Unavailable, match=r"holds 2 files.*--replace"):
        other.restore(backup)
    assert files(other.data) == there
    other.restore(backup, replace=True)
    assert files(other.data) == files(full.data)


def test_a_database_in_use_costs_no_letter(full: Centre, other: Centre) -> None:
    """When the last step is refused, because somebody has the database open, the folders are the old ones again."""
    backup, there, before = full.back_up(), keep_letter(other), everything(other.url)
    engine = create_engine(other.url)
    with engine.connect() as company:
        company.execute(text("SELECT count(*) FROM party")).all()
        with pytest.raises(Unavailable, match="stop the server"):
            other.restore(backup, replace=True)
    engine.dispose()
    assert files(other.data) == there
    assert everything(other.url) == before


def test_any_flipped_byte_is_refused(full: Centre, other: Centre) -> None:
    """Wherever one byte of the archive is another one, and wherever it is cut, it is refused and nothing is touched.

    One case in a hundred is no damage: deflate may point to another place where the same bytes stand."""
    backup = full.back_up()
    before, manifest = everything(other.url), archive.read(backup, silent)
    data = backup.read_bytes()
    places = [*range(12), *range(12, len(data), max(len(data) // 60, 1)), *range(len(data) - 8, len(data))]
    refused = 0
    for place in places:
        backup.write_bytes(data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1 :])
        try:
            assert archive.read(backup, silent) == manifest
        except Unavailable:
            refused += 1
    assert refused >= len(places) - 3
    for length in (0, 5, len(data) // 2, len(data) - 1):
        backup.write_bytes(data[:length])
        with pytest.raises(Unavailable):
            other.restore(backup)
    assert everything(other.url) == before


def test_another_members_bytes_are_refused(full: Centre) -> None:
    """An archive that was unpacked, changed and packed again is refused: the manifest's checksum tells."""
    backup = full.back_up()
    out = backup.parent / "out"
    out.mkdir()
    subprocess.run(["tar", "xzf", backup, "-C", out], check=True)
    names = subprocess.run(["tar", "tzf", backup], check=True, capture_output=True, text=True).stdout.split()
    (out / "data/spool/1.seg").write_bytes(b"x" * 100_000)
    subprocess.run(["tar", "cf", backup.parent / "new.tar", "-C", out, *names], check=True)
    subprocess.run(f"gzip -n < {backup.parent}/new.tar > {backup}", shell=True, check=True)
    data = bytearray(backup.read_bytes())
    data[8:10] = b"\x00\xff"
    backup.write_bytes(data)
    with pytest.raises(Unavailable, match="spool"):
        archive.read(backup, silent)


def test_a_newer_schema_is_refused(full: Centre, other: Centre) -> None:
    """What a newer version made is not understood, and nothing is touched."""
    run_in(full.url, lambda conn: conn.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    backup = full.back_up()
    with pytest.raises(Unavailable, match="newer"):
        other.restore(backup)
    assert schema.current(other.url) == schema.head()


def test_an_older_schema_is_brought_forward(full: Centre, other: Centre) -> None:
    """A backup of an older version is migrated while it is restored, and keeps its customers."""
    run_in(full.url, lambda conn: conn.execute(delete(metadata.tables["case_event"])))
    schema.downgrade(full.url, "0002")
    backup = full.back_up()
    assert archive.read(backup, silent).schema == "0002"
    other.restore(backup)
    assert schema.current(other.url) == schema.head()
    assert (
        run_in(other.url, lambda conn: conn.execute(select(func.count()).select_from(party)).scalar_one())
        == 1
    )


def test_the_other_kind_of_database_is_refused(full: Centre, tmp_path: Path) -> None:
    """A backup fits the kind of database it was made of."""
    backup = full.back_up()
    url = f"sqlite:///{tmp_path / 'x.db'}"
    if sqlite_file(full.url):
        url = "postgresql+pg8000://x@127.0.0.1:1/x"
    with pytest.raises(Unavailable, match="do not fit"):
        centre(tmp_path / "third", url).restore(backup)


@pytest.fixture
def pairs(full: Centre) -> Iterator[Centre]:
    """A writer that all the time adds two rows and raises a counter, in one transaction each."""
    over = threading.Event()
    run_in(full.url, lambda conn: conn.execute(insert(counter).values(name="pairs", value=0)))

    def write(number: int) -> None:
        def add(conn: Connection) -> None:
            for side in ("left", "right"):
                name = f"{side}-{number:06}"
                conn.execute(
                    insert(party).values(
                        id=name, kind="person", name=name, sought=name, note="x" * 500, created_at=1.0
                    )
                )
            conn.execute(update(counter).where(counter.c.name == "pairs").values(value=number))

        run_in(full.url, add)

    def work() -> None:
        number = 0
        while not over.is_set():
            number += 1
            write(number)

    writer = threading.Thread(target=work)
    writer.start()
    try:
        yield full
    finally:
        over.set()
        writer.join()


def test_nothing_is_torn_while_a_writer_writes(pairs: Centre, other: Centre) -> None:
    """Beside a steady writer, each backup is one moment: both halves of each write or neither, and their count."""

    def pairs_in(conn: Connection) -> tuple[int, int, int]:
        def like(side: str) -> int:
            query = select(func.count()).select_from(party).where(party.c.id.startswith(f"{side}-"))
            return conn.execute(query).scalar_one()

        return (
            like("left"),
            like("right"),
            conn.execute(select(counter.c.value).where(counter.c.name == "pairs")).scalar_one(),
        )

    seen = []
    for number in range(3):
        time.sleep(0.3)
        other.restore(pairs.back_up(f"{number}.backup"), replace=True)
        left, right, counted = run_in(other.url, pairs_in)
        assert left == right == counted
        seen.append(counted)
    assert seen == sorted(set(seen)), "the writer wrote between and was not held up"


def test_a_copy_in_small_steps_does_not_begin_anew(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's copy ends also when rows come in between any two of its steps, and has none of them."""
    source = Path(shutil.copy(sqlite_template, tmp_path / "source.db"))
    url = f"sqlite:///{source}"
    monkeypatch.setattr(sqlite_copy, "PAGES_A_STEP", 1)
    steps = 0

    def told(done: int, total: int) -> None:
        nonlocal steps
        steps += 1
        assert steps < 5_000, "it began anew"
        add_parties(url, f"p-{steps}")

    sqlite_copy.copy(source, tmp_path / "copy.db", told)
    assert steps > 50
    assert held(f"sqlite:///{tmp_path / 'copy.db'}")["party"] == 0
    assert held(url)["party"] == steps


_KILLED = """
import config.loop, os, signal, sys
from pathlib import Path
from config.settings import load
from crm_core import schema
from crm_core.backup import postgres_dump, sqlite_copy
from trunkline.backup import archive
from trunkline.backup.restoring import restore

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

place = sys.argv[3]
if place == "reading":
    archive._compare = die
elif place == "migrating":
    schema.upgrade = die
elif place == "renaming":
    sqlite_copy.put_in_place = postgres_dump.settle = die
restore(Path(sys.argv[1]), load(Path(sys.argv[2]), {}), replace=True, told=lambda *_: None)
"""


@pytest.mark.parametrize("moment", ["reading", "migrating", "renaming"])
def test_a_killed_restore_leaves_the_old(full: Centre, other: Centre, moment: str) -> None:
    """Killed while it reads, migrates or is about to put in place, it has changed nothing that does not come back, and the
    next one works."""
    backup, there = full.back_up(), keep_letter(other)
    add_parties(other.url, "p-old")
    before = everything(other.url)
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, backup, other.file, moment], check=False, capture_output=True
    )
    assert done.returncode == -9, done.stderr
    if sqlite_file(other.url) is None:
        assert postgres_dump.is_aside(other.url) == (moment != "reading")
    else:
        assert everything(other.url) == before
    with pytest.raises(Unavailable, match="--replace"):
        other.restore(backup)
    assert files(other.data) == there, "also a refused one puts back what a killed one had put aside"
    assert everything(other.url) == before
    other.restore(backup, replace=True)
    assert everything(other.url) == everything(full.url)
    assert files(other.data) == files(full.data)
    assert not (other.data / STAGING).exists()


_KILLED_LATE = _KILLED.replace(
    "place = sys.argv[3]", "from trunkline.backup import folders; folders._settle = die; place = ''"
)


def test_a_restore_that_is_killed_at_its_end_is_done(full: Centre, other: Centre) -> None:
    """Killed when the new database is in its place, the new folders stay with it."""
    backup = full.back_up()
    keep_letter(other)
    add_parties(other.url, "p-old")
    done = subprocess.run(
        [sys.executable, "-c", _KILLED_LATE, backup, other.file], check=False, capture_output=True
    )
    assert done.returncode == -9, done.stderr
    with pytest.raises(Unavailable, match="--replace"):
        other.restore(backup)
    assert everything(other.url) == everything(full.url)
    assert files(other.data) == files(full.data)


def test_a_failing_migration_leaves_the_old(
    full: Centre, other: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the backup cannot be brought to this version, the old database is there as before."""
    run_in(full.url, lambda conn: conn.execute(text("DROP TABLE search_version")))
    backup = full.back_up()
    before = everything(other.url)
    with pytest.raises(Exception, match="search_version"):
        other.restore(backup)
    assert everything(other.url) == before


def test_a_database_in_use_is_left_alone(full: Centre, other: Centre) -> None:
    """While a server has the database open, nothing is put in its place, and the server's next write is kept."""
    backup = full.back_up()

    def write_on(conn: Connection) -> None:
        conn.execute(insert(counter).values(name="mine", value=1))
        with pytest.raises(Unavailable, match="stop the server"):
            other.restore(backup, replace=True)

    if sqlite_file(other.url):  # a reader is enough
        reader = sqlite3.connect(sqlite_file(other.url) or "")
        reader.execute("PRAGMA journal_mode=WAL")
        reader.execute("SELECT * FROM party").fetchall()
        with pytest.raises(Unavailable, match="stop the server"):
            other.restore(backup, replace=True)
        reader.close()
    else:
        run_in(other.url, write_on)
        assert run_in(other.url, lambda conn: row_counts(conn)["counter"]) == 1


def test_a_failed_backup_leaves_nothing(full: Centre, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PostgreSQL's programs, or with a damaged SQLite file, the sentence says so and no archive appears."""
    if sqlite_file(full.url) is None:
        monkeypatch.setattr(postgres_dump, "_DEBIAN", Path("/nowhere"))
        monkeypatch.setenv("PATH", "/nowhere")
    else:
        file = sqlite_file(full.url)
        assert file is not None
        with file.open("r+b") as damaged:
            damaged.seek(4096 * 3)
            damaged.write(os.urandom(4096 * 4))
    before = sorted(full.file.parent.iterdir())
    with pytest.raises(Unavailable):
        full.back_up()
    assert sorted(full.file.parent.iterdir()) == before


def test_a_name_that_leads_out_is_refused(full: Centre, other: Centre, tmp_path: Path) -> None:
    """An archive cannot write outside of its folder."""
    with (tmp_path / "evil").open("wb") as file, archive.ArchiveWriter(file, silent) as writer:
        writer.add("../../../escaped", full.file)
        manifest = archive.read(full.back_up(), silent)
        changed = {name: getattr(manifest, name) for name in manifest.__slots__}
        writer.finish(Manifest(**{**changed, "files": tuple(writer.members)}))
    with pytest.raises(Unavailable, match="leads out"):
        other.restore(tmp_path / "evil")
    assert list(tmp_path.rglob("escaped")) == []
    assert contents.SPOOL == "spool"
