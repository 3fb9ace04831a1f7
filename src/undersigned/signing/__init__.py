"""Who signs: sign, confirm, amend, withdraw, erase, and the roll."""
