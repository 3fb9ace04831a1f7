"""The acts of sources: who may, what is refused, what is frozen, what a file brings."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from tests.appeals.sourced import GAZETTE, LETTER, add, write
from tests.cast import Cast
from undersigned.accounts.models import AuditRecord
from undersigned.accounts.permissions import Forbidden
from undersigned.appeals import cite, import_sources, publish, reading, sources
from undersigned.appeals.import_sources import OnClash
from undersigned.appeals.models import Appeal, CitedSource, Source, SourceState, Text
from undersigned.appeals.references.csl import canonical_csl, digest_of
from undersigned.lib import canonical, clock

pytestmark = pytest.mark.django_db


def test_it_enters_a_source(cast: Cast, draft_appeal: Appeal) -> None:
    source = add(cast.editor, draft_appeal, note="Seen by Olive.")
    assert (source.key, source.csl["id"], source.date_key) == ("ruiz1936", "ruiz1936", "11936-05-02")
    assert source.digest == digest_of(source.csl) == canonical.version_digest(canonical_csl(source.csl))
    assert SourceState.objects.get().digest == source.digest
    record = AuditRecord.objects.latest("pk")
    assert (record.verb, record.subject) == ("source.add", "source:night-ferry/ruiz1936")
    assert Appeal.objects.get().sources_changed_at is not None


@pytest.mark.parametrize("role", ["moderator", "viewer", "outsider"])
def test_only_those_who_write_touch_sources(cast: Cast, draft_appeal: Appeal, role: str) -> None:
    actor = getattr(cast, role)
    source = add(cast.owner, draft_appeal)
    acts = [
        lambda: add(actor, draft_appeal, "other"),
        lambda: sources.change_source(actor=actor, source=source, csl=LETTER),
        lambda: sources.remove_source(actor=actor, source=source),
        lambda: sources.set_style(actor=actor, appeal=draft_appeal, style=Appeal.CitationStyle.AUTHOR_DATE),
        lambda: import_sources.import_sources(actor=actor, appeal=draft_appeal, items=[]),
        lambda: cite.cite(actor=actor, text=draft_appeal.texts.get(), passage="The last ferry", claim="x"),
    ]
    before = AuditRecord.objects.count()
    for act in acts:
        with pytest.raises(Forbidden):
            act()
    assert Source.objects.get().csl["title"] == "The last boat"
    assert AuditRecord.objects.count() == before


@pytest.mark.parametrize("key", ["ruiz1936", "new", "a b", ""])
def test_a_key_is_refused_when_taken_or_unfit(cast: Cast, draft_appeal: Appeal, key: str) -> None:
    add(cast.owner, draft_appeal)
    with pytest.raises(ValidationError) as refusal:
        add(cast.owner, draft_appeal, key)
    assert "key" in refusal.value.message_dict
    assert Source.objects.count() == 1


def test_another_appeal_has_its_own_keys(cast: Cast, draft_appeal: Appeal) -> None:
    from undersigned.appeals import draft

    add(cast.owner, draft_appeal)
    other = draft.create_appeal(actor=cast.owner, team=cast.team, title="Another")
    add(cast.owner, other)
    assert Source.objects.count() == 2


def test_publishing_freezes_what_the_words_cite(cast: Cast, draft_appeal: Appeal, text: Text) -> None:
    source = add(cast.owner, draft_appeal)
    add(cast.owner, draft_appeal, "unused", title="Unused")
    write(cast.owner, text, "one boat more", "one boat more [see @ruiz1936, p. 4]")
    version = publish.publish(actor=cast.owner, text=text)
    assert f"source: {source.digest}\n".encode() in bytes(version.canonical)
    assert bytes(version.canonical).count(b"source: ") == 1
    assert CitedSource.objects.get().state.digest == source.digest
    shown = reading.document(version).html
    # Before the opening there is no page of sources to lead to.
    assert "see <bdi" in shown and "<i>Port Gazette</i>" in shown and "1936, p. 4</bdi>." in shown


def test_a_text_without_citations_keeps_its_digest(cast: Cast, draft_appeal: Appeal, text: Text) -> None:
    before = publish.frozen_bytes(*_split(text), {})
    add(cast.owner, draft_appeal)
    version = publish.publish(actor=cast.owner, text=text)
    assert bytes(version.canonical) == before and b"source:" not in before


def _split(text: Text) -> tuple:  # type: ignore[type-arg]
    from undersigned.appeals import markup

    return markup.split(text.draft)


def test_an_unknown_key_is_not_published_and_its_line_is_named(
    cast: Cast, draft_appeal: Appeal, text: Text
) -> None:
    add(cast.owner, draft_appeal)
    write(cast.owner, text, "one boat more", "one boat more [@nobody]")
    with pytest.raises(publish.NotPublishable) as refusal:
        publish.publish(actor=cast.owner, text=text)
    assert (
        str(refusal.value) == "Line 5: The text cites “nobody”, and this appeal has no source with that key."
    )


def test_a_corrected_source_leaves_signed_words_alone(cast: Cast, draft_appeal: Appeal, text: Text) -> None:
    source = add(cast.owner, draft_appeal)
    write(cast.owner, text, "one boat more", "one boat more [@ruiz1936]")
    first = publish.publish(actor=cast.owner, text=text)
    sources.change_source(actor=cast.owner, source=source, csl={**GAZETTE, "title": "The very last boat"})
    text.refresh_from_db()
    first.refresh_from_db()
    assert "“The last boat”" in reading.document(first).html
    assert publish.would_be_new(text, first)
    second = publish.publish(actor=cast.owner, text=text)
    assert second.number == 2 and "“The very last boat”" in reading.document(second).html
    assert "“The last boat”" in reading.document(first).html
    assert SourceState.objects.count() == 2


def test_a_source_that_is_cited_stays(cast: Cast, draft_appeal: Appeal, text: Text) -> None:
    source = add(cast.owner, draft_appeal)
    evidence = cite.cite(actor=cast.owner, text=text, passage="The last ferry", source=source)
    with pytest.raises(sources.StillCited) as refusal:
        sources.remove_source(actor=cast.owner, source=source)
    assert refusal.value.passages == 1
    cite.remove_citation(actor=cast.owner, citation=evidence)
    write(cast.owner, text, "one boat more", "one boat more [@ruiz1936]")
    version = publish.publish(actor=cast.owner, text=text)
    write(cast.owner, text, " [@ruiz1936]", "")
    with pytest.raises(sources.StillCited) as refusal:
        sources.remove_source(actor=cast.owner, source=source)
    assert refusal.value.versions == [version]
    assert Source.objects.exists()


def test_a_source_that_nothing_rests_on_goes(cast: Cast, draft_appeal: Appeal) -> None:
    sources.remove_source(actor=cast.owner, source=add(cast.owner, draft_appeal))
    assert not Source.objects.exists() and not SourceState.objects.exists()
    assert AuditRecord.objects.latest("pk").verb == "source.remove"


def test_the_database_guards_what_was_said(cast: Cast, draft_appeal: Appeal, text: Text) -> None:
    source = add(cast.owner, draft_appeal)
    citation = cite.cite(actor=cast.owner, text=text, passage="The last ferry", source=source, quotation="x")
    write(cast.owner, text, "one boat more", "one boat more [@ruiz1936]")
    publish.publish(actor=cast.owner, text=text)
    changes = [
        (Source.objects.filter(pk=source.pk), {"key": "other"}),
        (SourceState.objects.all(), {"digest": "x" * 43}),
        (type(citation).objects.all(), {"quotation": "y"}),
        (type(citation).objects.all(), {"exact": "y"}),
    ]
    for rows, values in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**values)
    with pytest.raises(DatabaseError), transaction.atomic():
        CitedSource.objects.all()._raw_delete("default")
    citation.start = 3
    citation.save(update_fields=["start"])


def items(data: bytes) -> list[import_sources.Item]:
    parsed = import_sources.read(data)
    assert parsed.problems == []
    return parsed.items


FILE = b"@book{tides, title={Tides}}\n@book{ruiz1936, title={Bread}}\n"


def test_a_file_is_taken_whole_or_not_at_all(cast: Cast, draft_appeal: Appeal) -> None:
    add(cast.owner, draft_appeal)
    with pytest.raises(import_sources.NotTaken) as refusal:
        import_sources.import_sources(actor=cast.owner, appeal=draft_appeal, items=items(FILE))
    assert str(refusal.value) == "Line 2: The key “ruiz1936” is taken by another source of this appeal."
    assert Source.objects.count() == 1


@pytest.mark.parametrize(("on_clash", "title"), [(OnClash.UPDATE, "Bread"), (OnClash.KEEP, "The last boat")])
def test_a_clash_is_settled_as_was_chosen(
    cast: Cast, draft_appeal: Appeal, on_clash: OnClash, title: str
) -> None:
    add(cast.owner, draft_appeal)
    taken = import_sources.import_sources(
        actor=cast.owner, appeal=draft_appeal, items=items(FILE), on_clash=on_clash
    )
    assert [one.what for one in taken] == ["new", str(on_clash)]
    assert Source.objects.get(key="ruiz1936").csl["title"] == title
    again = import_sources.plan(draft_appeal, items(FILE), OnClash.KEEP)
    assert again[0].what == "same"


def test_a_style_that_is_not_offered_is_refused(cast: Cast, draft_appeal: Appeal) -> None:
    with pytest.raises(ValidationError):
        sources.set_style(actor=cast.owner, appeal=draft_appeal, style="../../etc/passwd")
    sources.set_style(actor=cast.owner, appeal=draft_appeal, style=Appeal.CitationStyle.AUTHOR_DATE)
    assert Appeal.objects.get().citation_style == "undersigned-author-date"


def test_sources_sort_as_time_runs(cast: Cast, draft_appeal: Appeal) -> None:
    for place, date in enumerate(["1936-05-02", "spring 1936", "c. 1936", "1935", "before the war"]):
        add(cast.owner, draft_appeal, f"k{place}", issued=date)
    dated = Source.objects.exclude(date_key="").order_by("date_key").values_list("key", flat=True)
    assert list(dated) == ["k3", "k2", "k1", "k0"]
    assert clock.now() - Source.objects.get(key="k0").created_at < timedelta(minutes=1)
