"""Recorded talks: how the audio is put together, encrypted and read again, and the rows that tell of it."""
