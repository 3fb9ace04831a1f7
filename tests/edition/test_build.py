import hashlib
import io
import json
from pathlib import Path

import pytest

from tests.cast import Cast
from undersigned import cli
from undersigned.appeals.models import Appeal
from undersigned.edition import document as d
from undersigned.edition import formats
from undersigned.edition.build import build
from undersigned.edition.formats import FORMATS, Format, Unavailable
from undersigned.edition.gather import gather

pytestmark = pytest.mark.django_db

OURS = ("html", "tei", "markdown", "csl")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def test_the_manifest_has_every_file_with_its_digest(edition: d.Edition, tmp_path: Path) -> None:
    done = build(edition, tmp_path / "out", only=OURS)
    found = contents(tmp_path / "out")
    listed = json.loads(found.pop("manifest.json"))
    files = {file["name"]: file for text in listed["texts"] for file in text["files"]}
    assert set(files) == set(found) == {
        f"{text}.{end}" for text in ("es", "en", "cartel") for end in ("html", "tei.xml", "md", "csl.json")
    }  # fmt: skip
    for name, data in found.items():
        assert files[name]["sha256"] == hashlib.sha256(data).hexdigest()
        assert files[name]["size"] == len(data)
    assert listed["texts"][0]["versions"][1]["digest"] == edition.texts[0].version.digest
    undone, kinds = {"own": 0, "struck": 0, "moved": 0}, {"vouched": 0, "paper": 0, "org": 0}
    named = {"named": 5, "organisations_named": 0}
    assert listed["signatures"] == {"signatures": 7} | undone | kinds | named
    assert done.missing == ()


def test_the_same_appeal_gives_the_same_bytes(family: Appeal, tmp_path: Path) -> None:
    build(gather(family), tmp_path / "one", only=OURS)
    build(gather(family), tmp_path / "two", only=OURS)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")


def test_a_format_that_cannot_be_had_is_listed_and_its_old_file_goes(
    edition: d.Edition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = Format("nowhere", ".nowhere", "no_such_module", "text/plain")
    monkeypatch.setattr("undersigned.edition.build.FORMATS", (nowhere,))
    (tmp_path / "es.nowhere").write_text("of an earlier edition")
    done = build(edition, tmp_path)
    assert (done.missing[0].name, done.missing[0].format) == ("es.nowhere", "nowhere")
    assert list(contents(tmp_path)) == ["faro.cmif.xml", "manifest.json"]
    listed = json.loads((tmp_path / "manifest.json").read_text())
    assert "no_such_module" in listed["missing"][0]["reason"]
    with pytest.raises(Unavailable):
        formats.load(nowhere)


def test_a_writer_that_fails_leaves_no_half_file(
    edition: d.Edition, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(edition, tmp_path, only=["markdown"])
    before = contents(tmp_path)

    def broken(edition: d.Edition, text: d.Text, out: io.BytesIO) -> None:
        out.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("undersigned.edition.formats.load", lambda row: broken)
    with pytest.raises(OSError):
        build(edition, tmp_path, only=["markdown"])
    assert contents(tmp_path) == before


def test_progress_is_told_before_each_file_and_at_the_end(edition: d.Edition, tmp_path: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    build(edition, tmp_path, only=["markdown"], progress=lambda *step: seen.append(step))
    assert seen == [(0, 3, "es.md"), (1, 3, "cartel.md"), (2, 3, "en.md"), (3, 3, "")]


def test_the_command_writes_what_sha256sum_reads(
    family: Appeal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["edition", "faro", "--out", str(tmp_path / "new"), "--format", "tei", "--format", "markdown"]
    assert cli.main(options) == 0
    told = capsys.readouterr()
    lines = dict(reversed(line.split("  ")) for line in told.out.splitlines())
    for name, digest in lines.items():
        assert hashlib.sha256((tmp_path / "new" / name).read_bytes()).hexdigest() == digest
    assert "0/6 es.tei.xml" in told.err and "6/6" in told.err


def test_the_command_refuses_what_it_cannot_do_with_2(
    cast: Cast, draft_appeal: Appeal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "out")
    assert cli.main(["edition", "nowhere", "--out", out]) == 2
    assert "there is no appeal nowhere" in capsys.readouterr().err
    assert cli.main(["edition", draft_appeal.slug, "--out", out]) == 2
    assert "has no published text" in capsys.readouterr().err
    assert not Path(out).exists()


def test_a_folder_that_cannot_be_written_ends_with_2(
    family: Appeal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("in the way")
    assert cli.main(["edition", "faro", "--out", str(tmp_path / "file")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_every_format_of_the_table_has_a_name_and_an_ending_of_its_own() -> None:
    assert len({row.name for row in FORMATS}) == len({row.suffix for row in FORMATS}) == len(FORMATS)
