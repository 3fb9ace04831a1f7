"""Mails are prepared off line, to whoever asked for them, and nothing that was written is overwritten."""

import mailbox
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from undersigned import cli
from undersigned.lib import agebox, cells, unsealing

LETTER = "---\nsubject: News for {name}\n---\n\nDear *{name}*,\n\nthe Board has <answered>.\n"
PEOPLE = [
    {"name": "Ana <b>Sol</b>", "email": "ana@people.example", "updates": "yes", "state": "recorded"},
    {"name": "Ben", "email": "ben@people.example", "updates": "no", "state": "recorded"},
    {"name": "Cem", "email": "", "updates": "yes", "state": "recorded"},
    {"name": "Dora", "email": "dora@people.example", "updates": "yes", "state": "held"},
    {"name": "Élise", "email": "élise@people.example", "updates": "yes", "state": "confirmed"},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "people.csv").write_bytes(unsealing.table(PEOPLE))
    (tmp_path / "letter.md").write_text(LETTER)
    return tmp_path


def write(folder: Path, *more: str, out: str = "mails") -> int:
    return cli.main(
        ["write", str(folder / "people.csv"), str(folder / "letter.md"), "--out", str(folder / out),
         "--from", "Lower Quay <board@lower-quay.example>", *more]
    )  # fmt: skip


def test_it_writes_to_those_who_asked(folder: Path) -> None:
    assert write(folder) == 0
    files = sorted((folder / "mails").iterdir())
    mails = [message_from_bytes(file.read_bytes(), policy=policy.SMTPUTF8) for file in files]
    assert [str(mail["To"]) for mail in mails] == ["ana@people.example", "élise@people.example"]
    first = mails[0]
    assert str(first["From"]) == "Lower Quay <board@lower-quay.example>"
    assert str(first["Subject"]) == "News for Ana <b>Sol</b>"
    plain, html = first.get_body(("plain",)), first.get_body(("html",))
    assert plain is not None and "Dear *Ana <b>Sol</b>*," in plain.get_content()
    assert html is not None and "<em>Ana &lt;b&gt;Sol&lt;/b&gt;</em>" in html.get_content()
    assert "&lt;answered&gt;" in html.get_content()
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in files)


def test_it_writes_one_mailbox_to_everyone(folder: Path) -> None:
    assert write(folder, "--everyone", out="mails.mbox") == 0
    assert len(mailbox.mbox(folder / "mails.mbox")) == 3


@pytest.mark.parametrize(
    ("letter", "words"),
    [
        ("no head", "needs a head"),
        ("---\nsubject: x\n---\n\n{nickname}", "no column for {nickname}"),
        ("---\ntitle: x\n---\n\nwords", "needs a head"),
    ],
)
def test_an_unfit_letter_writes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str], letter: str, words: str
) -> None:
    (folder / "letter.md").write_text(letter)
    assert write(folder) == 2
    assert words in capsys.readouterr().err and not (folder / "mails").exists()


def test_a_wrong_address_writes_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = {**PEOPLE[0], "email": "no address"}
    (folder / "people.csv").write_bytes(unsealing.table([*PEOPLE, wrong]))
    assert write(folder) == 2
    assert "not an address" in capsys.readouterr().err and not (folder / "mails").exists()


def test_nothing_is_overwritten(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "mails").mkdir()
    assert write(folder) == 2 and "already" in capsys.readouterr().err


def test_both_commands_load_no_django() -> None:
    code = (
        "import sys; from undersigned.commands import BY_NAME, load;"
        "[load(BY_NAME[name]) for name in ('unseal', 'write')];"
        "assert not [name for name in sys.modules if name.split('.')[0] in ('django', 'psycopg')]"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"{", b'{"signatures": [1]}', b"a,b\n1,2,3\n", b'"'])
def test_what_is_no_export_is_said_to_be_none(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "export").write_bytes(data)
    (tmp_path / "key").write_text(str(agebox.pyrage.x25519.Identity.generate()))
    assert cli.main(["unseal", str(tmp_path / "export"), "--identity", str(tmp_path / "key")]) == 2


def test_a_file_that_is_no_key_is_said_to_be_none(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "key").write_text("# nothing\n")
    assert cli.main(["unseal", str(folder / "people.csv"), "--identity", str(folder / "key")]) == 2
    assert "no private key" in capsys.readouterr().err


def test_a_line_of_another_appeal_is_noticed() -> None:
    key = agebox.pyrage.x25519.Identity.generate()
    box = agebox.Sealer([str(key.to_public())])
    lines = [{"sealed": unsealing.written(box.seal({"appeal": name, "name": "A"}))} for name in "xy"]
    with pytest.raises(unsealing.Unreadable, match="another appeal"):
        unsealing.open_lines(lines, [key])


@pytest.mark.parametrize("text", ["=1+1", "'quoted'", "'=x", "plain", "-3", "' \u200e=x"])
def test_a_defused_cell_is_read_as_it_was(text: str) -> None:
    assert cells.plain(cells.cell(text)) == text or text.startswith("'")
