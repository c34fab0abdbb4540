"""Messages that callers leave: what Asterisk has recorded of them, and how each becomes work."""
