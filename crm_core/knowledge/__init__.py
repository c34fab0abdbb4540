"""Knowledge (docs/knowledge.md): articles in three languages with all their versions, drafts from solved cases, suggestions,
votes and uses, and memos to agents.

`texts` keeps the languages of an article, `publishing` leads them from draft to published, `markdown` and `difference` show
them, `suggest` finds what fits what somebody types, `collect` makes drafts of solved cases, `masking` takes people out of them.
"""
