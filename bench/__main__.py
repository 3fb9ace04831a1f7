"""Runs every measurement and ends with the table of goals: `python -m bench`.

The figures at 10,000,000 signatures take most of the time; `--rows` sets another number.
"""

import argparse

from bench import archive, edition, front, many, publisher, replay, roll, sender, start, verify, writer
from bench.goals import Goal, table

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument(
    "--rows", type=int, default=10_000_000, help="signatures on the appeal of the large figures"
)
rows = str(parser.parse_args().rows)
goals: list[Goal] = [
    *front.main(["--rows", rows]),
    *front.main(["--database", "postgres"]),
    *publisher.main([]),
    *verify.main([]),
    *roll.main(["--names", rows]),
    *many.main([]),
    *sender.main([]),
    *start.main([]),
]
for script in (writer, edition, archive, replay):
    script.main([])
print(f"\n{table(goals)}")
