"""Service contracts: whom they cover, what is left of their limits, and when they are to be renewed (docs/contracts-and-limits.md)."""
