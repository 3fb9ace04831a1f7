"""Undersigned attacked on purpose: invented input for every parser and form, scanners, a second reader."""
