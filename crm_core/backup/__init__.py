"""The whole database to a file and back: SQLite by its backup API, PostgreSQL by its own programs."""
