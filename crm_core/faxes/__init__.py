"""Faxes: what Asterisk has written of each, how one that came becomes work, and how one goes out."""
