"""Measurements: one module for each figure."""
