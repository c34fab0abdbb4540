"""Benchmarks: each prints ratios against a peer or a limit run in the same call."""
