"""E-mail: the drop (SMTP in, a process of its own), intake, threading, the outbox."""
