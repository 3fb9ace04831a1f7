"""The demonstration appeal: letter, people, and how they come into an empty database."""
