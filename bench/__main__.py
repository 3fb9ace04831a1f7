"""Runs every measurement: `python -m bench`."""

from bench import baseline

baseline.main()
