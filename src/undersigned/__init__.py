"""Undersigned: open letters that travel, with signatures that anyone can check."""

__version__ = "0.1.0"
