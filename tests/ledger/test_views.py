import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client

from tests.ledger.conftest import APPEAL, Grow, files, folder
from undersigned.ledger.models import Log
from undersigned.ledger.publish import publish
from undersigned.ledger.urls import urlpatterns
from undersigned.lib import env

__all__ = ["handler404", "urlpatterns"]


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The site's own page for this needs the addresses of its other pages."""
    return HttpResponse(status=404)


# These addresses alone: the other pages of the site have tests of their own.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls(__name__)]


@pytest.fixture
def site(log: Log, grow: Grow, client: Client) -> Client:
    grow(log, 300)
    publish(log)
    return client


def test_it_serves_every_public_file_as_it_is(site: Client) -> None:
    for name, data in files().items():
        if name != "vkey":
            answer = site.get(f"/ledger/{APPEAL}/{name}")
            assert answer.status_code == 200 and answer.content == data
            assert answer["Access-Control-Allow-Origin"] == "*" and not answer.cookies
            assert "Cookie" not in answer.get("Vary", "")


def test_a_checkpoint_is_fresh_and_a_tile_is_for_ever(site: Client) -> None:
    checkpoint = site.get(f"/ledger/{APPEAL}/checkpoint")
    assert checkpoint["Content-Type"] == "text/plain; charset=utf-8"
    assert checkpoint["Cache-Control"] == "public, max-age=5"
    tile = site.get(f"/ledger/{APPEAL}/tile/0/000")
    assert tile["Content-Type"] == "application/octet-stream"
    assert tile["Cache-Control"] == "public, max-age=31536000, immutable"


def test_what_a_reader_has_is_not_sent_again(site: Client) -> None:
    for path in ("checkpoint", "tile/0/000"):
        first = site.get(f"/ledger/{APPEAL}/{path}")
        again = site.get(f"/ledger/{APPEAL}/{path}", headers={"If-None-Match": first["ETag"]})
        assert again.status_code == 304 and not again.content
        head = site.head(f"/ledger/{APPEAL}/{path}")
        assert head.status_code == 200 and head["ETag"] == first["ETag"] and not head.content


@pytest.mark.parametrize("width", [1, 45, 200, 255])
def test_partial_tiles_are_served_after_the_full_one(site: Client, width: int) -> None:
    full = site.get(f"/ledger/{APPEAL}/tile/0/000").content
    assert site.get(f"/ledger/{APPEAL}/tile/0/000.p/{width}").content == full[: 32 * width]
    bundle = site.get(f"/ledger/{APPEAL}/tile/entries/000.p/{width}").content
    assert bundle and site.get(f"/ledger/{APPEAL}/tile/entries/000").content.startswith(bundle)


@pytest.mark.parametrize(
    "path",
    [
        "LOG/tile/0/000.p/256",
        "LOG/tile/0/000.p/0",
        "LOG/tile/0/0",
        "LOG/tile/64/000",
        "LOG/tile/00/000",
        "LOG/tile/0/x000/000",
        "LOG/tile/0/001.p/99",
        "LOG/tile/0/001.p",
        "LOG/tile/entries/001",
        "LOG/tile/0/000%00",
        "LOG/tile/../checkpoint",
        "LOG/tile/0/%2e%2e/checkpoint",
        "LOG/tile/",
        "LOG/vkey",
        "LOG/",
        "../keys/checkpoint",
        "AAAAAAAAAAAAAAAAAAAAAA/checkpoint",
        "short/checkpoint",
    ],
)
def test_anything_else_is_not_there(site: Client, path: str) -> None:
    assert site.get(f"/ledger/{path.replace('LOG', APPEAL)}").status_code == 404


def test_nothing_can_be_posted(site: Client) -> None:
    assert site.post(f"/ledger/{APPEAL}/checkpoint").status_code == 405


def test_the_site_names_its_published_logs_and_their_keys(site: Client, log: Log) -> None:
    Log.objects.create(appeal_id="B" * 22, origin="not/published", vkey="none", created_at=log.created_at)
    answer = site.get("/.well-known/undersigned.json")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer.json() == {
        "logs": [
            {
                "appeal": APPEAL,
                "origin": log.origin,
                "vkey": log.vkey,
                "url": f"{env.load().base_url}/ledger/{APPEAL}",
            }
        ]
    }


def test_public_files_need_no_database(site: Client, django_assert_num_queries: object) -> None:
    # Whether a log is hidden is asked once in a process.
    site.get(f"/ledger/{APPEAL}/checkpoint")
    with django_assert_num_queries(0):  # type: ignore[operator]
        site.get(f"/ledger/{APPEAL}/checkpoint")
        site.get(f"/ledger/{APPEAL}/tile/0/000")
    assert (folder() / "tile").is_dir()
