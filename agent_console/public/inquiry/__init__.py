"""Inquiry forms for everybody: `pages` shows and takes them, `status` the state of what was sent, `frames` gives scripts to us and to other sites;
`reading` reads what is sent, `taking` files it, for pages and for programs alike."""
