"""What customers see in their browsers: answers to common questions (`help_pages`), and their own portal (`portal_pages`).

Pages are made here, whole, without a script: they work on anything that shows HTML. `words` has their texts in three languages,
`rendering` makes the page and its headers, `forms` reads what is sent back.
"""
