"""What happens in a talk: hold, asking somebody first, three at a call, pauses of the recording, listening in."""
