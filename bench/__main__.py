"""Runs every measurement: `python -m bench`."""

from bench import archive, baseline, edition, front, publisher, replay, roll, sender, start, verify, writer

baseline.main()
for script in (front, writer, publisher, verify, roll, sender, start, edition, archive, replay):
    script.main([])
