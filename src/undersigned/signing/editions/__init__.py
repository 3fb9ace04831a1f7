"""Editions and archives that the web hands out: asked for, made, published, taken away."""
