"""The customers' own door (docs/portal.md): links that are mailed, sessions, their own data and cases. Everything is asked for by the
session's party, so that whoever guesses an id finds nothing."""
