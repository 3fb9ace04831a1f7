"""Runs every measurement: `python -m bench`."""

from bench import baseline, publisher, roll, sender, start, verify

baseline.main()
for script in (publisher, verify, roll, sender, start):
    script.main([])
