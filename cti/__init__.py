"""Asterisk: the AMI link, calls as interaction events, the voice channel."""
