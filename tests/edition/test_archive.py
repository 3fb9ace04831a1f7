"""The static archive: what it holds and what it never holds, its bag, its log, its bytes."""

import hashlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.edition import archived
from tests.edition.conftest import rewrite
from tests.signing import crowd
from undersigned import cli
from undersigned.appeals import cite, keep, kept, reading, sources
from undersigned.appeals.models import Appeal, Capture, Version
from undersigned.edition.archive import roll, search
from undersigned.edition.archive.verify import check_bag
from undersigned.edition.archive.write import FolderInUse, archive
from undersigned.edition.gather import gather
from undersigned.signing import erase, mine, moderate, sequence, withdraw
from undersigned.signing.models import PublicLine, Signature
from undersigned.tlog.verify import verify_source

pytestmark = pytest.mark.django_db

PAGE = b"<!doctype html><title>kept</title><script>alert(1)</script><p>The tide table."
GAZETTE = {"type": "article-newspaper", "title": "Calma", "author": [{"family": "Soto", "given": "Eva"}]}


@pytest.fixture
def whole(cast: Cast, family: Appeal) -> Appeal:
    """The family with a source, evidence for it, a claim without any, kept copies open and closed."""
    text = reading.original(family)
    source = sources.add_source(actor=cast.owner, appeal=family, key="gaceta1927", csl=GAZETTE)
    rewrite(cast, text, ("gobernador miente.", "gobernador miente [@gaceta1927, p. 3]."))
    cite.cite(
        actor=cast.owner, text=text, source=source, passage="duermen sesenta hombres",
        claim="Sixty slept there", quotation="Sixty men", quotation_language="en",
    )  # fmt: skip
    cite.cite(actor=cast.owner, text=text, passage="siguen presos", claim="They are still held")
    keep.keep(actor=cast.owner, source=source, data=io.BytesIO(PAGE), name="tide.html")
    keep.keep(actor=cast.owner, source=source, data=io.BytesIO(b"Hidden minutes."), is_open=False)
    sequence.record_due(force=True)
    return Appeal.objects.select_related("team").get(pk=family.pk)


@pytest.fixture
def folder(whole: Appeal, tmp_path: Path) -> Path:
    """The archive of it."""
    out = tmp_path / "archive"
    archive(whole, out)
    return out


def test_it_holds_every_part_and_every_link_leads_somewhere(folder: Path, whole: Appeal) -> None:
    found = archived.contents(folder)
    assert {
        "index.html", "data/index.html", "data/texts/es/index.html", "data/texts/es/1/index.html",
        "data/texts/es/3/text.txt", "data/texts/es/2/changes.html", "data/variants/index.html",
        "data/variants/en-1.html", "data/variants/cartel-1.html", "data/sources/index.html",
        "data/sources/sources.csl.json", "data/names/index.html", "data/names/0001.html",
        "data/search.html", "data/search/index.js", "data/edition/manifest.json", "data/edition/es.html",
        "data/edition/cartel.tei.xml", "data/verify.html", "data/receipts.html", "data/style.css",
        f"data/ledger/{whole.public_id}/checkpoint", f"data/ledger/{whole.public_id}/vkey",
        "data/verifier/verify.py", "data/verifier/README.txt", "data/verifier/undersigned/tlog/verify.py",
    } <= set(found)  # fmt: skip
    assert archived.dead_links(folder) == []
    assert not [name for name in found if "__pycache__" in name or "/." in f"/{name}"]


def test_the_signed_bytes_of_each_version_have_its_digest(folder: Path) -> None:
    for version in Version.objects.filter(text__appeal__slug="faro").select_related("text"):
        path = folder / f"data/texts/{version.text.slug}/{version.number}/text.txt"
        assert hashlib.sha256(path.read_bytes()).hexdigest() == version.digest_hex
    old = (folder / "data/texts/es/1/index.html").read_text()
    assert "que siguen presos" in old
    assert "que aún siguen presos" not in old
    assert "<ins>" in (folder / "data/texts/es/2/changes.html").read_text()


def test_sources_have_their_evidence_and_kept_copies_run_nothing(folder: Path) -> None:
    page = (folder / "data/sources/index.html").read_text()
    digest = hashlib.sha256(PAGE).hexdigest()
    assert (folder / f"data/sources/kept/{digest}-html.txt").read_bytes() == PAGE
    assert f"kept/{digest}-html.txt" in page
    assert "Sixty slept there" in page
    assert "They are still held" in page
    closed = hashlib.sha256(b"Hidden minutes.").hexdigest()
    assert closed in page
    assert [path.name for path in (folder / "data/sources/kept").iterdir()] == [f"{digest}-html.txt"]
    assert b"Hidden minutes." not in b"".join(archived.contents(folder).values())


def test_names_stand_in_the_rolls_order_with_what_they_chose(folder: Path) -> None:
    (page,) = [
        page for path, page in archived.pages(folder / "data/names").items() if path.name == "0001.html"
    ]
    names = page.xpath("//ul[@class='names']/li/bdi/text()")
    assert names == ["Amparo Veiga", "Garza Real", "Zoë Ångström", "Мария Ковалёва", "أمينة قادر"]
    index = (folder / "data/names/index.html").read_text()
    for anchor in page.xpath("//h2/@id"):
        assert f"0001.html#{anchor}" in index
    assert "red-maker, Vigo" in (folder / "data/names/0001.html").read_text()


def test_whoever_may_not_be_named_is_in_no_file(cast: Cast, whole: Appeal, tmp_path: Path) -> None:
    version = crowd.original(whole)
    people = {
        name: crowd.confirmed(version, name, edition=True, affiliation=f"{name} Works")
        for name in (
            "Erased Quillon",
            "Withdrawn Brask",
            "Kept Withdrawal",
            "Struck Odlum",
        )
    }
    crowd.pending(version, "Pending Zwick", edition=True)
    sequence.record_due(force=True)
    rows = {name: Signature.objects.get(pk=row.pk) for name, row in people.items()}
    erase.erase(signature=rows["Erased Quillon"])
    withdraw.withdraw(signature=rows["Withdrawn Brask"], keeps_name=False)
    withdraw.withdraw(signature=rows["Kept Withdrawal"], keeps_name=True)
    moderate.strike(actor=cast.moderator, signature=rows["Struck Odlum"], reason="twice")
    sequence.record_due(force=True)
    crowd.confirmed(version, "Unrecorded Ysolde", edition=True)
    held = crowd.confirmed(version, "Held Vantongeren", edition=True)
    moderate.hold(actor=cast.moderator, signature=held, reason="asked")
    archive(whole, tmp_path / "out")
    hidden = [
        "Quillon", "Brask", "Withdrawal", "Odlum", "Vantongeren", "Zwick", "Ysolde",
        "Consentless", "Unlisted Hidden", "Kept Civil", "people.example",
    ]  # fmt: skip
    for name, data in archived.contents(tmp_path / "out").items():
        words = archived.words(name, data).lower()
        assert [one for one in hidden if one.lower() in words] == [], name
    assert "Amparo" in (tmp_path / "out/data/names/0001.html").read_text()


def test_the_bag_is_whole_and_a_flipped_byte_is_refused(folder: Path) -> None:
    assert archived.bag_errors(folder) == []
    assert check_bag(folder) == []
    for name in ("data/index.html", "bag-info.txt", "data/names/0001.html"):
        path = folder / name
        data = path.read_bytes()
        path.write_bytes(bytes([data[0] ^ 1]) + data[1:])
        assert archived.bag_errors(folder) != []
        assert check_bag(folder) == [f"{name} was changed"]
        path.write_bytes(data)
    (folder / "data/more.txt").write_text("nobody's")
    assert check_bag(folder) == ["data/more.txt stands in no manifest"]


def test_verify_accepts_the_folder_and_refuses_a_flipped_byte_of_the_log(folder: Path, whole: Appeal) -> None:
    answer = verify_source(str(folder))
    assert answer["ok"], answer["errors"]
    assert answer["logs"][0]["signatures"] == 7
    entries = next((folder / "data/ledger" / whole.public_id / "tile/entries").rglob("*[0-9]"))
    path = entries if entries.is_file() else next(entries.iterdir())
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert not verify_source(str(folder))["ok"]
    assert archived.bag_errors(folder) == [path.relative_to(folder).as_posix()]


def run_verifier(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """The verifier as it lies in the archive, without anything that is installed here."""
    return subprocess.run(
        [sys.executable, "-S", "-E", str(folder / "data/verifier/verify.py"), *options],
        capture_output=True, text=True, check=False, cwd=folder, env={"PATH": os.environ["PATH"]},
    )  # fmt: skip


def test_the_enclosed_verifier_runs_alone_and_leaves_the_bag_as_it_is(folder: Path, tmp_path: Path) -> None:
    done = run_verifier(folder, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["logs"][0]["signatures"] == 7
    assert archived.bag_errors(folder) == []
    row = Signature.objects.filter(state=Signature.State.RECORDED).first()
    assert row is not None
    text = mine.receipt_text(signature=row, full=False)
    file = tmp_path / "mine.tlog-proof"
    file.write_text(text)
    assert run_verifier(folder, str(file)).returncode == 0
    file.write_text(text.replace("\nindex ", "\nindex 1"))
    assert run_verifier(folder, str(file)).returncode == 1
    (folder / "data/style.css").write_text("")
    done = run_verifier(folder)
    assert done.returncode == 1
    assert "data/style.css was changed" in done.stdout


def test_the_same_appeal_gives_the_same_bytes(folder: Path, whole: Appeal) -> None:
    again = folder.with_name("again")
    archive(whole, again)
    assert archived.contents(folder) == archived.contents(again)


def test_the_command_refuses_in_one_line_and_leaves_nothing(
    whole: Appeal, draft_appeal: Appeal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "place"
    (place / "full").mkdir(parents=True)
    (place / "full/file").write_text("mine")
    (place / "plain").write_text("mine")
    for slug, out, words in (
        ("nowhere", "new", "there is no appeal nowhere"),
        (draft_appeal.slug, "new", "has no published text"),
        ("faro", "full", "is not an empty folder"),
        ("faro", "plain", "is not an empty folder"),
        ("faro", "plain/below", "cannot be written"),
    ):
        assert cli.main(["archive", slug, "--out", str(place / out)]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert words in line
    assert sorted(path.name for path in place.iterdir()) == ["full", "plain"]


def test_an_empty_folder_is_taken_and_progress_is_told(
    whole: Appeal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    assert cli.main(["archive", "faro", "--out", str(tmp_path / "empty")]) == 0
    told = capsys.readouterr()
    assert "5 names" in told.out
    assert "names" in told.err.splitlines()
    assert archived.bag_errors(tmp_path / "empty") == []
    with pytest.raises(FolderInUse):
        archive(whole, tmp_path / "empty")


def test_a_kept_copy_that_is_gone_is_said_and_nothing_is_left(
    whole: Appeal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.storage().delete(Capture.objects.get(is_open=True).path)
    assert cli.main(["archive", "faro", "--out", str(tmp_path / "place/out")]) == 2
    assert "is missing" in capsys.readouterr().err
    assert list((tmp_path / "place").iterdir()) == []


def test_an_appeal_that_never_opened_has_an_archive_without_log(faro: Appeal, tmp_path: Path) -> None:
    archive(faro, tmp_path / "out")
    assert archived.dead_links(tmp_path / "out") == []
    assert archived.bag_errors(tmp_path / "out") == []
    assert not (tmp_path / "out/data/ledger").exists()
    assert run_verifier(tmp_path / "out").returncode == 0


def test_the_roll_is_read_piece_by_piece_without_loss_or_repeat(
    family: Appeal, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = crowd.original(family)
    for number in range(5):
        crowd.confirmed(version, "Twin Name", edition=True, email=f"twin{number}@people.example")
    first = crowd.confirmed(version, "Zuriñe First", edition=True)
    sequence.record_due(force=True)
    PublicLine.objects.filter(signature=first.pk).update(first_order=1)
    for size in (1, 2, 3, 100):
        monkeypatch.setattr(roll, "_CHUNK", size)
        lines = list(roll.lines(family))
        assert [line.name for line in lines] == [line.name for line in gather(family).signatories]
        assert len(lines) == roll.count(family) == 11
        assert [line.first for line in lines] == [True] + [False] * 10


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Zoë Ångström", ["zoe", "angstrom"]), ("O’Brien-Łęcki", ["o", "brien", "lecki"]),
        ("Мария Ковалёва", ["мария", "ковалева"]), ("Straße", ["strasse"]), ("…", []),
        ("İpek Σίσυφος", ["ipek", "σισυφοσ"]),
    ],
)  # fmt: skip
def test_names_are_searched_without_accents(name: str, found: list[str]) -> None:
    assert search.words(name) == found
