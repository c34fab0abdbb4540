"""Rules and procedures: what starts by itself when something happens or time passes, what it does, and that it does it once."""
