"""The console script: quick to list, exact about what was wrong, silent about its inside."""

import subprocess
import sys
import time

import pytest

from tests.installation import Installation
from undersigned import cli
from undersigned.commands import COMMANDS, Command


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "undersigned.cli", *arguments], capture_output=True, text=True, check=False
    )


def test_help_lists_every_command_without_loading_any() -> None:
    began = time.monotonic()
    done = run("--help")
    took = time.monotonic() - began
    assert done.returncode == 0
    assert all(f"  {command.name} " in done.stdout for command in COMMANDS)
    # Django alone takes longer than this to load.
    assert took < 1.0
    loaded = "import sys, undersigned.cli; print('django' in sys.modules, 'pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_a_command_explains_itself(
    command: Command, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERSIGNED_SECRET_KEY", "put back after the test")
    assert cli.main([command.name, "--help"]) == 0
    told = capsys.readouterr().out
    assert told.startswith(f"usage: undersigned {command.name}")


def test_no_command_is_bad_input() -> None:
    done = run()
    assert done.returncode == 2
    assert "COMMAND" in done.stderr


def test_an_unknown_command_is_named_on_one_line() -> None:
    done = run("sing")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "undersigned: there is no command 'sing'; `undersigned --help` lists them\n"


@pytest.mark.parametrize(
    "typed", [["verify"], ["import"], ["export", "lamp", "--format", "xml"], ["publish", "--sideways"]]
)
def test_wrong_arguments_are_one_line(
    typed: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNDERSIGNED_SECRET_KEY", "put back after the test")
    assert cli.main(typed) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"undersigned: {typed[0]}: ") and told.count("\n") == 1


def test_a_setting_that_cannot_be_used_is_named_on_one_line(empty_installation: Installation) -> None:
    done = empty_installation.run("check", port="eighty")
    assert done.code == 2
    assert done.err.startswith("undersigned: UNDERSIGNED_PORT: ")
    assert done.err.count("\n") == 1


def test_an_unprepared_database_names_the_way_out(empty_installation: Installation) -> None:
    empty_installation.data.mkdir()
    done = empty_installation.run("send-mail")
    assert done.code == 1
    assert done.err == (
        "undersigned: the database is not prepared or not up to date: run `undersigned migrate`\n"
    )


def test_help_leaves_no_key_behind(empty_installation: Installation) -> None:
    assert empty_installation.run("migrate", "--help").code == 0
    assert not empty_installation.data.exists()


def test_migrate_prepares_once_and_then_has_nothing_to_do(empty_installation: Installation) -> None:
    assert empty_installation.run("migrate", "--check").code == 1
    first = empty_installation.run("migrate")
    assert first.code == 0, first.err
    assert "Preparing the database" in first.out
    assert empty_installation.run("migrate").out == "The database is up to date.\n"
    assert empty_installation.run("migrate", "--quiet").out == ""
    assert empty_installation.run("check").code == 0


def test_the_data_folder_is_closed_to_others(empty_installation: Installation) -> None:
    assert empty_installation.run("migrate").code == 0
    assert (empty_installation.data / "keys").stat().st_mode & 0o077 == 0
