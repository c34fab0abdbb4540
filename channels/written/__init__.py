"""What every written channel shares: the contract, filing what comes, sending what goes. See docs/channels.md."""
