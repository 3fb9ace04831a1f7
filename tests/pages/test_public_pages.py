"""The list of appeals, verification, privacy notice, feeds, and what machines ask for."""

from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import Cast
from undersigned.appeals import draft, publish
from undersigned.appeals.models import Appeal
from undersigned.ledger import read
from undersigned.lib import clock
from undersigned.pages import site
from undersigned.signing import opening

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"


def public_addresses(appeal: Appeal) -> list[str]:
    """Every page of the public side."""
    slug, text = appeal.slug, appeal.texts.get(relation="original").slug
    found = [reverse(name) for name in ("home", "how", "feed", "robots", "healthz")]
    found += [reverse(n, args=[slug]) for n in ("names", "verify", "privacy", "appeal-feed", "appeal")]
    found += [reverse("letter", args=[slug, text])]
    found += [reverse(n, args=[slug, text, 2]) for n in ("version", "canonical", "changes")]
    found += ["/api/v1/appeals", f"/api/v1/appeals/{slug}", "/api/v1/openapi.json", "/no/such/page"]
    return found


def test_no_public_page_sets_a_cookie_or_varies_on_one(reader: Client, family: Appeal) -> None:
    for address in public_addresses(family):
        page = reader.get(address)
        assert page.status_code == (404 if address == "/no/such/page" else page.status_code)
        assert page.status_code in (200, 302, 404), address
        assert not page.cookies and not reader.cookies, address
        assert "Cookie" not in page.headers.get("Vary", ""), address


def test_somebody_signed_in_gets_the_same_pages(reader: Client, family: Appeal, cast: Cast) -> None:
    organiser = Client()
    organiser.force_login(cast.owner)
    for address in public_addresses(family):
        if not address.endswith("feed.atom"):
            assert organiser.get(address).content == reader.get(address).content, address


def test_every_page_carries_the_headers_that_keep_it_to_itself(reader: Client, family: Appeal) -> None:
    for address in public_addresses(family):
        page = reader.get(address)
        policy = page["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'") and "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy and "base-uri 'none'" in policy
        assert page["X-Content-Type-Options"] == "nosniff"
        assert page["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in page["Permissions-Policy"]
        assert page["Referrer-Policy"]
        shared = page.headers.get("Access-Control-Allow-Origin") == "*"
        assert page["Cross-Origin-Resource-Policy"] == ("cross-origin" if shared else "same-origin")


def test_the_list_shows_open_appeals_first_with_count_language_and_date(
    reader: Client, family: Appeal, cast: Cast
) -> None:
    _appeal(cast, "older", closed=True)
    html = reader.get("/").content.decode()
    assert html.index("night-ferry") < html.index("/appeals/older/")
    assert "8 signatures" in html and "العربية" in html
    assert 'rel="alternate" type="application/atom+xml"' in html


def _appeal(cast: Cast, slug: str, *, closed: bool = False) -> Appeal:
    made = draft.create_appeal(
        actor=cast.owner,
        team=cast.team,
        slug=slug,
        title=slug.title(),
        source=f"---\ntitle: {slug.title()}\nlang: en\n---\n\nWords.\n",
        controller="Somebody",
        purpose="Something.",
        closes_at=clock.now() + timedelta(days=3),
    )
    publish.publish(actor=cast.owner, text=made.texts.get())
    opened = opening.open_appeal(actor=cast.owner, appeal=made)
    if closed:
        opening.close_appeal(actor=cast.owner, appeal=opened)
    return opened


def test_the_list_goes_on_page_by_page_without_loss(
    reader: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site, "PAGE", 2)
    slugs = [f"letter-{n}" for n in range(5)]
    for n, slug in enumerate(slugs):
        _appeal(cast, slug, closed=n < 2)
    # Opened in one moment: the order still holds.
    Appeal.objects.update(opened_at=clock.now())
    seen: list[str] = []
    address = "/"
    while address:
        response = reader.get(address)
        cards = response.content.decode().split('<ul class="cards">')[1]
        seen += [slug for slug in slugs[::-1] if f'"/appeals/{slug}/"' in cards]
        address = f"/?after={seen[-1]}" if 'rel="next"' in cards else ""
    assert seen == ["letter-4", "letter-3", "letter-2", "letter-1", "letter-0"]


def test_an_unknown_place_in_the_list_is_its_beginning(reader: Client, family: Appeal) -> None:
    for typed in ("nothing", "x" * 500, "\0", "'"):
        assert "night-ferry" in reader.get("/", {"after": typed}).content.decode()


def test_the_verify_page_tells_what_is_proved_what_is_not_and_how(reader: Client, family: Appeal) -> None:
    html = reader.get("/appeals/night-ferry/verify/").content.decode()
    log = read.log_of(family.public_id)
    assert log
    assert log.origin in html and log.vkey in html and str(log.published_size) in html
    assert "undersigned verify http://127.0.0.1:8000/appeals/night-ferry/" in html
    assert f"python -m undersigned.tlog verify http://127.0.0.1:8000/ledger/{family.public_id}" in html
    assert "What it does not prove" in html
    for version in family.texts.get(slug="en").versions.all():
        assert version.digest in html


def test_before_the_first_checkpoint_the_verify_page_says_so(reader: Client, open_appeal: Appeal) -> None:
    html = reader.get("/appeals/night-ferry/verify/").content.decode()
    assert "first checkpoint" in html


def test_the_privacy_notice_is_made_of_the_settings(reader: Client, signed_appeal: Appeal) -> None:
    Appeal.objects.update(closes_at="2030-01-31T12:00:00Z", retention_days=10)
    html = reader.get("/appeals/night-ferry/privacy/").content.decode()
    for words in ("Lower Quay Residents", "mailto:board@lower-quay.example", "To ask for one more ferry."):
        assert words in html
    assert "10 days" in html and 'datetime="2030-02-10"' in html
    assert "country" not in html.partition("What is stored")[2].partition("Who sees it")[0]


@pytest.mark.parametrize("address", ["/feed.atom", "/appeals/night-ferry/feed.atom"])
def test_feeds_are_valid_atom(reader: Client, family: Appeal, address: str) -> None:
    page = reader.get(address)
    assert page["Content-Type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(page.content)
    assert feed.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated", "author"):
        assert feed.find(f"{ATOM}{name}") is not None
    entries = feed.findall(f"{ATOM}entry")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert entries and len(set(ids)) == len(ids)
    for entry in entries:
        assert entry.findtext(f"{ATOM}title") and entry.findtext(f"{ATOM}updated")
        link = entry.find(f"{ATOM}link")
        assert link is not None and link.attrib["href"].startswith(
            "http://127.0.0.1:8000/appeals/night-ferry/"
        )


def test_the_feed_of_an_appeal_tells_of_versions_opening_and_closing(
    reader: Client, family: Appeal, cast: Cast
) -> None:
    opening.close_appeal(actor=cast.owner, appeal=family)
    text = reader.get("/appeals/night-ferry/feed.atom").content.decode()
    assert "version 1 published" in text and "version 2 published" in text
    assert "Open for signature" in text and "Closed for signature" in text


def test_health_is_told_without_secrets(reader: Client) -> None:
    page = reader.get("/healthz")
    assert page.status_code == 200 and page.json() == {"ok": True} and page["Cache-Control"] == "no-store"


def test_a_database_of_another_program_is_not_healthy(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site, "_migrations", lambda: frozenset({("signing", "9999_from_the_future")}))
    page = reader.get("/healthz")
    assert page.status_code == 503 and page.json() == {"ok": False} and page["Retry-After"]


def test_robots_are_kept_from_what_belongs_to_one_person(reader: Client) -> None:
    text = reader.get("/robots.txt").content.decode()
    for path in ("/confirm/", "/mine/", "/unsubscribe/", "/outbox/", "/desk/"):
        assert f"Disallow: {path}\n" in text
    assert "Disallow: /\n" not in text


def test_the_source_is_offered(reader: Client, configure: object) -> None:
    assert 'id="source"' in reader.get("/how/").content.decode()
    configure(source_url="https://code.example.org/undersigned")  # type: ignore[operator]
    assert "https://code.example.org/undersigned" in reader.get("/how/").content.decode()
