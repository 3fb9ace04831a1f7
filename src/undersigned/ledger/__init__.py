"""The log of an appeal in the database and as tiles; it knows bytes, not people."""
