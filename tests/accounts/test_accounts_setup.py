"""The first organiser: by link, or by command."""

import argparse
import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.test import Client

from tests.cast import PASSWORD, Cast
from undersigned.accounts import organisers, setup
from undersigned.accounts.models import AuditRecord, Membership, SetupLink, Team, User
from undersigned.commands import BadInput, create_organiser
from undersigned.lib import clock

pytestmark = pytest.mark.django_db

FORM = {
    "team": "Lower Quay",
    "name": "Olive",
    "email": "Olive@People.Example",
    "password1": PASSWORD,
    "password2": PASSWORD,
}


def path_of(link: str | None) -> str:
    assert link is not None and link.startswith("http://127.0.0.1:8000/desk/setup/")
    return link.removeprefix("http://127.0.0.1:8000")


def test_the_link_makes_the_first_organiser_and_signs_in(client: Client) -> None:
    path = path_of(setup.link())
    page = client.get(path)
    assert page.status_code == 200 and page["Referrer-Policy"] == "same-origin"
    answer = client.post(path, FORM)
    assert answer.status_code == 302 and answer["Location"] == "/desk/"
    user = User.objects.get()
    assert user.email == "olive@people.example" and user.check_password(PASSWORD)
    assert Membership.objects.get().role == "owner" and Team.objects.get().name == "Lower Quay"
    assert AuditRecord.objects.get().verb == "team.found"
    assert client.get("/desk/me/").status_code == 200


def test_the_link_works_once(client: Client) -> None:
    path = path_of(setup.link())
    client.post(path, FORM)
    for again in (Client().get(path), Client().post(path, {**FORM, "email": "second@people.example"})):
        assert again.status_code == 410 and "has ended" in again.content.decode()
    assert User.objects.count() == 1


def test_the_link_ends_after_a_quarter_of_an_hour(client: Client) -> None:
    path = path_of(setup.link())
    with time_machine.travel(clock.now() + timedelta(minutes=14), tick=False):
        assert client.get(path).status_code == 200
    with time_machine.travel(clock.now() + timedelta(minutes=15, seconds=1), tick=False):
        assert client.get(path).status_code == 410
        assert client.post(path, FORM).status_code == 410
    assert not User.objects.exists()


def test_a_new_start_keeps_the_link_that_is_open(client: Client) -> None:
    first = setup.link()
    with time_machine.travel(clock.now() + timedelta(minutes=5), tick=False):
        assert setup.link() == first and SetupLink.objects.count() == 1
        assert setup.minutes_left() == 10
        assert client.get(path_of(first)).status_code == 200


def test_a_link_that_is_over_is_followed_by_another(client: Client) -> None:
    first = setup.link()
    with time_machine.travel(clock.now() + timedelta(minutes=16), tick=False):
        second = setup.link()
        assert second != first and client.get(path_of(second)).status_code == 200
        assert client.get(path_of(first)).status_code == 410


def test_there_is_no_link_once_somebody_can_sign_in(cast: Cast) -> None:
    assert setup.link() is None


def test_an_open_link_ends_when_an_organiser_is_made_otherwise(client: Client) -> None:
    path = path_of(setup.link())
    organisers.make_organiser(email="a@people.example", name="A", team="T", password=PASSWORD)
    assert client.post(path, FORM).status_code == 410
    assert User.objects.count() == 1


def test_an_account_without_a_password_is_no_organiser_yet() -> None:
    organisers.make_organiser(email="a@people.example", name="A", team="T", password=None)
    assert setup.link() is not None


@pytest.mark.parametrize("token", ["x", "A" * 43, "%00", "../../x"])
def test_an_invented_link_is_told_the_same(client: Client, token: str) -> None:
    assert client.get(f"/desk/setup/{token}/").status_code in (404, 410)


@pytest.mark.parametrize(
    "change",
    [
        {"email": "nobody"},
        {"email": ""},
        {"email": "x" * 300 + "@people.example"},
        {"name": ""},
        {"name": "a\x00b"},
        {"team": "x" * 10_000},
        {"team": "\u202eabc"},
        {"password1": "short", "password2": "short"},
        {"password1": "password123", "password2": "password123"},
        {"password2": "something else entirely"},
        {"password1": "x" * 10_000, "password2": "x" * 10_000},
        {"password1": "olive@people.example", "password2": "olive@people.example"},
    ],
)
def test_what_cannot_be_is_said_next_to_the_field_and_what_was_typed_stays(
    client: Client, change: dict[str, str]
) -> None:
    path = path_of(setup.link())
    answer = client.post(path, {**FORM, **change})
    content = answer.content.decode()
    assert answer.status_code == 422 and "field-error" in content
    assert PASSWORD not in content
    if "team" not in change:
        assert 'value="Lower Quay"' in content
    assert not User.objects.exists() and client.get(path).status_code == 200


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    create_organiser.arguments(parser)
    return create_organiser.run(parser.parse_args(words))


WORDS = ("--email", "Olive@People.Example", "--name", "Olive", "--team", "Lower Quay")


def test_the_command_reads_the_password_from_a_file(tmp_path: Path, client: Client) -> None:
    (tmp_path / "p").write_text(PASSWORD + "\n")
    assert run(*WORDS, "--password-file", str(tmp_path / "p")) == 0
    assert client.login(email="olive@people.example", password=PASSWORD)
    assert Membership.objects.get().role == "owner"


def test_without_a_password_the_command_prints_a_link_that_works_once(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*WORDS) == 0
    found = re.search(r"http://127\.0\.0\.1:8000(/\S+)", capsys.readouterr().out)
    assert found
    page = client.get(found[1], follow=True)
    assert page.status_code == 200 and "password1" in page.content.decode()
    done = client.post(page.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
    assert done.status_code == 302
    assert User.objects.get().check_password(PASSWORD)
    again = Client().get(found[1], follow=True)
    assert "too old" in again.content.decode()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--email"),
        (("--email", "a@people.example"), "--name"),
        (("--email", "a@people.example", "--name", "A"), "--team"),
        (("--email", "nobody", "--name", "A", "--team", "T"), "valid"),
        (("--email", "x" * 300 + "@people.example", "--name", "A", "--team", "T"), "longer"),
        (("--email", "a@people.example", "--name", "\x1b[0m", "--team", "T"), "characters"),
        ((*WORDS, "--password-file", "/nowhere/at/all"), "/nowhere"),
    ],
)
def test_bad_input_is_one_line_and_makes_nothing(
    monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(BadInput, match=said) as caught:
        run(*words)
    assert "\n" not in str(caught.value)
    assert not User.objects.exists() and not Team.objects.exists()


@pytest.mark.parametrize("content", [b"", b"short\n", b"two\nlines\n", b"\xff\xfe\x00", b"password123"])
def test_a_bad_password_file_makes_nothing(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "p").write_bytes(content)
    with pytest.raises(BadInput):
        run(*WORDS, "--password-file", str(tmp_path / "p"))
    assert not User.objects.exists()


def test_an_address_that_has_an_account_is_said_so(cast: Cast) -> None:
    with pytest.raises(BadInput, match="already"):
        run("--email", "OLIVE@people.example", "--name", "O", "--team", "T")
    assert Team.objects.count() == 2


def test_on_a_terminal_it_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    answers = iter(["olive@people.example", "Olive", "Lower Quay"])
    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("builtins.input", lambda _question: next(answers))
    monkeypatch.setattr("getpass.getpass", lambda _question: PASSWORD)
    assert run() == 0
    assert User.objects.get().check_password(PASSWORD)


def test_the_link_carries_the_sites_own_address(configure: Callable[..., None]) -> None:
    configure(base_url="https://letters.example")
    link = setup.link()
    assert link is not None and link.startswith("https://letters.example/desk/setup/")
