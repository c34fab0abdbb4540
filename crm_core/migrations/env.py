"""Alembic's entry: migrates on the connection that `crm_core.schema` hands over, inside its transaction."""

from alembic import context

from crm_core import entities
from crm_core.tables import metadata

assert entities.ALL  # noqa: S101 - their tables are in the metadata once they are declared
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a table by copying it
    include_name=context.config.attributes.get("include_name"),
    render_item=context.config.attributes.get("render_item"),
)
with context.begin_transaction():
    context.run_migrations()
