"""First signatories: asked each for themselves, before opening, by list or one by one."""

import email
import email.policy
from datetime import timedelta

import pytest

from tests.signing import crowd
from undersigned.accounts.models import AuditRecord
from undersigned.accounts.permissions import Forbidden
from undersigned.lib import clock
from undersigned.mailroom.models import Message, Suppression
from undersigned.mailroom.queue import suppress
from undersigned.mailroom.render import render
from undersigned.signing import first, opening, roll, sequence
from undersigned.signing.first_csv import ENTRIES_MAX, Entry, read_csv
from undersigned.signing.models import Person, PublicLine, Signature

pytestmark = pytest.mark.django_db

ANA = Entry("Ana Sol", "ana@people.example", "Harbour School", "teacher")
BO = Entry("Bo Reed", "bo@people.example")


def states(appeal) -> list[str]:
    return [line.state for line in first.lines(appeal)]


def test_it_enters_people_in_order_and_asks_each(published, cast):
    rows = first.invite_first(actor=cast.editor, version=published, entries=[ANA, BO])
    assert [row.first_order for row in rows] == [1, 2]
    listed = first.lines(published.text.appeal)
    assert [(line.name, line.email, line.state) for line in listed] == [
        ("Ana Sol", "ana@people.example", "asked"), ("Bo Reed", "bo@people.example", "asked"),
    ]  # fmt: skip
    assert Message.objects.filter(kind="first").count() == 2
    assert AuditRecord.objects.get(verb="first.invite").detail == {"number": 2, "version": 1}


def test_the_mail_says_who_asks_and_nothing_that_was_typed_about_the_person(published, cast):
    first.invite_first(actor=cast.editor, version=published, entries=[ANA])
    for language in ("en", "es", "fr", "ar"):
        Message.objects.update(language=language)
        mail = email.message_from_bytes(render(Message.objects.get()).data, policy=email.policy.default)
        parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
        assert len(parts) == 2
        assert all("Lower Quay Residents" in part and "For the night ferry" in part for part in parts)
        text = "\n".join([mail["Subject"], *parts])
        assert "Sol" not in text
        assert "Harbour School" not in text


def test_personal_data_lie_sealed(published, cast):
    first.invite_first(actor=cast.editor, version=published, entries=[ANA])
    assert b"ana@" not in bytes(Person.objects.get().sealed)


def test_whoever_confirmed_is_recorded_with_the_first_batch(published, cast):
    rows = first.invite_first(actor=cast.editor, version=published, entries=[BO, ANA])
    crowd.confirmation(rows[0])
    assert states(published.text.appeal) == ["confirmed", "asked"]
    appeal = opening.open_appeal(actor=cast.owner, appeal=published.text.appeal)
    assert sequence.record_due() == 1
    assert [line.name for line in roll.first_signatories(appeal)] == ["Bo Reed"]


def test_it_takes_all_or_nobody(published, cast):
    first.invite_first(actor=cast.editor, version=published, entries=[ANA])
    again = Entry("A. Sol", "Ana+x@People.example", line=3)
    with pytest.raises(first.Unacceptable) as caught:
        first.invite_first(actor=cast.editor, version=published, entries=[BO, again])
    assert [error.line for error in caught.value.errors] == [3]
    assert Signature.objects.count() == 1


def test_it_is_too_late_once_the_appeal_is_open(open_appeal, cast):
    version = crowd.original(open_appeal)
    with pytest.raises(first.NotPossible):
        first.invite_first(actor=cast.editor, version=version, entries=[ANA])


@pytest.mark.parametrize("who", ["moderator", "viewer", "outsider"])
def test_others_may_not(published, cast, who):
    actor = getattr(cast, who)
    row = first.invite_first(actor=cast.owner, version=published, entries=[ANA])[0]
    with pytest.raises(Forbidden):
        first.invite_first(actor=actor, version=published, entries=[BO])
    for act in (first.ask_again, first.remove):
        with pytest.raises(Forbidden):
            act(actor=actor, signature=row)
    with pytest.raises(Forbidden):
        first.move(actor=actor, signature=row, by=1)
    with pytest.raises(Forbidden):
        first.sort_by_name(actor=actor, appeal=published.text.appeal)
    assert Signature.objects.count() == 1


def test_it_asks_again_a_day_later_and_three_times_in_all(published, cast):
    row = first.invite_first(actor=cast.editor, version=published, entries=[ANA])[0]
    with pytest.raises(first.NotPossible):
        first.ask_again(actor=cast.editor, signature=row)
    for days in (2, 4):
        Message.objects.update(created_at=clock.now() - timedelta(days=days))
        first.ask_again(actor=cast.editor, signature=row)
    Message.objects.update(created_at=clock.now() - timedelta(days=6))
    with pytest.raises(first.NotPossible):
        first.ask_again(actor=cast.editor, signature=row)
    assert Message.objects.count() == 3
    assert not first.lines(published.text.appeal)[0].may_ask


def test_an_invitation_that_ran_out_is_good_again_when_asked_again(published, cast):
    row = first.invite_first(
        actor=cast.editor, version=published, entries=[ANA], at=clock.now() - timedelta(days=20)
    )[0]
    Message.objects.update(created_at=clock.now() - timedelta(days=20))
    assert states(published.text.appeal) == ["expired"]
    first.ask_again(actor=cast.editor, signature=row)
    assert crowd.confirmation(row).signature == row


def test_a_dead_address_shows(published, cast):
    first.invite_first(actor=cast.editor, version=published, entries=[ANA, BO])
    hashed = bytes(Message.objects.order_by("pk")[0].address_key)
    suppress(hashed=hashed, reason=Suppression.Reason.BOUNCED)
    assert states(published.text.appeal) == ["bounced", "asked"]


def test_it_removes_who_has_not_confirmed_with_data_and_mail(published, cast):
    rows = first.invite_first(actor=cast.editor, version=published, entries=[ANA, BO])
    crowd.confirmation(rows[1])
    first.remove(actor=cast.editor, signature=rows[0])
    assert not Signature.objects.filter(pk=rows[0].pk).exists()
    assert not Message.objects.filter(subject_ref=f"signature:{rows[0].pk}").exists()
    with pytest.raises(first.NotPossible):
        first.remove(actor=cast.editor, signature=rows[1])


def test_it_orders_as_the_organisers_wish(published, cast):
    appeal = published.text.appeal
    third = Entry("Cy Dent", "cy@people.example")
    rows = first.invite_first(actor=cast.editor, version=published, entries=[third, ANA, BO])
    first.move(actor=cast.editor, signature=rows[2], by=-1)
    assert [line.name for line in first.lines(appeal)] == ["Cy Dent", "Bo Reed", "Ana Sol"]
    first.sort_by_name(actor=cast.editor, appeal=appeal)
    assert [line.name for line in first.lines(appeal)] == ["Ana Sol", "Bo Reed", "Cy Dent"]
    orders = PublicLine.objects.order_by("first_order").values_list("name", flat=True)
    assert list(orders) == ["Ana Sol", "Bo Reed", "Cy Dent"]


def test_moving_and_sorting_stand_in_the_record_of_acts(published, cast):
    rows = first.invite_first(actor=cast.editor, version=published, entries=[BO, ANA])
    first.move(actor=cast.editor, signature=rows[1], by=-1)
    first.sort_by_name(actor=cast.editor, appeal=published.text.appeal)
    acts = AuditRecord.objects.filter(verb__in=["first.move", "first.sort"]).order_by("pk")
    assert [(act.verb, act.actor, act.detail) for act in acts] == [
        ("first.move", cast.editor, {"signature": rows[1].pk, "place": 1}),
        ("first.sort", cast.editor, {"number": 2}),
    ]


@pytest.mark.parametrize(
    "data",
    [
        "name,email,affiliation,role\nÁna Só,ana@people.example,School,teacher\n".encode(),
        "\ufeffNombre;Correo electrónico;Afiliación;Cargo\r\n"
        "Ána Só;ana@people.example;School;teacher\r\n".encode(),
        "Nom\tCourriel\tAffiliation\tFonction\nÁna Só\tana@people.example\tSchool\tteacher\n".encode(
            "utf-16"
        ),
        '"E-Mail","NAME","Role","Organization","size"\n'
        '"ana@people.example","Ána Só",teacher,School,41\n'.encode(),
    ],
)
def test_it_reads_lists_as_spreadsheets_write_them(data):
    found = read_csv(data)
    assert found.errors == []
    assert found.entries == [Entry("Ána Só", "ana@people.example", "School", "teacher", line=2)]


def test_it_says_when_it_read_windows_1252():
    found = read_csv("name;email\nÉmile Dru;emile@people.example\n".encode("cp1252"))
    assert found.entries[0].name == "Émile Dru"
    assert "Windows-1252" in found.notes[0]


def test_errors_name_their_lines():
    found = read_csv(
        b"name,email\nAna,ana@people.example\n\n,nobody@people.example\n"
        b"Bo,not-an-address\nAna Again,ANA@people.example\n"
    )
    assert [error.line for error in found.errors] == [4, 5, 6]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"  \n \n",
        b"PK\x03\x04\x00\x00binary",
        b"name,email\n",
        b"who,where\nAna,ana@people.example\n",
        b"name,email,nombre\nAna,ana@people.example,x\n",
        b'name,email\n"Ana,ana@people.example\n',
        b"name,email\nAna,ana@people.example\n\x81\x8d\x8f",
        b"name,email\n" + b"x" * 2_000_001,
        b"\xff\xfeodd",
        b"name,email\nAna\x00,ana@people.example\n",
    ],
)
def test_a_bad_file_gives_one_clear_error(data):
    found = read_csv(data)
    assert found.errors
    assert all(error.message for error in found.errors)


def test_a_list_has_an_end():
    rows = "".join(f"Person {n},p{n}@people.example\n" for n in range(ENTRIES_MAX + 1))
    found = read_csv(f"name,email\n{rows}".encode())
    assert len(found.errors) == 1
