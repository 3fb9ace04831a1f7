"""A setting that cannot work is refused by its name, in one line, before anything starts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from undersigned.lib.env import Settings


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("DATABASE_URL", "mysql://root@db/letters", "postgres://"),
        ("TIME_ZONE", "Mars", "Europe/Madrid"),
        ("TIME_ZONE", "../../etc/passwd", "Europe/Madrid"),
        ("EMAIL_URL", "http://mail.example", "smtp://"),
        ("EMAIL_URL", "smtp://", "smtp://"),
        ("TRUSTED_PROXIES", "10.0.0.0/8, abc", "abc is no network"),
        ("BASE_URL", "letters.example", "https://"),
        ("LANGUAGE", "tlh", "en, es, fr, ar"),
        ("PORT", "70000", "65535"),
    ],
)
def test_it_stops_every_command_with_one_line(name: str, value: str, says: str, tmp_path: Path) -> None:
    environment = os.environ | {"UNDERSIGNED_DATA": str(tmp_path), f"UNDERSIGNED_{name}": value}
    command = [sys.executable, "-m", "undersigned.cli", "check"]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert answer.returncode == 2
    assert answer.stdout == ""
    [line] = answer.stderr.splitlines()
    assert f"UNDERSIGNED_{name}" in line
    assert says in line


def test_a_site_on_a_bare_address_sends_from_localhost() -> None:
    assert Settings(base_url="http://127.0.0.1:8000").sender == "undersigned@localhost"
    assert Settings(base_url="http://[::1]:8000").sender == "undersigned@localhost"
    assert Settings(base_url="https://letters.example").sender == "undersigned@letters.example"
