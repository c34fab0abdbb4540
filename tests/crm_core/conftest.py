"""A database of the quick kind: an SQLite file with our tables, rolled back after each test."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from crm_core.engines import writing_engine
from tests.templates import with_tables


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine on a file with our tables; tests roll back what they do."""
    url = with_tables(tmp_path_factory.mktemp("crm_core") / "trunkline.db")
    made = writing_engine(url)
    yield made
    made.dispose()
