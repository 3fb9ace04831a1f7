"""What goes wrong around evidence and notes: a clear answer each, and nothing lost."""

import time

import pytest
from django.test import Client

from tests.appeals.sourced import LETTER, add, write
from tests.appeals.test_desk_sources import SOURCES, desk, shown, upload
from tests.cast import Cast
from undersigned.appeals import cite, import_sources, publish, sources
from undersigned.appeals.models import Appeal, Citation, Source, Text
from undersigned.signing import opening

pytestmark = pytest.mark.django_db

HEAVY = "".join(f"@book{{k{n},\n title={{{'bread ' * 90}\\'e}},\n year={{1936}}}}\n" for n in range(1400))[
    :800_000
]


def test_broken_braces_are_named_by_their_line_and_take_nothing(cast: Cast, draft_appeal: Appeal) -> None:
    data = b"@book{good, title={Bread}}\n\n@book{bad, title={{No flour}, year={1936}}\n"
    answer = desk(cast).post(SOURCES + "import/", {"file": upload(data), "on_clash": "refuse"})
    assert answer.status_code == 422
    assert "Line 3: The entry that begins here cannot be read: a brace" in shown(answer)
    assert not Source.objects.exists()


def test_800_kilobytes_of_bibtex_hold_no_thread(
    cast: Cast, draft_appeal: Appeal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_sources, "_SECONDS", 2.0)
    begun = time.monotonic()
    answer = desk(cast).post(SOURCES + "import/", {"file": upload(HEAVY.encode()), "on_clash": "refuse"})
    assert time.monotonic() - begun < 6
    assert answer.status_code == 422 and "could not be read within 2 seconds" in shown(answer)
    assert not Source.objects.exists()


def test_a_large_file_that_can_be_read_is_read_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"".join(b"@book{k%d, title={Bread %d}, year={c. 1936}}\n" % (n, n) for n in range(600))
    found = import_sources.read(data)
    monkeypatch.setattr(import_sources, "_SMALL", len(data))
    assert found == import_sources.read(data) and len(found.items) == 600
    broken = data + b"@book{bad, title={x}\n" + b"% " * 10_000
    assert [problem.code for problem in import_sources.read(broken).problems] == ["bibtex-broken"]


def test_a_source_that_is_cited_and_missing_stops_publishing_with_its_line(cast: Cast, text: Text) -> None:
    write(cast.owner, text, "one boat more", "one boat more [@gone, p. 3]")
    client, address = desk(cast), f"/desk/appeals/night-ferry/draft/{text.slug}/"
    answer = client.post(f"{address}publish/")
    assert answer.status_code == 422 and "gone" in shown(answer) and "Line " in shown(answer)
    text.refresh_from_db()
    assert "[@gone, p. 3]" in text.draft and not text.versions.exists()


def test_a_footnote_without_its_mark_is_named_and_kept(cast: Cast, text: Text) -> None:
    text.refresh_from_db()
    write(cast.owner, text, "one boat more.", "one boat more.\n\n[^lost]: Nobody calls this note.")
    answer = desk(cast).post(f"/desk/appeals/night-ferry/draft/{text.slug}/publish/")
    assert answer.status_code == 422 and "lost" in shown(answer)
    text.refresh_from_db()
    assert "Nobody calls this note." in text.draft and not text.versions.exists()


def test_an_orphan_is_shown_at_the_desk_and_to_readers_where_it_stood(cast: Cast, text: Text) -> None:
    source = add(cast.owner, text.appeal)
    passage = "Nurses, bakers and students walk home over the hill."
    row = cite.cite(actor=cast.owner, text=text, passage=passage, source=source, quotation="They walk")
    publish.publish(actor=cast.owner, text=text)
    text.refresh_from_db()
    opening.open_appeal(actor=cast.owner, appeal=text.appeal)
    write(cast.owner, text, "over the hill", "along the quay")
    text.refresh_from_db()
    publish.publish(actor=cast.owner, text=text)
    kept = Citation.objects.get(pk=row.pk)
    assert (kept.state, kept.exact, kept.start, kept.end) == ("orphaned", passage, row.start, row.end)
    assert "edited since" in shown(desk(cast).get(SOURCES + "citations/"))
    page = Client().get("/appeals/night-ferry/sources/").content.decode()
    assert "this passage was changed since" in page and "They walk" in page
    letter = Client().get("/appeals/night-ferry/en/").content.decode()
    assert "They walk" not in letter


@pytest.mark.parametrize(
    "typed", ["spring 1936", "c. 1936", "1936-21", "1936~", "193X", "1936-05-02/1936-06"]
)
def test_a_date_is_taken_as_it_is_known(cast: Cast, draft_appeal: Appeal, typed: str) -> None:
    source = sources.add_source(
        actor=cast.owner, appeal=draft_appeal, key="k", csl={**LETTER, "issued": typed}
    )
    assert source.date_key and "193" in shown(desk(cast).get(SOURCES))
