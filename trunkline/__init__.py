"""The composition root, the command line and the demo centre."""

__version__ = "0.1.0"
