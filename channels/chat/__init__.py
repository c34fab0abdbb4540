"""Chats with visitors of a site: what they are sent, who is there, and what follows when somebody is not."""
