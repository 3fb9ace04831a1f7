"""What was found beside what was wanted: the lines of the table that `make bench` ends with."""

from collections.abc import Iterable
from typing import NamedTuple


class Goal(NamedTuple):
    """One figure, and the least (or with `at_most` the most) that it should be."""

    what: str
    found: float
    wanted: float
    at_most: bool = False

    @property
    def met(self) -> bool:
        """Whether the figure, as it is printed, reaches what was wanted."""
        found = float(_number(self.found).replace(",", ""))
        return found <= self.wanted if self.at_most else found >= self.wanted


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.2f}"


def table(goals: Iterable[Goal]) -> str:
    """The table; a figure that was missed says so."""
    lines = [f"{'':58}{'found':>10}  {'wanted':>18}"]
    for goal in goals:
        wanted = f"{'at most' if goal.at_most else 'at least'} {_number(goal.wanted)}"
        end = "" if goal.met else "  missed; bench/README.md says why"
        lines.append(f"{goal.what:58}{_number(goal.found):>10}  {wanted:>18}{end}")
    return "\n".join(lines)
