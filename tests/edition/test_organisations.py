"""Organisations and vouched signatures remain in an edition and an archive, apart from people."""

import json
from pathlib import Path

import pytest
from django.test import Client
from lxml import etree

from tests.cast import Cast
from tests.edition import archived
from tests.edition.validators import RNG
from tests.signing import crowd
from tests.signing.organisations.societies import signed
from tests.signing.vouching import carrier, opened, vouched
from undersigned.appeals.models import Appeal
from undersigned.edition.archive.write import archive
from undersigned.edition.build import build
from undersigned.edition.gather import gather
from undersigned.edition.signed import Counts
from undersigned.signing import sequence
from undersigned.signing.models import Voucher
from undersigned.signing.organisations import withdraw

pytestmark = pytest.mark.django_db


@pytest.fixture
def stood(cast: Cast, family: Appeal) -> Appeal:
    """The family with organisations that asked to be kept, one that did not, and a vouched pseudonym."""
    version = crowd.original(family)
    signed(version, edition=True, shows_officers=True)
    signed(version, name="Kept Out Society", domain="out.example", email="a@out.example")
    gone = signed(version, name="Gone Guild", domain="gone.example", email="a@gone.example", edition=True)
    one = carrier(cast.owner, family)
    session = opened(one)
    vouched(one, session, "Heron Grey", edition=True)
    Voucher.objects.filter(carrier=one).update(public_name="Inés of the Quay")
    sequence.record_due(force=True)
    withdraw.withdraw(organisation=gone, keeps_name=False)
    sequence.record_due(force=True)
    return Appeal.objects.select_related("team").get(pk=family.pk)


def test_every_format_lists_organisations_apart_and_marks_who_was_vouched_for(
    stood: Appeal, tmp_path: Path
) -> None:
    """PDF, EPUB, HTML and TEI name those that asked to be kept; Markdown has a file of its own."""
    edition = gather(stood)
    assert (edition.counts.org, edition.counts.vouched) == (2, 1)
    folder = tmp_path / "edition"
    build(edition, folder)
    first = edition.texts[0].slug
    for name in (f"{first}.html", f"{first}.pdf", f"{first}.epub", f"{first}.tei.xml"):
        said = " ".join(archived.words(name, (folder / name).read_bytes()).split())
        assert "Union" in said and "ferry.example" in said and "Ida Berg, Chair" in said, name
    other = next(text for text in edition.texts if text.counts.vouched).slug
    for name in (f"{other}.html", f"{other}.pdf", f"{other}.epub", f"{other}.tei.xml"):
        said = " ".join(archived.words(name, (folder / name).read_bytes()).split())
        assert "Heron Grey" in said and "vouched for by Inés of the Quay" in said, name
    everything = "".join(archived.words(p.name, p.read_bytes()) for p in folder.iterdir())
    assert "Kept Out" not in everything and "Gone Guild" not in everything
    listed = (folder / f"{edition.slug}.organisations.md").read_text()
    assert "- Ferry Users' Union, Lower Quay, IE, ferry.example" in listed
    found = json.loads((folder / "manifest.json").read_text())
    assert found["signatures"]["org"] == 2 and found["signatures"]["organisations_named"] == 1
    assert found["texts"][0]["kinds"]["org"] == 2 and found["texts"][0]["kinds"]["vouched"] == 0
    tei = etree.parse(folder / f"{first}.tei.xml")
    assert RNG.validate(tei), RNG.error_log
    assert tei.xpath("//*[local-name()='listOrg']/*[local-name()='org']/*[1]/text()") == [
        "Ferry Users' Union"
    ]


def test_people_named_are_counted_of_people(stood: Appeal) -> None:
    """An organisation is no person: the sentence about names leaves it out."""
    edition = gather(stood)
    assert edition.counts.people == edition.counts.signatures - 2
    assert edition.counts.mail == edition.counts.people - 1
    assert sum((text.counts for text in edition.texts), Counts()) == edition.counts


def test_the_archive_has_a_page_of_organisations_that_its_search_finds(stood: Appeal, tmp_path: Path) -> None:
    """No link is dead, the bag is whole, and who was vouched for is marked."""
    root = tmp_path / "out"
    archive(stood, root)
    assert archived.dead_links(root) == [] and archived.bag_errors(root) == []
    page = (root / "data/organisations.html").read_text()
    assert "Ferry Users" in page and "Kept Out" not in page
    assert "organisations.html#o1" in (root / "data/search/t-0.js").read_text()
    names = "".join(path.read_text() for path in (root / "data/names").glob("0*.html"))
    assert "Inés of the Quay" in names


def test_the_search_of_names_finds_organisations(stood: Appeal, client: Client) -> None:
    """By the beginning of the name or a part of it; a stranger's words find none."""
    for query, found in (("ferry", True), ("USERS", True), ("Gone", False), ("zebra", False)):
        page = client.get(f"/appeals/{stood.slug}/names/", {"q": query}).content.decode()
        assert ("Ferry Users" in page) is found, query


def test_the_privacy_notice_says_what_is_stored_of_organisations(stood: Appeal, client: Client) -> None:
    """And says nothing of them where an appeal takes none."""
    page = client.get(f"/appeals/{stood.slug}/privacy/?lang=en").content.decode()
    assert "officers" in page
