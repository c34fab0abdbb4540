"""Customers as they are worked with: names, contact points, relations, duplicates, merging, consents, the time line (docs/customers.md)."""
