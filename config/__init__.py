"""Settings, logging, the event loop and what the product ships for Asterisk. A leaf: imports nothing of ours."""
