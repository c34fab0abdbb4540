"""Alembic revisions; run through `crm_core.schema`, never by themselves."""
