"""How cases are worked: types with their forms and life cycles, links, merging and splitting, texts, macros, figures."""
