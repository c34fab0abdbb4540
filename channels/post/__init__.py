"""Letters on paper that were scanned: a watched folder for each queue. See docs/channels.md."""
