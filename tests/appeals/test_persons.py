"""Persons: rules of what is typed, acts with their permissions, words that lead to them, withheld ones."""

import json

import pytest
from django.core.exceptions import ValidationError

from tests.appeals.personed import HIDDEN, KELL, VEILED, called, enter
from tests.cast import Cast
from undersigned.accounts.models import AuditRecord
from undersigned.accounts.permissions import Forbidden
from undersigned.appeals import (
    derive,
    import_persons,
    person_fields,
    person_files,
    person_journal,
    person_mentions,
    persons,
    publish,
    reading,
)
from undersigned.appeals.import_cases import NotTaken, OnClash
from undersigned.appeals.models import Appeal, Text
from undersigned.appeals.person_models import Person, PublicPerson
from undersigned.appeals.person_sealed import PersonAbout, PersonName

pytestmark = pytest.mark.django_db


def write(text: Text, words: str) -> None:
    Text.objects.filter(pk=text.pk).update(draft=text.draft.replace("Nurses", words))
    text.refresh_from_db()


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("0000-0002-1825-0097", "0000-0002-1825-0097"),
        ("https://orcid.org/000000021694233x", "0000-0002-1694-233X"),
    ],
)  # fmt: skip
def test_an_orcid_is_checked_by_its_last_sign(typed: str, found: str) -> None:
    assert person_fields.orcid(typed) == found
    for wrong in ("0000-0002-1825-0098", "0000-0002-1825", "١٢٣٤-0002-1825-0097", ""):
        with pytest.raises(ValidationError):
            person_fields.orcid(wrong)


def test_numbers_of_catalogues_are_read_out_of_addresses() -> None:
    assert person_fields.wikidata("https://www.wikidata.org/wiki/q42") == "Q42"
    assert person_fields.viaf("https://viaf.org/viaf/113230702/") == "113230702"
    for read, wrong in (
        (person_fields.wikidata, "Q0"),
        (person_fields.viaf, "Q42"),
        (person_fields.viaf, "٣٤"),
    ):
        with pytest.raises(ValidationError):
            read(wrong)


def test_dates_are_kept_as_edtf_and_what_is_no_date_is_refused(cast: Cast, draft_appeal: Appeal) -> None:
    person = enter(cast.editor, draft_appeal)
    about = PublicPerson.objects.get(person=person).data
    assert (about["born"], about["died"]) == ("1890-05-03", "1951~")
    assert about["names"][1]["since"] == "1921"
    with pytest.raises(ValidationError):
        enter(cast.editor, draft_appeal, "other", PersonAbout((PersonName("name", "X"),), born="long ago"))


def test_only_editors_enter_and_every_act_is_recorded_without_a_name(
    cast: Cast, draft_appeal: Appeal
) -> None:
    for nobody in (cast.moderator, cast.outsider):
        with pytest.raises(Forbidden):
            enter(nobody, draft_appeal)
    person = enter(cast.editor, draft_appeal)
    with pytest.raises(Forbidden):
        persons.set_level(actor=cast.outsider, person=person, level="withheld")
    persons.remove_person(actor=cast.editor, person=person)
    rows = AuditRecord.objects.filter(verb__startswith="person.")
    assert [row.verb for row in rows.order_by("pk")] == ["person.add", "person.remove"]
    assert "ell" not in "".join(f"{row.subject}{row.detail}" for row in rows)


def test_a_short_name_is_taken_once(cast: Cast, draft_appeal: Appeal) -> None:
    enter(cast.editor, draft_appeal)
    for ident in ("anna-kell", "Anna Kell", "-", "a" * 61):
        with pytest.raises(ValidationError):
            enter(cast.editor, draft_appeal, ident)


def test_under_a_pseudonym_nothing_else_is_told(cast: Cast, draft_appeal: Appeal) -> None:
    person = enter(cast.editor, draft_appeal, "the-heron", VEILED, level="other")
    enter(cast.editor, draft_appeal, "friend", PersonAbout(called("Jon Vane").names, note=f"Knew {HIDDEN}."))
    shown = json.dumps([row.data for row in PublicPerson.objects.all()])
    assert "Ozymbrandt" not in shown and "998877665" not in shown and "1888" not in shown
    assert "The Heron" in shown
    with pytest.raises(ValidationError):
        enter(cast.editor, draft_appeal, "quillfeather-o", VEILED, level="other")
    assert HIDDEN not in bytes(person.sealed).decode("latin-1")


def test_a_text_that_leads_to_nobody_is_not_published(cast: Cast, draft_appeal: Appeal) -> None:
    text = reading.original(draft_appeal)
    write(text, "[Anna Kell](person:anna-kell)")
    (problem,) = publish.problems_of(text)
    assert (problem.code, problem.params) == ("person-unknown", {"ident": "anna-kell"}) and problem.line > 0
    enter(cast.editor, draft_appeal)
    assert publish.problems_of(text) == []


def test_typed_and_linked_words_lead_to_the_person_and_no_digest_changes(
    cast: Cast, open_appeal: Appeal
) -> None:
    text = reading.original(open_appeal)
    version = reading.current_version(text)
    assert version is not None
    person = enter(cast.editor, open_appeal)
    plain = reading.document(version).html
    person_mentions.mention(actor=cast.editor, person=person, text=text, passage="bakers")
    open_appeal.refresh_from_db()
    version = reading.current_version(reading.public_text(open_appeal, text.slug))
    assert version is not None and publish.would_be_new(text, version) is False
    linked = reading.document(version)
    assert '<a href="/appeals/night-ferry/persons/anna-kell/" class="mention">bakers</a>' in linked.html
    assert linked.html != plain
    persons.set_level(actor=cast.editor, person=person, level="withheld")
    assert reading.document(version).html == plain


def test_orphans_are_shown(cast: Cast, draft_appeal: Appeal) -> None:
    text = reading.original(draft_appeal)
    write(text, "[Anna Kell](person:anna-kell)")
    person = enter(cast.editor, draft_appeal)
    version = publish.publish(actor=cast.owner, text=text)
    assert person_mentions.orphans(draft_appeal) == []
    document = reading.document(version)
    assert 'class="mention">Anna Kell</a>' in document.html and "Anna Kell" in document.rendered.plain
    persons.remove_person(actor=cast.editor, person=person)
    (orphan,) = person_mentions.orphans(draft_appeal)
    assert (orphan.text, orphan.number, orphan.ident) == (text.slug, 1, "anna-kell")
    shown = reading.document(version).html
    assert "Anna Kell" in shown and "mention" not in shown and "person:" not in shown


def test_files_give_the_same_persons_again(cast: Cast, draft_appeal: Appeal) -> None:
    enter(cast.editor, draft_appeal)
    enter(cast.editor, draft_appeal, "the-heron", VEILED, level="withheld")
    found = import_persons.export(actor=cast.editor, appeal=draft_appeal, format="csv")
    for data in (person_files.as_csv(found), person_files.as_json(found)):
        parsed = person_files.read(data)
        assert parsed.problems == [] and parsed.records == found
        planned = import_persons.import_persons(actor=cast.editor, appeal=draft_appeal, found=parsed.records)
        assert {one.what for one in planned} == {"same"}
        Person.objects.filter(ident="the-heron").delete()
        planned = import_persons.import_persons(actor=cast.editor, appeal=draft_appeal, found=parsed.records)
        assert [one.what for one in planned] == ["same", "new"]
    with pytest.raises(Forbidden):
        import_persons.export(actor=cast.moderator, appeal=draft_appeal, format="csv")


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b'{"persons": 3}', b'{"persons": [3]}', b'{"persons": [{"id": "a"}]}', b"name\nAnna",
        b"person,name\n,Anna", b"person,name,part\na,Anna,hat", b"person,name,part\na,Anna,name",
        b"\xff\xfe\x00", b"---\ntitle: x\n---\n", b"---\ntitle: [\n---\n",
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_a_problem(data: bytes) -> None:
    assert person_files.read(data).problems


def test_a_file_is_taken_whole_or_not_at_all(cast: Cast, draft_appeal: Appeal) -> None:
    enter(cast.editor, draft_appeal)
    good = person_files.PersonRecord("jon-vane", called("Jon Vane"), "named")
    clash = person_files.PersonRecord("anna-kell", called("Anna K."), "withheld")
    bad = person_files.PersonRecord("x", PersonAbout(called("X").names, identifiers=(("orcid", "1"),)))
    for records in ([good, clash], [good, bad]):
        with pytest.raises(NotTaken):
            import_persons.import_persons(actor=cast.editor, appeal=draft_appeal, found=records)
        assert Person.objects.count() == 1
    import_persons.import_persons(
        actor=cast.editor, appeal=draft_appeal, found=[good, clash], on_clash=OnClash.UPDATE
    )
    assert [row.ident for row in PublicPerson.objects.all()] == ["jon-vane"]


def test_what_was_withheld_stays_so_after_a_restore(cast: Cast, draft_appeal: Appeal) -> None:
    kell, vane = enter(cast.editor, draft_appeal), enter(cast.editor, draft_appeal, "jon", called("Jon"))
    persons.set_level(actor=cast.editor, person=kell, level="withheld")
    persons.remove_person(actor=cast.editor, person=vane)
    # As the backup of yesterday has them.
    Person.objects.filter(pk=kell.pk).update(level="named")
    vane.pk = None
    vane.save()
    assert person_journal.replay() == 2
    assert list(Person.objects.values_list("level", flat=True)) == ["withheld"]
    assert not PublicPerson.objects.exists() and person_journal.replay() == 0


def test_no_text_takes_the_name_of_the_page() -> None:
    assert "persons" in derive.RESERVED
    assert KELL.names[1].dates == "1921/1934"
