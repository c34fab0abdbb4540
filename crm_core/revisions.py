"""Which schema a database has and which one this version works with, without Alembic: a start of the server needs no more than that, and Alembic takes
longer to load than callers should wait.
"""

import re
from functools import cache
from importlib import resources

from sqlalchemy import Column, MetaData, Table, Text, inspect, select
from sqlalchemy.exc import DBAPIError

from crm_core.engines import as_unavailable, sqlite_file, writing_engine

_NAMED = re.compile(r"""^revision\b.*= ["'](\w+)["']""", re.MULTILINE)
_BUILDS_ON = re.compile(r"""^down_revision\b.*= (?:None|["'](\w+)["'])""", re.MULTILINE)
_KEPT = Table("alembic_version", MetaData(), Column("version_num", Text))


def current(url: str) -> str | None:
    """The revision the database has; None for an empty one or an SQLite file that does not exist."""
    file = sqlite_file(url)
    if file is not None and not file.exists():
        return None
    engine = writing_engine(url)
    try:
        with engine.begin() as conn:
            if not inspect(conn).has_table(_KEPT.name):
                return None
            found: str | None = conn.execute(select(_KEPT.c.version_num)).scalar_one_or_none()
            return found
    except DBAPIError as error:
        raise as_unavailable(error) or error from error
    finally:
        engine.dispose()


@cache
def head() -> str:
    """The revision this version of the program works with: the one that no other builds on."""
    below = {}
    for file in resources.files("crm_core.migrations.versions").iterdir():
        text = file.read_text(encoding="utf-8") if file.name.endswith(".py") else ""
        if named := _NAMED.search(text):
            before = _BUILDS_ON.search(text)
            if before is None:
                raise RuntimeError(f"{file.name} does not say which revision it builds on")
            below[named[1]] = before[1]
    heads = below.keys() - set(below.values())
    if len(heads) != 1:
        raise RuntimeError(
            f"the package has no single newest migration ({sorted(heads)}): it was built incompletely"
        )
    return heads.pop()
