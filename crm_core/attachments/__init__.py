"""Attachments by themselves: what they say, finding them, and which are still to be read."""
