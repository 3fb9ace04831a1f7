"""Organisations sign apart from people: an officer says so, and the organisation's web domain proves it."""
