"""References as data: CSL items, their dates and names, and the formats they are brought in."""
