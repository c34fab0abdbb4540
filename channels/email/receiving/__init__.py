"""The way in: the drop, the spool, and from there into a case and the queue."""
