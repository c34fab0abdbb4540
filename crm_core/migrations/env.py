"""Alembic's entry: migrates on the connection that `crm_core.schema` hands over, inside its transaction."""

from alembic import context

from crm_core.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a table by copying it
)
with context.begin_transaction():
    context.run_migrations()
