"""Rows out of files and into files: import with a report per row and undo, export of what the reader may read."""
