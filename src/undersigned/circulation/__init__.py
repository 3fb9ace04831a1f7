"""Who carries a letter: carriers, their covering letters, and the runs that send them."""
