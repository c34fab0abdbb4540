"""Asterisk servers: what belongs to each one, beside what all of them have in common."""
