"""What is committed works on every machine and tells nothing of the one it was written on."""

import re
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SUFFIXES = {
    ".py", ".md", ".toml", ".lock", ".html", ".txt", ".css", ".js", ".svg", ".po", ".json", ".yaml", "",
}  # fmt: skip
_SKIPPED = {".git", ".venv", "build", "data", "dist", "__pycache__", "node_modules", "test-artifacts"}


def tree() -> list[Path]:
    """The files of the project: what git tracks or would track, else what lies in its folders."""
    try:
        done = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard"],
            cwd=PROJECT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        names = [PROJECT / name for name in done.stdout.splitlines()]
    except (OSError, subprocess.CalledProcessError):
        names = [path for path in PROJECT.rglob("*") if not _SKIPPED.intersection(path.parts)]
    return [path for path in names if path.suffix in SUFFIXES and path.is_file()]


def lines_with(pattern: str, paths: list[Path]) -> list[str]:
    wanted = re.compile(pattern)
    return [
        f"{path.relative_to(PROJECT)}:{number}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if wanted.search(line)
    ]


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    # Written in pieces, so that this file does not name one.
    homes = "|".join(("/" + "home/[a-z]", "/" + "Users/[A-Z]", "/" + "work/", "/" + "root/"))
    assert lines_with(rf"(?<![\w.]){homes}", tree()) == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_file_names_no_host(name: str) -> None:
    path = PROJECT / name
    assert lines_with(r"https?:|index-url|find-links|trusted-host|@ file", [path]) == []


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_has_its_digests(name: str) -> None:
    text = (PROJECT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    packages = [line for line in text.splitlines() if re.match(r"[A-Za-z0-9]", line)]
    assert packages
    assert [line.split()[0] for line in packages if "--hash=sha256:" not in line] == []


def locked(name: str) -> dict[str, str]:
    text = (PROJECT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", text, re.MULTILINE))


def test_tests_run_with_the_very_packages_that_serve() -> None:
    everything = locked("requirements-dev.lock")
    assert {name: everything.get(name) for name in locked("requirements.lock")} == locked("requirements.lock")


def test_every_direct_dependency_is_locked() -> None:
    project = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    block = project.split("\ndependencies = [", 1)[1].split("\n]", 1)[0]
    names = {name.lower().replace("_", "-") for name in re.findall(r'"([A-Za-z0-9._-]+)', block)}
    assert names - {name.lower() for name in locked("requirements.lock")} == set()


def test_the_licence_is_the_whole_text() -> None:
    text = (PROJECT / "LICENSE").read_text(encoding="utf-8")
    assert text.lstrip().startswith("GNU AFFERO GENERAL PUBLIC LICENSE")
    assert "13. Remote Network Interaction" in text
    assert "END OF TERMS AND CONDITIONS" in text
