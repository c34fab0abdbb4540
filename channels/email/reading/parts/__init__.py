"""A letter's parts: its words, its files, and files that are packed or written in other ways. Pure."""
