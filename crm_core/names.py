"""Names as they are compared and ordered."""

from crm_core.customers.names import compared
from crm_core.search.words import fold


def folded(text: str) -> str:
    """One form for full and half width, upper and lower case, traditional and simplified characters, with accents or without."""
    return compared(fold(text))
