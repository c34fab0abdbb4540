"""Letters before they are letters: written, shared, held for a moment or until their time."""
