"""A centre in one file and back: the database, the letters not yet in it, recordings, settings with their secrets."""
