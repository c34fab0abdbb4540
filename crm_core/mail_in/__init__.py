"""What the way in keeps: aliases of Message-IDs, the budget of automatic letters, letters that came back, mailboxes."""
