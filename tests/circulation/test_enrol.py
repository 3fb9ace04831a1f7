"""Adding carriers by hand and from lists: all or nothing, duplicates shown, nothing guessed in silence."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError
from django.urls import reverse

from tests.circulation.conftest import signed_in
from undersigned.accounts.models import AuditRecord
from undersigned.accounts.permissions import Forbidden
from undersigned.circulation import answer, csv_list, enrol, links, people, rights, vcard
from undersigned.circulation.enrol import Entry
from undersigned.circulation.models import Carrier, ListPreview
from undersigned.circulation.rights import Rights
from undersigned.lib import clock
from undersigned.lib.fields import FieldError

pytestmark = pytest.mark.django_db


def test_it_seals_name_and_address_and_writes_no_person_into_the_record(carry, author):
    carrier = carry("Ines Luz")
    row = Carrier.objects.values().get(pk=carrier.pk)
    assert "Ines" not in str({key: bytes(value) if key == "sealed" else value for key, value in row.items()})
    assert people.contact_of(carrier) == people.Contact("Ines Luz", "ines.luz@people.example")
    record = AuditRecord.objects.get(verb="carriers.add")
    assert "nes" not in record.subject + str(record.detail)


def test_the_same_address_in_another_spelling_is_there_already(carry):
    carry("Ines", email="ines@people.example")
    with pytest.raises(enrol.AlreadyThere):
        carry("Somebody", email="INES@PEOPLE.example")
    assert Carrier.objects.count() == 1


@pytest.mark.parametrize("who", ["moderator", "viewer", "outsider"])
def test_it_refuses_those_who_may_not(cast, letters, who):
    with pytest.raises(Forbidden):
        enrol.add(actor=getattr(cast, who), appeal=letters, entry=Entry("Ines", "i@people.example", "en"))
    assert not Carrier.objects.exists()


@pytest.mark.parametrize("tag", ["xx-klingonese", "english", "", "en_GB", "zz"])
def test_a_language_that_does_not_exist_is_refused(carry, tag):
    with pytest.raises(FieldError):
        carry(language=tag)


def test_a_deadline_in_the_past_is_refused(carry):
    with pytest.raises(FieldError):
        carry(deadline=clock.now())


def test_where_nobody_may_change_the_words_nobody_is_given_that_right(carry, letters):
    type(letters).objects.filter(pk=letters.pk).update(licence="none")
    letters.refresh_from_db()
    assert rights.of(carry()) == Rights(True, False, False, True, True)


def test_a_parent_can_never_be_changed_so_that_no_cycle_can_arise(carry):
    first = carry("Ana")
    second = Carrier.objects.get(pk=carry("Bea").pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        Carrier.objects.filter(pk=first.pk).update(parent=second, depth=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Carrier.objects.filter(pk=first.pk).update(parent=first.pk)


def test_the_tree_is_never_deeper_than_its_limit(carry, letters):
    parent = carry("Ana")
    with pytest.raises(IntegrityError), transaction.atomic():
        made = enrol.new_carrier(
            appeal=letters,
            entry=Entry("X", "x@people.example", "en"),
            given=Rights(),
            now=clock.now(),
            parent=parent,
        )
        made.depth = 9
        made.save(force_insert=True)


# Lists

WINDOWS = "nombre;correo;idioma\nJosé Peña;jose@people.example;es\n=1+1;f@people.example;\n".encode("cp1252")


def test_a_table_in_windows_1252_is_read_with_a_note_and_a_formula_stays_text():
    found = csv_list.read_csv(WINDOWS, language="en")
    assert [(e.name, e.email, e.language) for e in found.entries] == [
        ("José Peña", "jose@people.example", "es"),
    ]
    # “=1+1” has no letter: it is no name, and the line says so.
    assert [error.line for error in found.errors] == [3]
    assert "Windows-1252" in found.notes[0]


def test_a_name_that_looks_like_a_formula_is_kept_as_text_and_pointed_out():
    found = csv_list.read_csv(b'name,email\n"=HYPERLINK(""http://x"")",a@people.example\n', language="en")
    assert found.entries[0].name == '=HYPERLINK("http://x")'
    assert "formula" in found.notes[0]
    assert not found.errors


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0\0",
        b"\xff\xfe\x00",
        b'name,email\n"open',
        b"who,what\na,b\n",
        b"name,email\n",
        b"name,email,name\n",
    ],
)
def test_a_file_that_is_no_list_gets_one_clear_error(data):
    found = csv_list.read_csv(data, language="en")
    assert len(found.errors) == 1
    assert not found.entries


CARD = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Zoë\r\n  Long-Name\r\nitem1.EMAIL;TYPE=home:zoe@people.example\r\n"
    "LANG:fr\r\nEND:VCARD\r\n"
    "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Mu=C3=B1oz;Ana\r\n"
    "EMAIL:ana@people.example\r\nEMAIL:ana2@people.example\r\nEND:VCARD\r\n"
)


def test_an_address_book_is_read_with_folded_and_encoded_lines():
    found = vcard.read_vcard(CARD.encode(), language="es")
    assert [(e.name, e.email, e.language) for e in found.entries] == [
        ("Zoë Long-Name", "zoe@people.example", "fr"),
        ("Ana Muñoz", "ana@people.example", "es"),
    ]
    assert not found.errors
    assert "several addresses" in found.notes[0]


@pytest.mark.parametrize(
    "data",
    [
        "BEGIN:VCARD\nFN:A\nEMAIL:a@people.example\n",
        "BEGIN:VCARD\nFN:A\nBEGIN:VCARD\nFN:B\nEMAIL:b@people.example\nEND:VCARD\n",
        "FN:A\nBEGIN:VCARD\nEND:VCARD\n",
        "BEGIN:VCARD\nFN:A\nEND:VCARD\n",
        "BEGIN:VCARD\nFN:A\nEMAIL:no address\nEND:VCARD\n",
        "BEGIN:VCARD\nno property\nFN:A\nEMAIL:a@people.example\nEND:VCARD\n",
    ],
)
def test_a_broken_address_book_says_where(data):
    found = vcard.read_vcard(data.encode(), language="en")
    assert found.errors
    assert all(error.line >= 1 for error in found.errors)


def upload(client, appeal, data: bytes, name: str = "people.csv"):
    file = SimpleUploadedFile(name, data)
    page = reverse("desk-carriers-list", args=[appeal.slug])
    return client.post(page, {"file": file, "language": "en", "rights": ["collect"]})


def test_a_list_is_shown_with_its_duplicates_and_taken_as_it_was_shown(carry, author, letters):
    carry("Known", email="known@people.example")
    unwilling = carry("Quiet", email="quiet@people.example")
    answer.stop(token=links.token(unwilling))
    unwilling.delete()
    client = signed_in(author)
    data = (
        "name,email,language\nAna,ana@people.example,es\nAna too,ANA@people.example,es\n"
        "Known,known@people.example,en\nQuiet,quiet@people.example,en\n"
    )
    shown = upload(client, letters, data.encode())
    assert shown.status_code == 200
    html = shown.content.decode()
    for word in (
        "1 new person",
        "twice in this list",
        "has the letter already",
        "takes no letters from this site",
    ):
        assert word in html
    assert Carrier.objects.count() == 1
    key = ListPreview.objects.get().key
    done = client.post(reverse("desk-carriers-list", args=[letters.slug]), {"take": key})
    assert done.status_code == 302
    assert Carrier.objects.count() == 2
    made = Carrier.objects.get(address_key=people.address_key("ana@people.example"))
    assert rights.of(made) == Rights()
    assert not ListPreview.objects.exists()


def test_a_list_with_one_error_adds_nobody(author, letters):
    answered = upload(signed_in(author), letters, b"name,email\nAna,ana@people.example\nBo,no address\n")
    assert answered.status_code == 422
    assert "Line 3" in answered.content.decode()
    assert not ListPreview.objects.exists()
    assert not Carrier.objects.exists()


def test_somebody_elses_preview_cannot_be_taken(cast, letters):
    upload(signed_in(cast.owner), letters, b"name,email\nAna,ana@people.example\n")
    key = ListPreview.objects.get().key
    signed_in(cast.editor).post(reverse("desk-carriers-list", args=[letters.slug]), {"take": key})
    assert not Carrier.objects.exists()
