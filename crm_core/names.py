"""Names as they are compared."""

import unicodedata


def folded(text: str) -> str:
    """NFKC, so that full and half width are one, without case and outer blanks."""
    return unicodedata.normalize("NFKC", text).casefold().strip()
