"""Requests to addresses outside that somebody else names: bounded, and never into our own network."""
