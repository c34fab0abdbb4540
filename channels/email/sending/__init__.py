"""The way out: written letters, the outbox, the relay."""
