"""The record of one interaction: who took part in it, when, and how each part of it ended."""
