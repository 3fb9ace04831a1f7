"""What readers see of sources: the list, passages, claims, kept copies that can run nothing."""

import gzip
import hashlib
import io
import re
from urllib.parse import quote

import pytest
from django.test import Client

from tests.appeals.sourced import LETTER, add, write
from tests.cast import Cast
from undersigned.appeals import cite, keep, publish, sources
from undersigned.appeals.models import Appeal, Capture, Text
from undersigned.lib import canonical
from undersigned.signing import opening

pytestmark = pytest.mark.django_db

PAGE = "/appeals/night-ferry/sources/"
SAVED = b"<!doctype html><title>x</title><script>alert(1)</script><p onclick='alert(1)'>No flour"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
PASSAGE = "Nurses, bakers and students walk home over the hill."


def opened(cast: Cast, text: Text) -> None:
    publish.publish(actor=cast.owner, text=text)
    text.refresh_from_db()
    opening.open_appeal(actor=cast.owner, appeal=text.appeal)


def sourced(cast: Cast, text: Text) -> Capture:
    """An appeal with a cited source, evidence with a kept copy, and a claim without any."""
    appeal = text.appeal
    source = add(cast.owner, appeal)
    letter = sources.add_source(actor=cast.owner, appeal=appeal, key="王1936", csl=LETTER)
    add(cast.owner, appeal, "unused", title="Never shown")
    cite.cite(
        actor=cast.owner,
        text=text,
        passage=PASSAGE,
        source=letter,
        quotation="الممرضات يمشين",
        quotation_language="ar",
        translation="The nurses walk",
        claim="People walk home",
        locator="fol. 2r",
        shelfmark="Box 3",
    )
    cite.cite(actor=cast.owner, text=text, passage="one boat more", claim="A boat would do")
    write(cast.owner, text, "one boat more", "one boat more [@ruiz1936, p. 4]")
    return keep.keep(actor=cast.owner, source=source, data=io.BytesIO(SAVED), note="front page")


def get(address: str = PAGE) -> str:
    answer = Client().get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_appeal_that_cites_nothing_says_so(cast: Cast, text: Text) -> None:
    opened(cast, text)
    assert "Nothing is cited" in get()


def test_a_draft_shows_no_sources(cast: Cast, text: Text) -> None:
    capture = sourced(cast, text)
    publish.publish(actor=cast.owner, text=text)
    source = capture.source
    for address in ("", f"ruiz1936/kept/{capture.sha256}", f"ruiz1936/state/{source.digest}.json"):
        assert Client().get(PAGE + address).status_code == 404


def test_readers_see_what_the_letter_rests_on(cast: Cast, text: Text) -> None:
    capture = sourced(cast, text)
    opened(cast, text)
    page = get()
    assert "“The last boat”, <i>Port Gazette</i>, May 2, 1936, p. 4." in page
    assert "Never shown" not in page
    assert (
        '<blockquote dir="rtl" lang="ar">' in page and "الممرضات يمشين" in page and "The nurses walk" in page
    )
    assert capture.sha256 in page and "front page" in page
    assert "Claims with evidence" in page and "People walk home" in page
    assert "Claims without evidence" in page and "A boat would do" in page
    letter = get("/appeals/night-ferry/en/")
    for mark in ("source-mark-1", "source-mark-2"):
        found = f"t{text.public_id.replace('_', '-')}-{mark}"
        assert f'/appeals/night-ferry/en/#{found}"' in page and f'id="{found}"' in letter
    for key in ("ruiz1936", "王1936"):
        assert f'id="source-{key}"' in page and f"{PAGE}#{quote('source-' + key)}" in letter


def test_the_page_sets_no_cookie_and_knows_who_has_it(cast: Cast, text: Text) -> None:
    sourced(cast, text)
    opened(cast, text)
    answer = Client().get(PAGE)
    assert not answer.cookies
    again = Client().get(PAGE, headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    letter = Client().get("/appeals/night-ferry/en/")
    row = text.appeal.sources.get(key="王1936")
    sources.change_source(actor=cast.owner, source=row, csl={**LETTER, "title": "On tides"})
    for address, before in ((PAGE, answer), ("/appeals/night-ferry/en/", letter)):
        fresh = Client().get(address, headers={"If-None-Match": before["ETag"]})
        assert fresh.status_code == 200 and "On tides" in fresh.content.decode()


def test_anybody_can_check_what_the_signed_words_cite(cast: Cast, text: Text) -> None:
    capture = sourced(cast, text)
    opened(cast, text)
    digest = capture.source.digest
    answer = Client().get(f"{PAGE}ruiz1936/state/{digest}.json")
    assert canonical.version_digest(answer.content) == digest
    signed = Client().get("/appeals/night-ferry/en/versions/1/text.txt").content.decode()
    assert f"source: {digest}\n" in signed and f"{digest}.json" in get()
    unused = text.appeal.sources.get(key="unused")
    assert Client().get(f"{PAGE}unused/state/{unused.digest}.json").status_code == 404


@pytest.mark.parametrize(
    ("data", "kind", "attached"),
    [
        (SAVED, "text/html", False),
        (SVG, "image/svg+xml", True),
        (b"%PDF-1.7\n", "application/pdf", True),
        (b"\x89PNG\r\n\x1a\n...", "image/png", False),
        (b"<script>alert(1)</script>", "text/plain; charset=utf-8", False),
        (b"WARC/1.1\r\n", "application/warc", True),
        (gzip.compress(b"WARC/1.1\r\n"), "application/warc+gzip", True),
    ],
    ids=["page", "svg", "pdf", "png", "text", "warc", "warc.gz"],
)
def test_a_kept_copy_can_run_nothing(cast: Cast, text: Text, data: bytes, kind: str, attached: bool) -> None:
    source = sourced(cast, text).source
    keep.keep(actor=cast.owner, source=source, data=io.BytesIO(data), name='x"; filename=evil.exe')
    opened(cast, text)
    answer = Client().get(f"{PAGE}ruiz1936/kept/{hashlib.sha256(data).hexdigest()}")
    assert b"".join(answer.streaming_content) == data  # type: ignore[attr-defined]
    assert answer["Content-Type"] == kind and answer["X-Content-Type-Options"] == "nosniff"
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none';")
    assert "allow-" not in policy and "script-src" not in policy
    disposition = answer.get("Content-Disposition", "")
    assert disposition.startswith("attachment") is attached and "evil" not in disposition
    assert not answer.cookies and int(answer["Content-Length"]) == len(data)


def test_a_copy_that_is_closed_or_of_what_nobody_cites_is_not_served(cast: Cast, text: Text) -> None:
    capture = sourced(cast, text)
    unused = text.appeal.sources.get(key="unused")
    other = keep.keep(actor=cast.owner, source=unused, data=io.BytesIO(b"%PDF-1.7\n"))
    opened(cast, text)
    address = f"{PAGE}ruiz1936/kept/{capture.sha256}"
    assert Client().get(address).status_code == 200
    keep.open_capture(actor=cast.owner, capture=capture, is_open=False)
    assert Client().get(address).status_code == 404
    assert capture.sha256 in get() and address not in get()
    assert Client().get(f"{PAGE}unused/kept/{other.sha256}").status_code == 404
    assert Client().get(f"{PAGE}unused/kept/{capture.sha256}").status_code == 404


def test_an_edited_passage_is_shown_as_edited(cast: Cast, text: Text) -> None:
    sourced(cast, text)
    opened(cast, text)
    assert "changed since" not in get()
    write(cast.owner, text, "Nurses, bakers and students", "Nurses and bakers")
    text.refresh_from_db()
    publish.publish(actor=cast.owner, text=text)
    page = get()
    assert "this passage was changed since" in page and PASSAGE in page and "The nurses walk" in page


MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def test_nothing_typed_becomes_markup(cast: Cast, text: Text) -> None:
    source = add(
        cast.owner,
        text.appeal,
        title=MARKUP,
        publisher=MARKUP,
        note=MARKUP,
        author=[{"literal": MARKUP}],
        issued=MARKUP,
        URL='https://x.example/"onmouseover=alert(1)',
    )
    cite.cite(
        actor=cast.owner,
        text=text,
        passage=PASSAGE,
        source=source,
        **dict.fromkeys(("claim", "quotation", "translation", "locator", "shelfmark"), MARKUP),
    )
    keep.keep(actor=cast.owner, source=source, data=io.BytesIO(SAVED), note=MARKUP)
    write(cast.owner, text, "one boat more", "one boat more [see @ruiz1936, 'x' \"onclick=alert(1)]")
    opened(cast, text)
    for address in (PAGE, "/appeals/night-ferry/en/"):
        page = get(address)
        assert "<script>alert" not in page and "<img src=x" not in page
        handlers = re.findall(r"<[a-z][^<>]*\s(on[a-z]+)\s*=", re.sub(r'"[^"]*"', '""', page))
        assert handlers == []


def test_a_page_costs_the_same_queries_for_many_sources(
    cast: Cast, text: Text, django_assert_max_num_queries: object
) -> None:
    sourced(cast, text)
    for number in range(20):
        add(cast.owner, text.appeal, f"k{number}", title=f"Title {number}")
    cites = " ".join(f"[@k{number}]" for number in range(20))
    write(cast.owner, text, "one boat more", f"one boat more {cites}")
    opened(cast, text)
    with django_assert_max_num_queries(25):  # type: ignore[operator]
        page = get()
    assert page.count('class="source"') == 22
    assert Appeal.objects.count() == 1
