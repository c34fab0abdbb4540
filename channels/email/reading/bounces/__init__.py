"""Reports of undelivered letters: of any mail system, in RFC 3464's form, ARF's (RFC 5965), or in words only. Pure."""
