"""Which numbers are dialled, by whom and how often; and whose calls are not taken."""
