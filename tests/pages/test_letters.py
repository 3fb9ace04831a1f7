"""The letter, its versions and what changed, as a reader's browser gets them."""

import gzip
import hashlib
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import Cast
from tests.pages.conftest import sign
from tests.signing import crowd
from undersigned.appeals import draft, publish
from undersigned.appeals.models import Appeal, Version
from undersigned.lib import clock
from undersigned.pages import letters
from undersigned.pages.staticfiles import asset
from undersigned.signing import erase, opening, sequence
from undersigned.signing.models import PublicLine, Signature

pytestmark = pytest.mark.django_db

LETTER = "/appeals/night-ferry/en/"


def test_it_shows_the_letter_its_count_and_the_form(reader: Client, signed_appeal: Appeal) -> None:
    page = reader.get(LETTER)
    html = page.content.decode()
    assert page.status_code == 200
    for words in ("For the night ferry", "The people of Lower Quay", "The Harbour Board", "March 1, 2026"):
        assert words in html
    assert "<em>walk home</em>" in html and "Timetable of January 2026" in html
    assert "<strong>5</strong>" in html
    assert f'action="{LETTER}sign"' in html and 'name="email"' in html
    assert crowd.original(signed_appeal).digest_hex in html


def test_it_sets_no_cookie_varies_on_none_and_may_be_cached(reader: Client, signed_appeal: Appeal) -> None:
    page = reader.get(LETTER)
    assert not page.cookies
    assert "Cookie" not in page.headers.get("Vary", "")
    assert re.fullmatch(r"public, max-age=\d+", page["Cache-Control"])
    assert 5 <= int(page["Cache-Control"].rpartition("=")[2]) <= 30


def test_it_answers_304_until_the_count_changes(reader: Client, signed_appeal: Appeal) -> None:
    etag = reader.get(LETTER)["ETag"]
    again = reader.get(LETTER, headers={"If-None-Match": etag})
    assert again.status_code == 304 and again.content == b""
    assert again["ETag"] == etag and again["Cache-Control"].startswith("public")
    sign(crowd.original(signed_appeal), "One More")
    assert reader.get(LETTER, headers={"If-None-Match": etag}).status_code == 200


def test_it_forgets_an_erased_first_signatory_at_once(reader: Client, signed_appeal: Appeal) -> None:
    line = PublicLine.objects.get(name="Amina Qadir")
    PublicLine.objects.filter(pk=line.pk).update(first_order=1)
    page = reader.get(LETTER)
    assert "Amina Qadir" in page.content.decode()
    erase.erase(signature=Signature.objects.get(pk=line.pk))
    again = reader.get(LETTER, headers={"If-None-Match": page["ETag"]})
    assert again.status_code == 200
    assert "Amina Qadir" not in again.content.decode()


def test_it_counts_nobody_who_is_not_published(reader: Client, signed_appeal: Appeal) -> None:
    crowd.confirmed(crowd.original(signed_appeal), "Not Yet")
    assert "<strong>5</strong>" in reader.get(LETTER).content.decode()


def test_the_whole_page_is_light(reader: Client, family: Appeal) -> None:
    page = reader.get(LETTER, headers={"Accept-Encoding": "gzip"})
    assert page["Content-Encoding"] == "gzip"
    html = gzip.decompress(page.content).decode()
    parts = set(re.findall(r'(?:href|src)="/static/([^"]+)"', html))
    plain = {re.sub(r"\.[0-9a-f]{12}\.", ".", name) for name in parts}
    assert {"undersigned/public.css", "undersigned/public.js"} <= plain
    size = len(page.content)
    for name in plain:
        found = asset(name)
        assert found
        size += len(found.packed or found.body)
    assert size < 40_000
    assert not re.search(r'(?:src|href)="(?:https?:)?//(?!127\.0\.0\.1:8000)', html)


def test_nothing_in_it_is_inline(reader: Client, family: Appeal) -> None:
    html = reader.get(LETTER).content.decode()
    assert "style=" not in html and "<style" not in html and " onclick" not in html
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", html))


def test_it_speaks_the_language_of_its_text(reader: Client, family: Appeal) -> None:
    html = reader.get("/appeals/night-ferry/ar/").content.decode()
    assert '<html lang="ar" dir="rtl">' in html
    assert '<article class="letter" lang="ar" dir="rtl">' in html
    assert f'hreflang="en" href="http://127.0.0.1:8000{LETTER}"' in html


def test_it_tells_what_a_translation_was_made_from(reader: Client, family: Appeal) -> None:
    html = reader.get("/appeals/night-ferry/ar/").content.decode()
    assert f'href="{LETTER}versions/1/"' in html


def test_versions_and_texts_are_counted_apart_and_together(reader: Client, family: Appeal) -> None:
    english = letters._count(letters._shown("night-ferry", "en"))
    assert english["total"] == 6 and english["family"] == 8
    assert [line["signatures"] for line in english["versions"]] == [5, 1]
    arabic = letters._count(letters._shown("night-ferry", "ar"))
    assert arabic["total"] == 2 and arabic["family"] == 8


def test_the_address_of_the_appeal_leads_to_the_readers_language(reader: Client, family: Appeal) -> None:
    for wanted, place in [("ar", "ar"), ("ar-EG,en;q=0.5", "ar"), ("fr", "en"), ("", "en"), ("en,ar", "en")]:
        page = reader.get("/appeals/night-ferry/", headers={"Accept-Language": wanted})
        assert page.status_code == 302
        assert page["Location"] == f"/appeals/night-ferry/{place}/"
        assert page["Vary"] == "Accept-Language" and not page.cookies


def test_a_closed_letter_says_so_and_has_no_form(reader: Client, cast: Cast, signed_appeal: Appeal) -> None:
    opening.close_appeal(actor=cast.owner, appeal=signed_appeal)
    html = reader.get(LETTER).content.decode()
    assert "Closed for signature" in html and "<form" not in html
    assert "Amina" not in html and "<strong>5</strong>" in html


def test_a_letter_past_its_date_takes_no_signature_though_nobody_closed_it(
    reader: Client, signed_appeal: Appeal
) -> None:
    before = reader.get(LETTER)
    Appeal.objects.update(closes_at=clock.now() - timedelta(seconds=1))
    page = reader.get(LETTER, headers={"If-None-Match": before["ETag"]})
    assert page.status_code == 200 and "<form" not in page.content.decode()


def test_an_older_version_says_that_there_is_a_newer_one(reader: Client, family: Appeal) -> None:
    html = reader.get(f"{LETTER}versions/1/").content.decode()
    assert "leaves at nine" in html and "leaves at eight" not in html
    assert "You are reading version 1" in html and "<form" not in html
    first = Version.objects.get(text__slug="en", number=1)
    assert first.digest in html and first.digest_hex in html


def test_the_signed_file_has_the_digest_that_the_page_shows(reader: Client, family: Appeal) -> None:
    for number in (1, 2):
        page = reader.get(f"{LETTER}versions/{number}/text.txt")
        found = Version.objects.get(text__slug="en", number=number)
        assert page["Content-Type"] == "text/plain; charset=utf-8"
        assert "immutable" in page["Cache-Control"]
        assert page.content == bytes(found.canonical)
        assert hashlib.sha256(page.content).hexdigest() == found.digest_hex


def test_changes_are_told_in_words_and_by_marks(reader: Client, family: Appeal) -> None:
    html = reader.get(f"{LETTER}versions/2/changes/").content.decode()
    assert re.search(r"<del>.*?nine.*?</del>", html) and re.search(r"<ins>.*?eight.*?</ins>", html)
    assert "removed:" in html and "added:" in html
    assert "5 signatures" in html and "1 signature" in html
    assert reader.get(f"{LETTER}versions/1/changes/").status_code == 404


def test_corrections_of_the_apparatus_change_the_etag(
    reader: Client, cast: Cast, signed_appeal: Appeal
) -> None:
    etag = reader.get(LETTER)["ETag"]
    text = signed_appeal.texts.get()
    source = text.draft.replace("lang: en", "lang: en\narchive: Quay Archive, box 3")
    draft.save_draft(actor=cast.owner, text=text, source=source, revision=text.draft_revision)
    text.refresh_from_db()
    publish.publish(actor=cast.owner, text=text)
    page = reader.get(LETTER, headers={"If-None-Match": etag})
    assert "Quay Archive, box 3" in page.content.decode()


def test_what_was_typed_is_never_markup(reader: Client, cast: Cast, draft_appeal: Appeal) -> None:
    nasty = "<script>alert(1)</script>"
    text = draft_appeal.texts.get()
    source = text.draft.replace("The people of Lower Quay", f"'{nasty} & co'").replace(
        "lang: en", f"lang: en\nnote: 'Kept *here* {nasty}'\narchive: '{nasty}'\nseries: '{nasty}'"
    )
    draft.save_draft(actor=cast.owner, text=text, source=source, revision=text.draft_revision)
    text.refresh_from_db()
    publish.publish(actor=cast.owner, text=text)
    opening.open_appeal(actor=cast.owner, appeal=draft_appeal)
    sequence.record_due(force=True)
    html = reader.get(LETTER).content.decode()
    assert nasty not in html and html.count("&lt;script&gt;") >= 4
    assert "Kept <em>here</em>" in html


def test_drafts_do_not_exist_for_the_public(reader: Client, published: Version) -> None:
    slug, text = published.text.appeal.slug, published.text.slug
    one = [slug, text]
    addresses = [
        reverse(name, args=[slug]) for name in ("appeal", "names", "verify", "privacy", "appeal-feed")
    ]
    addresses += [reverse("letter", args=one)]
    addresses += [reverse(name, args=[*one, 1]) for name in ("version", "canonical")]
    addresses += [reverse("changes", args=[*one, 2]), f"/api/v1/appeals/{slug}"]
    for address in addresses:
        missing = reader.get(address.replace(slug, "no-such-appeal"))
        page = reader.get(address)
        assert page.status_code == missing.status_code == 404, address
        assert "night ferry" not in page.content.decode().lower()
    for address in ("/", "/feed.atom", "/api/v1/appeals"):
        assert slug not in reader.get(address).content.decode()


def test_a_text_that_is_not_published_does_not_exist(reader: Client, family: Appeal) -> None:
    for address in ("/appeals/night-ferry/fr/", f"{LETTER}versions/3/", f"{LETTER}versions/0/text.txt"):
        assert reader.get(address).status_code == 404


def test_only_reading_is_possible(reader: Client, signed_appeal: Appeal) -> None:
    for address in (LETTER, "/", "/how/", "/appeals/night-ferry/names/", "/healthz"):
        assert reader.post(address).status_code in (403, 405)
        assert reader.head(address).status_code == 200


def test_the_cost_does_not_grow_with_signatures(
    reader: Client, signed_appeal: Appeal, django_assert_max_num_queries: object
) -> None:
    version = crowd.original(signed_appeal)
    sign(version, *(f"Person Number {chr(97 + n)}" for n in range(20)))
    for address, most in [
        (LETTER, 9),
        (f"{LETTER}versions/1/", 8),
        ("/", 5),
        ("/appeals/night-ferry/names/", 9),
        ("/appeals/night-ferry/verify/", 5),
        ("/api/v1/appeals/night-ferry", 5),
    ]:
        # What changes with a batch or a publication alone is looked up by the first who asks.
        with django_assert_max_num_queries(most + 4):  # type: ignore[operator]
            assert reader.get(address).status_code == 200
        with django_assert_max_num_queries(most):  # type: ignore[operator]
            assert reader.get(address).status_code == 200
