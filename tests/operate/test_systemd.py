"""The units that `systemd` prints are units, and close what can be closed."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.installation import Installation
from undersigned.commands import BY_NAME, BadInput, load
from undersigned.operate import units

PLACE = units.Place(
    Path("/bin/true"), Path("/etc/undersigned/settings.toml"), Path("/var/lib/undersigned"), "daemon"
)


def test_it_prints_the_server_and_a_backup_each_night(installation: Installation) -> None:
    done = installation.run("systemd", "--print")
    assert done.code == 0, done.err
    for line in (
        "ProtectSystem=strict",
        "NoNewPrivileges=yes",
        "OnCalendar=*-*-* 03:20:00",
        "CapabilityBoundingSet=",
    ):
        assert line in done.out
    assert "serve --prepare" in done.out and "backup --force" in done.out


def test_every_command_that_a_unit_runs_exists() -> None:
    for apart in (False, True):
        for text in units.units(PLACE, apart=apart).values():
            for line in (line for line in text.splitlines() if line.startswith("ExecStart=/bin/true")):
                name, *arguments = line.split()[1:]
                load(BY_NAME[name])[1].parse_args(arguments)


@pytest.mark.parametrize(
    "wrong", [("--user", "a b"), ("--folder", "relative"), ("--config", "/etc/a b.toml")]
)
def test_what_systemd_would_misread_is_refused(wrong: tuple[str, str]) -> None:
    module, parser = load(BY_NAME["systemd"])
    with pytest.raises(BadInput):
        module.run(parser.parse_args(["--print", *wrong]))


def test_systemd_itself_finds_nothing_wrong(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not on this machine to read the units")
    folder = tmp_path / "units"
    folder.mkdir()
    for name, text in (units.units(PLACE, apart=True) | units.units(PLACE, apart=False)).items():
        (folder / name).write_text(text)
    done = subprocess.run(
        [program, "verify", *sorted(str(path) for path in folder.iterdir())],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    safe = subprocess.run(
        [program, "security", "--offline=true", "--threshold=20", str(folder / "undersigned.service")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert safe.returncode == 0, safe.stdout[-2000:]
