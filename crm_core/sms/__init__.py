"""Text messages in the store: gateways and numbers, parts that are waited for, numbers that want nothing more."""
