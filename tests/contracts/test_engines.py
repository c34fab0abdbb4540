"""What is done to the databases' drivers."""

from typing import Any

import pytest
from pg8000 import legacy
from sqlalchemy import Connection, Integer, String, bindparam, cast, literal_column, select, text

from crm_core.engines import reading_engine
from tests.contracts.databases import Postgres, run_in


def test_a_statement_that_is_remembered_answers_as_before(url: str) -> None:
    """Signs that the driver reads (percent signs, quotes, a remark) among the places of values, asked again with other values."""
    number: Any = cast(bindparam("number"), Integer)
    word: Any = cast(bindparam("word"), String)
    sql = select(number % 4, word + literal_column("' %s %% ''q'' -- '"), number)

    def ask(conn: Connection) -> list[Any]:
        asked = ({"number": number, "word": word} for number, word in ((7, "a"), (6, "%s"), (5, "'")))
        return [tuple(row) for given in asked for row in conn.execute(sql, given)]

    end = " %s %% 'q' -- "
    assert run_in(url, ask) == [(3, f"a{end}", 7), (2, f"%s{end}", 6), (1, f"'{end}", 5)]


@pytest.mark.real
def test_postgresql_s_driver_reads_each_statement_once(postgres: Postgres) -> None:
    """pg8000 has no table of statements of its own: should it get one, or call its reader otherwise, ours is to go."""
    engine = reading_engine(postgres.fresh())
    table: Any = legacy.convert_paramstyle.remembers
    sql = text("SELECT 'read once' WHERE :number >= 0")
    with engine.connect() as conn:
        conn.execute(sql, {"number": 0})
        before = table.cache_info()
        for number in range(1, 5):
            assert conn.execute(sql, {"number": number}).scalar() == "read once"
    engine.dispose()
    after = table.cache_info()
    assert (after.hits - before.hits, after.misses - before.misses) == (4, 0)
