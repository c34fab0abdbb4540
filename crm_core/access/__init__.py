"""Who may do what: roles, scopes over rows, rights on fields; one filter that everything that reads obeys."""
