"""`doctor` names what is wrong and what to do, one line each."""

import pytest

from tests.installation import Installation, free_port

pytestmark = pytest.mark.database


def test_a_healthy_site_has_no_problem(installation: Installation) -> None:
    done = installation.run("doctor")
    assert done.code == 0, done.out
    assert all(line.startswith("ok ") for line in done.out.splitlines())


def problems(installation: Installation, **settings: str) -> list[str]:
    done = installation.run("doctor", settings=settings)
    found = [line for line in done.out.splitlines() if line.startswith("PROBLEM")]
    assert done.code == (1 if found else 0), done.out + done.err
    return found


def test_an_unprepared_database_is_a_problem(empty_installation: Installation) -> None:
    assert any("undersigned migrate" in line for line in problems(empty_installation))


def test_a_mail_server_that_is_away_is_a_problem(installation: Installation) -> None:
    (line,) = problems(installation, email_url=f"smtp://user:word@127.0.0.1:{free_port()}")
    assert "UNDERSIGNED_EMAIL_URL" in line
    assert "word" not in line


def test_keys_that_others_can_read_are_a_problem(installation: Installation) -> None:
    (installation.data / "keys").chmod(0o755)
    (line,) = problems(installation)
    assert "chmod 700" in line


def test_a_damaged_key_is_a_problem(installation: Installation) -> None:
    (installation.data / "keys" / "contact").write_bytes(b"short")
    (line,) = problems(installation)
    assert "contact" in line


def test_a_public_site_without_its_address_is_a_problem(installation: Installation) -> None:
    assert any("UNDERSIGNED_BASE_URL" in line for line in problems(installation, bind="0.0.0.0"))
    assert any("https" in line for line in problems(installation, base_url="http://letters.example"))


def test_a_lost_log_key_is_a_problem(demo_installation: Installation) -> None:
    for key in (demo_installation.data / "keys").glob("log-*"):
        key.unlink()
    (line,) = problems(demo_installation)
    assert "ledger" in line


def test_the_demonstration_is_loaded_once(installation: Installation) -> None:
    assert "Loaded the demonstration appeal" in installation.run("demo").out
    assert installation.run("demo").out == "The demonstration appeal is there already.\n"
    assert installation.run("demo", "--quiet").out == ""
