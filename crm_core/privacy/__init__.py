"""A person's data as a whole: found wherever it is kept, handed over as a copy, held, erased; see docs/privacy.md."""
