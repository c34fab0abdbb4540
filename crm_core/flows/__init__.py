"""Entry flows: what callers hear, key and are led to before they wait, as data with versions."""
