"""Chats as they are kept; who is there and who types is known only while the server runs."""
