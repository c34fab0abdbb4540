"""How the organisation shows itself: its name, where it is reached, its logo and its colour."""
