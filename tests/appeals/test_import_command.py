"""`undersigned import`: a file becomes a draft, or nothing happens."""

from pathlib import Path

import pytest

from tests.appeals.awkward import BROKEN, MODEL
from tests.cast import LETTER, Cast
from undersigned import cli
from undersigned.accounts.models import AuditRecord, Membership, Team
from undersigned.appeals import draft, markup, publish
from undersigned.appeals.models import Appeal, Text
from undersigned.lib import clock

pytestmark = pytest.mark.django_db

LETTERS = Path(__file__).parents[1] / "letters"


@pytest.fixture
def one_team(cast: Cast) -> Cast:
    """The cast without the outsider's team, so that a letter has one place to go."""
    Membership.objects.filter(user=cast.outsider).delete()
    Team.objects.exclude(pk=cast.team.pk).delete()
    return cast


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "night.md"
    path.write_text(LETTER, encoding="utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = cli.main(["import", *(str(argument) for argument in arguments)])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_a_letter_becomes_a_draft_of_the_only_team(
    one_team: Cast, letter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, letter)
    assert (code, err) == (0, "")
    assert "title: For the night ferry" in out and "/desk/appeals/for-the-night-ferry/" in out
    text = Text.objects.get()
    assert (text.appeal.team, text.appeal.state) == (one_team.team, "draft")
    assert AuditRecord.objects.get(verb="appeal.create").actor == one_team.owner


@pytest.mark.parametrize("path", sorted(LETTERS.glob("*.txt")), ids=lambda path: path.stem)
def test_a_plain_letter_becomes_a_draft(
    one_team: Cast, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _out, err = run(capsys, path, "--appeal", "a-letter")
    assert (code, err) == (0, "")
    assert Appeal.objects.get().slug == "a-letter"


@pytest.mark.parametrize(("data", "sentence"), BROKEN)
def test_a_file_that_is_no_letter_is_one_line_and_code_2(
    one_team: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes, sentence: str
) -> None:
    path = tmp_path / "broken.txt"
    path.write_bytes(data)
    code, out, err = run(capsys, path)
    assert (code, out) == (2, "")
    assert sentence in err and err.count("\n") == 1
    assert not Appeal.objects.exists() and not AuditRecord.objects.exists()


def test_a_file_of_50_mb_is_refused_without_being_read(
    one_team: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    code, _out, err = run(capsys, path)
    assert code == 2 and "larger than 2 MB" in err


@pytest.mark.parametrize("name", ["no-such-file.txt", "."])
def test_a_file_that_cannot_be_read_is_one_line(
    one_team: Cast, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    code, _out, err = run(capsys, tmp_path / name)
    assert code == 2 and "cannot be read" in err and err.count("\n") == 1


@pytest.mark.parametrize("slug", ["two words", "new", "a/b", "x" * 200])
def test_an_address_that_cannot_be_is_refused(
    one_team: Cast, letter: Path, capsys: pytest.CaptureFixture[str], slug: str
) -> None:
    code, _out, err = run(capsys, letter, "--appeal", slug)
    assert code == 2 and err.count("\n") == 1
    assert not Appeal.objects.exists()


def test_a_second_import_becomes_the_next_draft(
    one_team: Cast, draft_appeal: Appeal, letter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish.publish(actor=one_team.owner, text=draft_appeal.texts.get())
    letter.write_text(LETTER.replace("one boat", "two boats"), encoding="utf-8")
    code, _out, _err = run(capsys, letter, "--appeal", "night-ferry")
    text = Text.objects.get()
    assert code == 0 and "two boats" in text.draft
    assert "one boat" in text.versions.get().source
    letter.write_text(LETTER.replace("lang: en", "lang: fr"), encoding="utf-8")
    code, _out, err = run(capsys, letter, "--appeal", "night-ferry")
    assert code == 2 and "make a translation instead" in err
    assert Text.objects.get().draft == text.draft


def test_a_language_that_is_none_is_refused_for_new_and_old_appeals(
    one_team: Cast, draft_appeal: Appeal, letter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = Text.objects.get().draft
    letter.write_text(LETTER.replace("lang: en", "lang: zz-99-qq"), encoding="utf-8")
    for slug in ("night-ferry", "another"):
        code, _out, err = run(capsys, letter, "--appeal", slug)
        assert code == 2 and err.startswith("undersigned: night.md: “zz-99-qq” is not a language code")
        assert err.count("\n") == 1
    assert Text.objects.get().draft == before


def test_it_only_prints_when_asked(cast: Cast, letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, letter, "--print")
    assert code == 0 and markup.split(out) == markup.split(LETTER)
    assert err.startswith("Found:")
    assert not Appeal.objects.exists()


def test_it_asks_for_the_team_where_there_are_several(
    cast: Cast, letter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _out, err = run(capsys, letter)
    assert code == 2 and "--team" in err
    assert run(capsys, letter, "--team", "Upper Quay")[0] == 0
    assert Appeal.objects.get().team.name == "Upper Quay"
    code, _out, err = run(capsys, letter, "--team", "No Quay")
    assert code == 2 and "no team named No Quay" in err


def test_it_says_what_to_do_first(db: None, letter: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _out, err = run(capsys, letter)
    assert code == 2 and "create-organiser" in err


def test_the_team_of_the_demonstration_takes_no_letters(
    one_team: Cast, letter: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    demonstration = Team.objects.create(name="Demonstration", created_at=clock.now())
    Membership.objects.create(
        team=demonstration, user=one_team.outsider, role="owner", created_at=clock.now()
    )
    draft.create_appeal(actor=one_team.outsider, team=demonstration, title="Shown", is_demonstration=True)
    assert run(capsys, letter)[0] == 0
    assert Appeal.objects.get(is_demonstration=False).team == one_team.team


@pytest.mark.skipif(not MODEL.exists(), reason="a plain checkout has no shared letters")
def test_the_model_letter_becomes_a_draft_that_can_be_published(
    one_team: Cast, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, MODEL, "--appeal", "model")
    assert (code, err) == (0, "")
    assert "date: 1936-07-06" in out and "footnotes: 2" in out
    text = Text.objects.get()
    assert publish.problems_of(text) == []
    publish.publish(actor=one_team.owner, text=text)
