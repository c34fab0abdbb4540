"""Written channels that are not mail: messages on their way out, whom a conversation is about, pictures that are still to come."""
