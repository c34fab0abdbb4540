"""What somebody wrote anew, apart from what they quote and from their signature: in plain text and HTML. Pure."""
