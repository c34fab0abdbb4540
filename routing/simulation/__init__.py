"""A centre in virtual time: the very router that works, with drawn customers and agents in the place of real ones."""
