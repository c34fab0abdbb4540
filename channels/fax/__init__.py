"""Fax: pages in and out, beside the telephone that carries them (`cti`)."""
