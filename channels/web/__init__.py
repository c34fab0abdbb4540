"""What customers write in a form of ours: filed as letters are, so that it waits, is answered and threads like mail."""
