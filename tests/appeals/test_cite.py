"""Evidence for passages: found again where they stand, kept where they were edited, moved by nobody else."""

import pytest
from django.core.exceptions import ValidationError

from tests.appeals.sourced import add, write
from tests.cast import Cast
from undersigned.accounts.models import AuditRecord
from undersigned.appeals import anchors, cite, publish, reading
from undersigned.appeals.models import Appeal, Citation, Text

pytestmark = pytest.mark.django_db

PASSAGE = "Nurses, bakers and students walk home over the hill."


def anchored(cast: Cast, text: Text, passage: str = PASSAGE, **said: str) -> Citation:
    source = text.appeal.sources.first() or add(cast.owner, text.appeal)
    return cite.cite(actor=cast.owner, text=text, passage=passage, source=source, **said)


def test_it_anchors_to_words_as_they_are_read(cast: Cast, text: Text) -> None:
    row = anchored(
        cast,
        text,
        quotation="Les infirmières rentrent à pied.",
        quotation_language="fr",
        translation="The nurses walk home.",
        locator="p. 4",
        shelfmark="Box 3",
        claim="People walk",
    )
    words = cite.draft_words(text)
    assert words[row.start : row.end] == row.exact == PASSAGE
    assert row.prefix.endswith("leaves at nine. ") and row.suffix.startswith("\n\nWe ask")
    assert AuditRecord.objects.latest("pk").verb == "citation.add"
    version = publish.publish(actor=cast.owner, text=text)
    shown = reading.document(version)
    assert [one.evidence for one in shown.rendered.citations] == [str(row.pk)]
    assert 'hill.<sup class="cite">' in shown.html
    assert '<q lang="fr" dir="auto">Les infirmières rentrent à pied.</q>' in shown.html
    assert "The nurses walk home." in shown.html and "Box 3." in shown.html


def test_white_space_of_a_copied_passage_does_not_matter(cast: Cast, text: Text) -> None:
    row = anchored(cast, text, "over  the hill.\r\n\r\n We ask for one boat\tmore.")
    assert row.exact == "over the hill.\n\nWe ask for one boat more."


def test_words_that_are_not_there_are_refused(cast: Cast, text: Text) -> None:
    with pytest.raises(ValidationError, match="do not stand in the draft"):
        anchored(cast, text, "Nurses *walk*")
    with pytest.raises(ValidationError, match="2 times"):
        anchored(cast, text, "of")
    row = anchored(cast, text, "of", occurrence=2)  # type: ignore[arg-type]
    assert cite.draft_words(text)[: row.end].count("of") == 2


def test_a_claim_may_wait_for_its_evidence_but_says_something(cast: Cast, text: Text) -> None:
    with pytest.raises(ValidationError, match="Say what the passage claims"):
        cite.cite(actor=cast.owner, text=text, passage=PASSAGE)
    row = cite.cite(actor=cast.owner, text=text, passage=PASSAGE, claim="People walk")
    assert row.source is None
    version = publish.publish(actor=cast.owner, text=text)
    assert reading.document(version).rendered.citations == ()


def test_a_source_of_another_appeal_is_refused(cast: Cast, text: Text) -> None:
    from undersigned.appeals import draft

    other = draft.create_appeal(actor=cast.owner, team=cast.team, title="Another")
    with pytest.raises(ValidationError, match="another appeal"):
        cite.cite(actor=cast.owner, text=text, passage=PASSAGE, source=add(cast.owner, other))


def test_an_edited_passage_is_kept_as_an_orphan_and_never_moved(cast: Cast, text: Text) -> None:
    row = anchored(cast, text)
    first = publish.publish(actor=cast.owner, text=text)
    write(cast.owner, text, "Nurses, bakers and students", "Nurses and bakers")
    text.refresh_from_db()
    assert [one.is_orphaned for one in cite.standings(text, cite.draft_words(text))] == [True]
    second = publish.publish(actor=cast.owner, text=text)
    row.refresh_from_db()
    assert (row.state, row.exact) == (Citation.State.ORPHANED, PASSAGE)
    text.refresh_from_db()
    second.refresh_from_db()
    first.refresh_from_db()
    assert reading.document(second).rendered.citations == ()
    assert len(reading.document(first).rendered.citations) == 1


def test_words_added_elsewhere_orphan_nothing(cast: Cast, text: Text) -> None:
    row = anchored(cast, text)
    write(cast.owner, text, "Dear members", "Dear and honoured members")
    write(cast.owner, text, "over the hill.", "over the hill.[^2]")
    write(cast.owner, text, "[^1]: Time", "[^2]: The old road.\n\n[^1]: Time")
    text.refresh_from_db()
    publish.publish(actor=cast.owner, text=text)
    before, row = row, Citation.objects.get()
    assert row.state == Citation.State.ANCHORED and row.start == before.start + len("and honoured ")


def test_a_person_may_anchor_an_orphan_again(cast: Cast, text: Text) -> None:
    row = anchored(cast, text, quotation="walked")
    write(cast.owner, text, "students *walk home*", "pupils *walk home*")
    text.refresh_from_db()
    row = Citation.objects.select_related("text__appeal__team").get()
    proposed = cite.proposal(row)
    assert proposed is not None and proposed.passage.exact == PASSAGE.replace("students", "pupils")
    found = proposed.passage
    with pytest.raises(ValidationError, match="changed meanwhile"):
        cite.anchor_again(actor=cast.owner, citation=row, start=found.start, end=found.end, words="other")
    fresh = cite.anchor_again(
        actor=cast.owner, citation=row, start=found.start, end=found.end, words=found.exact
    )
    assert (fresh.exact, fresh.quotation, Citation.objects.count()) == (found.exact, "walked", 1)
    record = AuditRecord.objects.latest("pk")
    assert record.verb == "citation.anchor" and record.detail["before"] == row.pk


WORDS = "A boat. And then a boat. And a third boat came."


@pytest.mark.parametrize(
    ("exact", "prefix", "suffix", "found"),
    [
        ("a boat", "And then ", ". And a", (17, 23)),
        ("third boat", "gone", "gone too", (31, 41)),
        ("boat", "A ", ". And then", (2, 6)),
        ("boat", "", "", None),
        ("boat", "no ", "", None),
        ("ship", "A ", "", None),
        ("", "", "", None),
    ],
)
def test_a_passage_is_found_or_is_not(
    exact: str, prefix: str, suffix: str, found: tuple[int, int] | None
) -> None:
    assert anchors.find(WORDS, exact, prefix, suffix) == found


def test_nothing_alike_is_no_proposal() -> None:
    assert anchors.propose(WORDS, "Die Bäckerei hat heute geschlossen") is None
    assert anchors.propose("", "x") is None and anchors.propose("x", " ") is None


def test_positions_count_code_points(cast: Cast, draft_appeal: Appeal, text: Text) -> None:
    write(cast.owner, text, "Dear members", "Dear 🕯️ عزيزي members")
    text.refresh_from_db()
    row = anchored(cast, text)
    assert cite.draft_words(text)[row.start : row.end] == PASSAGE
