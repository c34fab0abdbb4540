"""Drafts the migration from the newest revision to what the tables say now: `make migration NAME=what_it_does`. Read it before you commit."""

import re
import sys
import tempfile
from pathlib import Path
from typing import Any, Literal

from alembic import command
from alembic.autogenerate.api import AutogenContext
from alembic.config import Config

from crm_core import schema
from crm_core.engines import migrating_engine
from crm_core.tables.base import Amount, Json, TextList, Words
from crm_core.tables.search import WORDS_TABLE

_VERSIONS = Path(__file__).parent / "versions"


def draft(name: str) -> None:
    """Write the next revision into the folder of versions."""
    revision = f"{int(schema.head()) + 1:04d}"
    config = Config()
    config.set_main_option("script_location", "crm_core:migrations")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/draft.db"
        schema.migrate(url)
        engine = migrating_engine(url)
        with engine.begin() as conn:
            config.attributes |= {"connection": conn, "include_name": _is_ours, "render_item": _plain}
            command.revision(config, message=name, autogenerate=True, rev_id=revision)
        engine.dispose()


def _is_ours(name: str | None, kind: str, _: object) -> bool:
    return kind != "table" or not str(name).startswith(WORDS_TABLE)


def _plain(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:
    """Migrations stay as they are when our types change, so they name the database's own."""
    match item:
        case Words() | TextList() if kind == "type":
            return "sa.Text()"
        case Amount() if kind == "type":
            return "sa.BigInteger()"
        case Json() if kind == "type":
            context.imports.add("from sqlalchemy.dialects import postgresql")
            return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
        case _:
            return False


if __name__ == "__main__":
    if len(sys.argv) != 2 or not re.fullmatch("[a-z0-9_]+", sys.argv[1]):
        sys.exit("please name what it does: make migration NAME=warranties")
    draft(sys.argv[1])
