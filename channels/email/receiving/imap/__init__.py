"""Mailboxes that are read by IMAP4rev1 (RFC 3501): the dialogue, the way in, and what is read and when."""
