"""Reads the source a second time, with bandit: `python -m attack.reread`, part of `make lint`.

A place that was judged bears ruff's mark (`noqa: S608` with its reason); bandit's finding of the same
number (B608) at that place is the same judgement, so that no line needs two marks.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).resolve().parents[1] / "src"
# As in ruff's settings: an assertion narrows a type; programs start with fixed lists, never by a shell.
# An import of a parser is nothing yet: each use of it is judged.
_NOT_ASKED = "B101,B404,B405,B603"
# bandit has two names for what ruff has one for.
_SAME = {"B703": "S308"}


def findings() -> list[dict[str, Any]]:
    """What bandit finds and nobody has judged."""
    done = subprocess.run(
        [sys.executable, "-m", "bandit", "-q", "-r", "-f", "json", "-s", _NOT_ASKED, str(SOURCE)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)
    return [found for found in json.loads(done.stdout)["results"] if not _is_judged(found)]


def _is_judged(found: dict[str, Any]) -> bool:
    number = _SAME.get(found["test_id"], found["test_id"].replace("B", "S"))
    lines = Path(found["filename"]).read_text(encoding="utf-8").splitlines()
    first, last = min(found["line_range"]), max(found["line_range"])
    return any("noqa" in line and number in line for line in lines[first - 1 : last])


def main() -> int:
    """Prints a line for each finding; 1 where there is one."""
    found = findings()
    for one in found:
        place = Path(one["filename"]).relative_to(SOURCE.parent)
        print(f"{place}:{one['line_number']}: {one['test_id']} {one['issue_text']}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
