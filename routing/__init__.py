"""One queue for every medium: the pure router (`routing.core`) and the shell round it (`routing.floor`)."""
