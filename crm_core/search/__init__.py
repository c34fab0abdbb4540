"""Search over customers, cases, letters and notes (docs/search.md).

`words` cuts text into tokens, `asked` reads what was typed, `spelling` writes it for either database, `sources` says what of
a row is indexed, `index` keeps the index, `rights` who may read what, `find` searches, `party_list` lists customers.
"""
