"""What a letter says: from its raw bytes to fields, text, marks. Pure, and a worker with limits round it."""
