"""What is documented is what there is: settings, commands, addresses, the README's commands."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from undersigned.commands import COMMANDS, load
from undersigned.lib.env import PREFIX, Settings

PROJECT = Path(__file__).resolve().parents[2]
REFERENCE = PROJECT / "docs" / "reference"

# Read before the table of settings exists, or by tests only.
NOT_IN_THE_TABLE = {"UNDERSIGNED_CONFIG"}


def rows(path: Path) -> list[list[str]]:
    """The cells of every table row of a page, without the heads."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))]
        for line in lines
        if line.startswith("| `")
    ]


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    documented = {row[0].strip("`") for row in rows(REFERENCE / "settings.md")}
    declared = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    assert documented == declared | NOT_IN_THE_TABLE


def test_a_setting_is_documented_with_the_words_of_the_table() -> None:
    told = {row[0].strip("`"): row[-1] for row in rows(REFERENCE / "settings.md")}
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert told[f"{PREFIX}{name.upper()}"] == field.description


def headings(path: Path) -> set[str]:
    return set(re.findall(r"^## `(?:undersigned )?([^` ]+)", path.read_text(encoding="utf-8"), re.MULTILINE))


def test_every_command_is_documented_and_every_documented_command_exists() -> None:
    assert headings(REFERENCE / "commands.md") == {command.name for command in COMMANDS}


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_option_of_a_command_is_documented(command: "object") -> None:
    text = (REFERENCE / "commands.md").read_text(encoding="utf-8")
    section = text.split(f"## `undersigned {command.name}", 1)[1].split("\n## ", 1)[0]  # type: ignore[attr-defined]
    _module, parser = load(command)  # type: ignore[arg-type]
    options = [
        option for action in parser._actions for option in action.option_strings if option.startswith("--")
    ]
    assert [option for option in options if option != "--help" and f"`{option}" not in section] == []


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "/") -> Iterator[str]:
    for pattern in patterns:
        # Both of Django's ways to write a part: <slug:text>, and (?P<text>...).
        named = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", str(pattern.pattern))
        route = prefix + re.sub(r"<(?:\w+:)?(\w+)>", r"<\1>", named).lstrip("^").rstrip("$")
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route


def test_every_address_is_documented_and_every_documented_address_exists() -> None:
    documented = {row[0].strip("`") for row in rows(REFERENCE / "routes.md")}
    served = set(routes(get_resolver().url_patterns))
    assert sorted(served - documented) == []
    assert sorted(documented - served) == []


def fenced(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    blocks = re.findall(r"^```(?:sh|console)?\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [
        line.removeprefix("$ ").strip() for block in blocks for line in block.splitlines() if line.strip()
    ]


def test_every_command_in_the_readme_is_one_that_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    names = {command.name for command in COMMANDS}
    lines = fenced(PROJECT / "README.md")
    assert lines
    for line in lines:
        words = line.split()
        if words[0] == "make":
            assert words[1] in targets, line
        elif words[0].endswith("undersigned"):
            assert words[1] in names, line
        else:
            assert words[0] in ("git", "cd"), f"a reader cannot know what this is: {line}"


def links() -> Iterator[tuple[Path, str]]:
    for page in [*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md"), *(PROJECT / "bench").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not target.startswith(("mailto:", "person:")):
                yield page, target


def test_every_link_between_documents_leads_somewhere() -> None:
    broken = [f"{page.name}: {target}" for page, target in links() if not (page.parent / target).exists()]
    assert broken == []


def test_a_direct_dependency_has_its_reason_written_down() -> None:
    project = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    listed = re.findall(r'^    "([A-Za-z0-9._-]+)(?:\[[^]]*\])?[<>=~]', project, re.MULTILINE)
    listed += re.findall(r'^    "([a-z-]+)",$', project.split("[project.scripts]")[0], re.MULTILINE)
    text = (PROJECT / "docs" / "decisions" / "0002-dependencies.md").read_text(encoding="utf-8").lower()
    assert listed
    assert [name for name in listed if f"**{name.lower()}" not in text] == []
