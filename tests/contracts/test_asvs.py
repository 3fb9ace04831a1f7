"""The page on the ASVS names every line of levels 1 and 2 once, and no test that does not exist."""

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PAGE = PROJECT / "docs" / "explanation" / "asvs.md"
MARKS = {"yes", "reason", "none", "operator", "open"}
# Version 5.0.0: the numbers of levels 1 and 2 in each section.
LINES = """
1.1: 1-2; 1.2: 1-9; 1.3: 1-11; 1.4: 1-3; 1.5: 1-2; 2.1: 1-3; 2.2: 1-3; 2.3: 1-4; 2.4: 1; 3.2: 1-2; 3.3: 1-4;
3.4: 1-6; 3.5: 1-5; 3.7: 1-2; 4.1: 1-3; 4.2: 1; 4.3: 1-2; 4.4: 1-4; 5.1: 1; 5.2: 1-3; 5.3: 1-2; 5.4: 1-3;
6.1: 1-3; 6.2: 1-12; 6.3: 1-4; 6.4: 1-4; 6.5: 1-5; 6.6: 1-3; 6.8: 1-4; 7.1: 1-3; 7.2: 1-4; 7.3: 1-2; 7.4: 1-5;
7.5: 1-2; 7.6: 1-2; 8.1: 1-2; 8.2: 1-3; 8.3: 1; 8.4: 1; 9.1: 1-3; 9.2: 1-4; 10.1: 1-2; 10.2: 1-2; 10.3: 1-4;
10.4: 1-11; 10.5: 1-5; 10.6: 1-2; 10.7: 1-3; 11.1: 1-2; 11.2: 1-3; 11.3: 1-3; 11.4: 1-4; 11.5: 1; 11.6: 1;
12.1: 1-3; 12.2: 1-2; 12.3: 1-4; 13.1: 1; 13.2: 1-5; 13.3: 1-2; 13.4: 1-5; 14.1: 1-2; 14.2: 1-4; 14.3: 1-3;
15.1: 1-3; 15.2: 1-3; 15.3: 1-7; 16.1: 1; 16.2: 1-5; 16.3: 1-4; 16.4: 1-3; 16.5: 1-3;
17.1: 1; 17.2: 1-4; 17.3: 1-2
"""


def wanted() -> list[str]:
    found = []
    for section, first, last in re.findall(r"(\d+\.\d+): (\d+)(?:-(\d+))?", LINES):
        found += [f"{section}.{number}" for number in range(int(first), int(last or first) + 1)]
    return found


def rows() -> list[list[str]]:
    text = PAGE.read_text(encoding="utf-8")
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in text.splitlines()
        if re.match(r"\| \d", line)
    ]


def test_every_line_of_levels_one_and_two_stands_there_once() -> None:
    there = [number for row in rows() for number in row[0].split(", ")]
    assert sorted(there) == sorted(wanted())
    assert len(there) == 253


def test_every_line_says_what_stands_behind_it() -> None:
    for row in rows():
        assert len(row) == 4 and row[1] and row[2] in MARKS, row
        assert row[3] or row[2] in ("none", "open"), row


def test_what_is_open_is_listed_at_the_end() -> None:
    end = PAGE.read_text(encoding="utf-8").split("## Open", 1)[1]
    assert [
        number for row in rows() if row[2] == "open" for number in row[0].split(", ") if number not in end
    ] == []


def test_every_test_that_is_named_exists() -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", PAGE.read_text(encoding="utf-8")))
    assert len(named) > 40
    assert [name for name in sorted(named) if not (PROJECT / name).is_file()] == []
