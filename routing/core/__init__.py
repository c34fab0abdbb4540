"""The router that decides: standard library only, no clock, no loop, no randomness, no I/O."""
