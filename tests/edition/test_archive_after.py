"""What came after the letter is in its archive: later copies, lost pages, delivery, answer, each day."""

import io
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.edition import archived, validators
from tests.edition.conftest import rewrite
from tests.edition.reading import Page
from undersigned.appeals import keep, reading, sources
from undersigned.appeals.evidence_models import LinkCheck
from undersigned.appeals.models import Appeal
from undersigned.edition.archive.verify import check_bag
from undersigned.edition.archive.write import archive
from undersigned.edition.delivery.make import make
from undersigned.lib import clock
from undersigned.signing import sequence
from undersigned.signing.delivery import ask, hand_over

pytestmark = pytest.mark.django_db

URL = "https://gazette.example/tides"
COPIES = (b"<!doctype html><p>Sixty men slept there.", b"<!doctype html><p>Forty men slept there.")


@pytest.fixture
def root(cast: Cast, family: Appeal, tmp_path: Path) -> Path:
    """The archive of a letter that was delivered and answered, and whose source changed and was lost."""
    csl = {"type": "webpage", "title": "Tides", "URL": URL}
    source = sources.add_source(actor=cast.owner, appeal=family, key="tides", csl=csl)
    rewrite(cast, reading.original(family), ("gobernador miente.", "gobernador miente [@tides]."))
    for copy in COPIES:
        keep.keep(actor=cast.owner, source=source, data=io.BytesIO(copy), name="tides.html")
    LinkCheck.objects.create(
        source=source, url=URL, outcome="missing", detail="404", checked_at=clock.now(),
        troubled_since=clock.now() - timedelta(days=1), due_at=clock.now(),
    )  # fmt: skip
    sequence.record_due(force=True)
    _deliver(cast, family)
    out = tmp_path / "archive"
    archive(Appeal.objects.select_related("team").get(pk=family.pk), out)
    return out


def _deliver(cast: Cast, appeal: Appeal) -> None:
    text = reading.original(appeal)
    row = ask.ask(actor=cast.owner, appeal=appeal, text=text, recipient="The Harbour Board")
    assert make(row.pk)
    sequence.record_due(force=True)
    row.refresh_from_db()
    hand_over.note(actor=cast.owner, delivery=row, on=clock.now().date(), how="person", by="A clerk")
    row.refresh_from_db()
    hand_over.publish_answer(
        actor=cast.owner, delivery=row, signed="The Secretary", language="en", words="We *read* it.",
        on=clock.now().date().isoformat(),
    )  # fmt: skip


def page(root: Path, name: str) -> Page:
    return Page((root / "data" / name).read_bytes())


def test_everything_that_came_after_is_in_it(root: Path) -> None:
    handed = page(root, "delivery.html")
    assert "The Harbour Board" in handed.words("//h2")[0]
    assert handed.words("//article//em") == ["read"]
    assert handed.words("//article/header/h3") == ["The Secretary"]
    assert "A clerk" not in "".join(handed.words("//main"))
    (proof,) = (root / "data/delivery").glob("*.tlog-proof")
    assert proof.read_text().startswith("c2sp.org/tlog-proof@v1\n")
    (changes,) = (root / "data/sources/changes").glob("*.html")
    compared = page(root, f"sources/changes/{changes.name}")
    assert (compared.words("//del"), compared.words("//ins")) == (["Sixty"], ["Forty"])
    listed = page(root, "sources/index.html")
    assert URL in listed.words("//p[@class='lost']")[0]
    days = page(root, "updates.html").words("//ol[@class='updates']/li")
    assert any("The Harbour Board" in day for day in days) and any("The Secretary" in day for day in days)
    assert len(days) >= 8
    assert archived.dead_links(root) == []
    assert archived.bag_errors(root) == []
    assert check_bag(root) == []
    verifier = [sys.executable, "-I", str(root / "data/verifier/verify.py"), str(proof)]
    assert subprocess.run(verifier, check=False, capture_output=True).returncode == 0


def test_its_pages_are_valid_by_the_html_checker(root: Path) -> None:
    assert validators.html_checker(sorted(root.rglob("*.html"))) == []
