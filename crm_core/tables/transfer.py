"""Imports: a batch for each file, and what became of each of its rows."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Table, Text

from crm_core.tables.base import Json, Words, index_where, metadata, moment
from crm_core.tables.work import Sequence

# `state`: draft, queued, running, finished, stopped, failed, undoing, undone. `rows_done` is the number of the last row of the file that is
# dealt with, `indexed_row` the last whose record search knows: both move in the unit that does the work, so a restart goes on from there
import_batch = Table(
    "import_batch",
    metadata,
    Column("seq", Sequence, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("entity", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("file_name", Words, nullable=False),
    Column("layout", Json, nullable=False),
    Column("plan", Json, nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("rows_total", BigInteger),
    Column("rows_done", BigInteger, nullable=False),
    Column("indexed_row", BigInteger, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("updated", BigInteger, nullable=False),
    Column("unchanged", BigInteger, nullable=False),
    Column("skipped", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("taken_back", BigInteger, nullable=False),
    Column("kept", BigInteger, nullable=False),
    Column("error", Text),
    Column("user_id", Text, index=True),
    Column("origin", Json, nullable=False),
    moment("created_at", index=True),
    moment("started_at", nullable=True),
    moment("finished_at", nullable=True),
    index_where("ix_import_batch_at_work", "state", where="state IN ('queued', 'running', 'undoing')"),
    sqlite_autoincrement=True,
)

# JSON, written by ourselves: most rows have none of it. `before`: what an update replaced; `given`: the cells of a row that was not taken, so that it can be mended and imported again;
# `undo`: taken_back, changed_since, in_use, not_yours
import_row = Table(
    "import_row",
    metadata,
    Column("batch", Sequence, ForeignKey("import_batch.seq", ondelete="CASCADE"), primary_key=True),
    Column("row", BigInteger, primary_key=True, autoincrement=False),
    Column("outcome", Text, nullable=False),
    Column("record_id", Text),
    Column("code", Text),
    Column("field", Text),
    Column("params", Text),
    Column("before", Text),
    Column("given", Text),
    Column("undo", Text),
    # most rows of most files are made: those are found without an index of their own
    index_where("ix_import_row_told", "batch", "outcome", "row", where="outcome <> 'created'"),
    index_where("ix_import_row_undo", "batch", "undo", "row", where="undo IN ('changed_since', 'in_use')"),
    sqlite_with_rowid=False,
)
