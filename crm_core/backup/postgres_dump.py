"""PostgreSQL: its own `pg_dump`, `pg_restore` and `psql`, in the snapshot in which our rows are counted."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from config.errors import Unavailable
from crm_core.backup.holdings import row_counts
from crm_core.engines import as_unavailable, writing_engine

ASIDE = "trunkline_before_restore"
"""The schema in which the old tables wait until the restored ones are complete."""
_DEBIAN = Path("/usr/lib/postgresql")


def dump(url: str, target: Path) -> dict[str, int]:
    """Write pg_dump's custom format; returns the rows of each table in the same snapshot."""
    program = _program("pg_dump")
    engine = create_engine(url, isolation_level="REPEATABLE READ")
    try:
        with engine.begin() as conn:
            snapshot = conn.execute(text("SELECT pg_export_snapshot()")).scalar_one()
            options = [
                "--format=custom",
                "--no-owner",
                "--no-privileges",
                f"--schema={_quoted(conn, _schema(conn))}",
            ]
            _run([program, *options, f"--snapshot={snapshot}", f"--file={target}"], url)
            return row_counts(conn)
    except DBAPIError as error:
        raise as_unavailable(error) or error from error
    finally:
        engine.dispose()


def refuse_company(url: str) -> None:
    """Raise while anybody else is connected: they would go on in tables that are put aside."""
    with _connection(url) as conn:
        others = conn.execute(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
        ).scalar_one()
    if others:
        raise Unavailable(
            "database", f"{others} others are connected to it; stop the server on every machine"
        )


def restore(url: str, archive: Path) -> None:
    """Put the old tables aside and the dump's in their place, in one transaction; `settle` or `put_back` ends it."""
    put_back(url)
    with _connection(url) as conn:
        name = _schema(conn)
        schema = _quoted(conn, name)
    pg_restore, psql = _program("pg_restore"), _program("psql")
    script = archive.with_suffix(".sql")
    options = ["--no-owner", "--no-privileges", "--exit-on-error", f"--schema={name}"]
    _run([pg_restore, *options, f"--file={script}", str(archive)], url)
    aside = f"ALTER SCHEMA {schema} RENAME TO {ASIDE}; CREATE SCHEMA {schema}"
    psql_options = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    _run([psql, *psql_options, f"--command={aside}", f"--file={script}"], url)
    script.unlink()


def settle(url: str) -> None:
    """The restored tables stay; the old ones go."""
    with _connection(url) as conn:
        conn.execute(text(f"DROP SCHEMA IF EXISTS {ASIDE} CASCADE"))


def is_aside(url: str) -> bool:
    """Whether old tables wait: a restore was interrupted before `settle`."""
    with _connection(url) as conn:
        return _is_aside(conn)


def put_back(url: str) -> bool:
    """The old tables again where a restore was interrupted before `settle`; whether there was one."""
    with _connection(url) as conn:
        if not _is_aside(conn):
            return False
        # the search path names a schema that may be missing: then it is the one that was put aside
        found = conn.execute(text("SELECT current_schema()")).scalar_one_or_none()
        name = _quoted(conn, found or "public")
        conn.execute(text(f"DROP SCHEMA IF EXISTS {name} CASCADE"))
        conn.execute(text(f"ALTER SCHEMA {ASIDE} RENAME TO {name}"))
    return True


def _is_aside(conn: Connection) -> bool:
    asked = text("SELECT 1 FROM pg_namespace WHERE nspname = :name")
    return conn.execute(asked, {"name": ASIDE}).first() is not None


@contextmanager
def _connection(url: str) -> Iterator[Connection]:
    engine = writing_engine(url)
    try:
        with engine.begin() as conn:
            yield conn
    except DBAPIError as error:
        raise as_unavailable(error) or error from error
    finally:
        engine.dispose()


def _schema(conn: Connection) -> str:
    return str(conn.execute(text("SELECT current_schema()")).scalar_one())


def _quoted(conn: Connection, name: str) -> str:
    return conn.dialect.identifier_preparer.quote_identifier(name)


def _program(name: str) -> str:
    """The newest of Debian's, which stand beside each other by version; else what the path has."""
    versions = sorted(
        _DEBIAN.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4]) if path.parts[4].isdigit() else 0
    )
    found = str(versions[-1]) if versions else shutil.which(name)
    if found is None:
        raise Unavailable(
            name, "is not on this machine; install PostgreSQL's client programs (Debian: postgresql-client)"
        )
    return found


def _run(command: list[str], url: str) -> None:
    """Run one of PostgreSQL's programs on the database of `url`; its own words are the reason when it fails."""
    done = subprocess.run(  # noqa: S603 - our own arguments, no shell
        command, env=_environment(make_url(url)), stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    if done.returncode:
        words = " ".join(done.stderr.decode(errors="replace").split())
        raise Unavailable(Path(command[0]).name, words or f"ended with code {done.returncode}")


def _environment(url: URL) -> dict[str, str]:
    """What libpq reads; a password among the arguments would be seen by every user of the machine."""
    socket = url.query.get("unix_sock") or url.query.get("host")
    if isinstance(socket, str) and Path(socket).name.startswith(".s.PGSQL."):
        host, port = str(Path(socket).parent), socket.rpartition(".")[2]
    else:
        host, port = socket if isinstance(socket, str) else url.host or "", str(url.port or 5432)
    given = {
        "PGHOST": host,
        "PGPORT": port,
        "PGUSER": url.username or "",
        "PGPASSWORD": str(url.password) if url.password else "",
        "PGDATABASE": url.database or "",
        "PGCLIENTENCODING": "UTF8",
    }
    return os.environ | {name: value for name, value in given.items() if value}
