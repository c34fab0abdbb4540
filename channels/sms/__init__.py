"""Text messages by a gateway's HTTP interface. See docs/sms.md."""
