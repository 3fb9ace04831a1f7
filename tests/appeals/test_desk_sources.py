"""The desk's pages of sources, over HTTP."""

import hashlib
import html
import io
import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.appeals.awkward import AWKWARD
from tests.appeals.sourced import add, write
from tests.cast import Cast
from undersigned.appeals import cite, keep
from undersigned.appeals.models import Appeal, Capture, Citation, Source, Text

pytestmark = pytest.mark.django_db

SOURCES = "/desk/appeals/night-ferry/sources/"
PAGE = b"<!doctype html><title>x</title><script>alert(1)</script><p>No flour"
SHA = hashlib.sha256(PAGE).hexdigest()


def desk(cast: Cast, role: str = "owner") -> Client:
    client = Client()
    client.force_login(getattr(cast, role))
    return client


def shown(answer: HttpResponse) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return html.unescape(content.decode())


def values(**changes: Any) -> dict[str, Any]:
    return {
        "key": "ruiz1936",
        "type": "article-newspaper",
        "title": "The last boat",
        "author": "Ruiz, Ana\n王小明\nНиколай\nندى\nΝίκος",
        "issued": "spring 1936",
        "container": "Port Gazette",
        "pages": "4",
        **changes,
    }


def upload(data: bytes, name: str = "x.bin") -> io.BytesIO:
    file = io.BytesIO(data)
    file.name = name
    return file


ADDRESSES = [
    ("", "all"),
    ("new/", "write"),
    ("import/", "write"),
    ("citations/", "all"),
    ("ruiz1936/", "all"),
    (f"ruiz1936/kept/{SHA}", "all"),
]


@pytest.mark.parametrize(("address", "who"), ADDRESSES)
def test_outsiders_get_nothing_and_readers_read(
    cast: Cast, draft_appeal: Appeal, address: str, who: str
) -> None:
    keep.keep(actor=cast.owner, source=add(cast.owner, draft_appeal), data=io.BytesIO(PAGE))
    assert Client().get(SOURCES + address)["Location"].startswith("/desk/account/login/")
    assert desk(cast, "outsider").get(SOURCES + address).status_code == 404
    for role in ("owner", "editor"):
        assert desk(cast, role).get(SOURCES + address).status_code == 200
    for role in ("moderator", "viewer"):
        answer = desk(cast, role).get(SOURCES + address)
        assert answer.status_code == (200 if who == "all" else 403)
        if who == "all" and "kept" not in address:
            assert 'name="title"' not in shown(answer) and "<textarea" not in shown(answer)


POSTS = [
    "new/",
    "style/",
    "import/",
    "citations/",
    "ruiz1936/",
    "ruiz1936/remove/",
    "ruiz1936/keep/",
    f"ruiz1936/kept/{SHA}/change/",
]


@pytest.mark.parametrize("address", POSTS)
def test_only_those_who_write_change_anything(cast: Cast, draft_appeal: Appeal, address: str) -> None:
    keep.keep(actor=cast.owner, source=add(cast.owner, draft_appeal), data=io.BytesIO(PAGE))
    data = values(
        key="other", act="remove", style="undersigned-author-date", text="en", passage="The last ferry"
    )
    for role, status in [("outsider", 404), ("viewer", 403), ("moderator", 403)]:
        assert desk(cast, role).post(SOURCES + address, data).status_code == status
    assert Source.objects.get().csl["page"] == "4" and Capture.objects.count() == 1
    assert Appeal.objects.get().citation_style == "undersigned"


def test_it_enters_a_source_with_names_in_five_scripts(cast: Cast, draft_appeal: Appeal) -> None:
    answer = desk(cast).post(SOURCES + "new/", values())
    assert answer["Location"] == SOURCES + "ruiz1936/"
    source = Source.objects.get()
    assert source.csl["author"][0] == {"family": "Ruiz", "given": "Ana"}
    assert [name.get("literal") for name in source.csl["author"][1:]] == ["王小明", "Николай", "ندى", "Νίκος"]
    assert source.date_key == "11936-03-00"
    page = shown(desk(cast).get(SOURCES))
    assert (
        "Ana Ruiz, 王小明, Николай, <bdi>ندى</bdi> and Νίκος, “The last boat”" in page
        and "spring 1936" in page
    )


def test_it_changes_a_source_and_keeps_what_the_form_does_not_show(cast: Cast, draft_appeal: Appeal) -> None:
    author = [{"family": "Ruiz", "given": "Ana", "non-dropping-particle": "de"}]
    add(cast.owner, draft_appeal, DOI="10.1/2", custom={"mood": "glad"}, author=author)
    page = desk(cast).get(SOURCES + "ruiz1936/")
    assert page.status_code == 200 and "glad" in shown(page)
    answer = desk(cast).post(
        SOURCES + "ruiz1936/",
        values(key="ignored", title="Another", author="de Ruiz, Ana", issued="1936-05-02"),
    )
    assert answer.status_code == 302
    source = Source.objects.get()
    assert (source.key, source.csl["title"], source.csl["DOI"]) == ("ruiz1936", "Another", "10.1/2")
    assert source.csl["author"] == author and source.csl["custom"] == {"mood": "glad"}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"issued": "1936-02-31"}, "no date that exists"),
        ({"key": "a b"}, "A key has letters"),
        ({"key": "import"}, "used by the pages themselves"),
        ({"url": "javascript:alert(1)"}, "no address of the web"),
        ({"language": "xq"}, "not a language code"),
        ({"type": "nonsense"}, "Select a valid choice"),
        ({"title": "", "author": ""}, "needs a title, an author or an archive"),
    ],
)
def test_it_says_what_is_wrong_and_keeps_what_was_typed(
    cast: Cast, draft_appeal: Appeal, change: dict[str, str], sentence: str
) -> None:
    answer = desk(cast).post(SOURCES + "new/", values(**change))
    page = shown(answer)
    assert answer.status_code == 422 and sentence in page and 'value="Port Gazette"' in page
    assert not Source.objects.exists()


@pytest.mark.parametrize("value", AWKWARD)
@pytest.mark.parametrize("field", ["key", "title", "author", "issued", "url", "shelfmark", "language"])
def test_anything_typed_is_answered(cast: Cast, draft_appeal: Appeal, field: str, value: str) -> None:
    answer = desk(cast).post(SOURCES + "new/", values(**{field: value}))
    assert answer.status_code in (302, 422)
    if answer.status_code == 302:
        for address in (answer["Location"], SOURCES):
            page = desk(cast).get(address)
            assert page.status_code == 200 and b"<script>alert" not in page.content


BIBTEX = b"@book{tides, title={Tides <b>}, author={Ruiz, Ana}}\n@book{flour, title={Flour}}\n"


def test_a_file_is_shown_and_then_taken(cast: Cast, draft_appeal: Appeal) -> None:
    client = desk(cast)
    answer = client.post(SOURCES + "import/", {"file": upload(BIBTEX), "on_clash": "refuse"})
    page = answer.content.decode()
    assert answer.status_code == 200 and "&lt;b&gt;" in page and "2 references" in page
    assert not Source.objects.exists()
    found = re.search(r'name="previewed" value="([^"]+)"', page)
    assert found
    answer = client.post(SOURCES + "import/", {"previewed": found[1]})
    assert answer["Location"] == SOURCES
    assert sorted(Source.objects.values_list("key", flat=True)) == ["flour", "tides"]
    # Sent twice, it changes nothing.
    assert client.post(SOURCES + "import/", {"previewed": found[1]}).status_code == 302
    assert Source.objects.count() == 2


@pytest.mark.parametrize("previewed", ["", "x", "a:b:c", "\0"])
def test_a_forged_preview_is_not_taken(cast: Cast, draft_appeal: Appeal, previewed: str) -> None:
    answer = desk(cast).post(SOURCES + "import/", {"previewed": previewed})
    assert answer["Location"] == SOURCES + "import/" and not Source.objects.exists()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (
            b"@book{a,\n title={x\n}\n\n@book{b, title={y}}",
            "Line 1: The entry that begins here cannot be read",
        ),
        (b"nothing", "neither BibTeX nor RIS"),
        (b"", "empty"),
        (b"x" * 1_000_001, "larger than 1 MB"),
    ],
)
def test_a_file_that_cannot_be_read_takes_nothing(
    cast: Cast, draft_appeal: Appeal, data: bytes, sentence: str
) -> None:
    answer = desk(cast).post(SOURCES + "import/", {"file": upload(data), "on_clash": "refuse"})
    assert answer.status_code == 422 and sentence in shown(answer)
    assert not Source.objects.exists()


def test_a_copy_is_kept_seen_and_removed(cast: Cast, draft_appeal: Appeal) -> None:
    add(cast.owner, draft_appeal)
    client = desk(cast)
    answer = client.post(
        SOURCES + "ruiz1936/keep/",
        {"file": upload(PAGE, "../../saved.html"), "captured_at": "2026-03-01T10:00", "note": "first page"},
    )
    assert answer["Location"] == SOURCES + "ruiz1936/"
    capture = Capture.objects.get()
    assert (capture.sha256, capture.is_open, capture.captured_at.year) == (SHA, False, 2026)
    assert SHA in shown(client.get(SOURCES + "ruiz1936/"))
    copy = client.get(f"{SOURCES}ruiz1936/kept/{SHA}")
    assert copy.status_code == 200 and copy["Content-Security-Policy"].startswith(
        "sandbox; default-src 'none'"
    )
    assert copy["Cache-Control"] == "private, no-store"
    change = f"{SOURCES}ruiz1936/kept/{SHA}/change/"
    client.post(change, {"act": "open"})
    assert Capture.objects.get().is_open
    assert client.post(change, {"act": "other"}).status_code == 404
    client.post(change, {"act": "remove"})
    assert not Capture.objects.exists()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "empty"),
        (b"MZ\x90\x00", "Kept are PDF, pictures"),
        (b"%PDF-1.7\n" + b"x" * 60_000_000, "larger than 50 MB"),
    ],
    ids=["empty", "program", "60 MB"],
)
def test_a_copy_that_cannot_be_kept_is_said_beside_the_field(
    cast: Cast, draft_appeal: Appeal, data: bytes, sentence: str
) -> None:
    add(cast.owner, draft_appeal)
    answer = desk(cast).post(SOURCES + "ruiz1936/keep/", {"file": upload(data), "note": "what I typed"})
    assert answer.status_code == 422 and sentence in shown(answer) and "what I typed" in shown(answer)
    assert not Capture.objects.exists()


def test_evidence_is_anchored_and_shown_as_edited(cast: Cast, draft_appeal: Appeal, text: Text) -> None:
    source = add(cast.owner, draft_appeal)
    client = desk(cast)
    data = {
        "text": "en",
        "passage": "The last ferry leaves at nine.",
        "source": source.pk,
        "quotation": "<script>alert(1)</script>",
        "quotation_language": "fr",
        "claim": "It leaves early",
    }
    assert client.post(SOURCES + "citations/", data)["Location"] == SOURCES + "citations/"
    client.post(SOURCES + "citations/", {**data, "source": "", "claim": "Without proof"})
    page = client.get(SOURCES + "citations/").content.decode()
    assert "&lt;script&gt;" in page and "<script>alert" not in page and "Without proof" in page
    write(cast.owner, text, "The last ferry leaves", "The very last ferry leaves")
    page = client.get(SOURCES + "citations/").content.decode()
    assert page.count("edited since") == 2
    assert "2 passages with evidence were edited since." in client.get(SOURCES).content.decode()
    form = dict(re.findall(r'<input type="hidden" name="(start|end|words)" value="([^"]*)">', page))
    row = Citation.objects.exclude(source=None).get()
    answer = client.post(f"{SOURCES}citations/{row.pk}/", {**form, "act": "anchor"})
    assert answer.status_code == 302
    text.refresh_from_db()
    orphans = [one for one in cite.standings(text, cite.draft_words(text)) if one.is_orphaned]
    assert [one.citation.claim for one in orphans] == ["Without proof"]
    fresh = Citation.objects.exclude(source=None).get()
    assert client.post(f"{SOURCES}citations/{fresh.pk}/", {"act": "remove"}).status_code == 302
    assert Citation.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"passage": "not there"}, 422),
        ({"source": "999999"}, 422),
        ({"source": "x"}, 422),
        ({"occurrence": "0"}, 422),
        ({"quotation_language": "xq"}, 422),
        ({"text": "nothing"}, 404),
        ({"text": ""}, 404),
    ],
)
def test_evidence_that_cannot_be_anchored_is_said(
    cast: Cast, draft_appeal: Appeal, change: dict[str, str], status: int
) -> None:
    data = {"text": "en", "passage": "The last ferry", "claim": "x", **change}
    assert desk(cast).post(SOURCES + "citations/", data).status_code == status
    assert not Citation.objects.exists()


@pytest.mark.parametrize("data", [{}, {"act": "anchor"}, {"act": "anchor", "start": "9" * 30, "end": "1"}])
def test_half_a_form_changes_nothing(cast: Cast, text: Text, data: dict[str, str]) -> None:
    row = cite.cite(actor=cast.owner, text=text, passage="The last ferry", claim="x")
    assert desk(cast).post(f"{SOURCES}citations/{row.pk}/", data).status_code == 404
    assert desk(cast, "outsider").post(f"{SOURCES}citations/{row.pk}/", {"act": "remove"}).status_code == 404
    assert Citation.objects.get() == row


def test_what_is_cited_is_not_removed(cast: Cast, draft_appeal: Appeal, text: Text) -> None:
    source = add(cast.owner, draft_appeal)
    row = cite.cite(actor=cast.owner, text=text, passage="The last ferry", source=source)
    client = desk(cast)
    page = shown(client.post(SOURCES + "ruiz1936/remove/", follow=True))
    assert "It stays: it is evidence for 1 passage." in page and Source.objects.exists()
    cite.remove_citation(actor=cast.owner, citation=row)
    assert client.post(SOURCES + "ruiz1936/remove/")["Location"] == SOURCES
    assert not Source.objects.exists()


def test_the_editor_previews_citations_and_names_unknown_ones(cast: Cast, draft_appeal: Appeal) -> None:
    add(cast.owner, draft_appeal)
    source = "---\ntitle: x\nlang: en\n---\n\nOne [@ruiz1936, p. 4]. Two [@nobody].\n"
    answer = desk(cast).post("/desk/appeals/night-ferry/draft/en/preview/", {"source": source})
    page = shown(answer)
    assert "“The last boat”" in page and "The text cites “nobody”" in page
