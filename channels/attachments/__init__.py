"""What attachments say and look like, read by a process that can at most end itself."""
