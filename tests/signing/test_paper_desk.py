"""The desk's pages about paper, for everybody of the cast, without script."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse as address_of

from tests.signing import crowd, sheets
from tests.signing.sheets import ANA, BO
from undersigned.accounts.models import AuditRecord
from undersigned.appeals import derive, draft, publish, reading
from undersigned.signing import sequence
from undersigned.signing.models import Gathering, PaperLine, PaperMatch, Signature, Transcript
from undersigned.signing.paper import elsewhere, keep

pytestmark = pytest.mark.django_db
ROLES = ("owner", "editor", "moderator", "viewer", "outsider")


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def version(open_appeal):
    return crowd.original(open_appeal)


@pytest.fixture
def desk(cast):
    return signed_in(cast.owner)


def url(name, *args):
    return address_of(name, args=["night-ferry", *args])


@pytest.mark.parametrize(
    ("page", "has_number", "allowed"),
    [
        ("desk-paper", False, 3), ("desk-paper-list", False, 2), ("desk-paper-find", False, 3),
        ("desk-paper-one", True, 3), ("desk-paper-scan", True, 3), ("desk-paper-matches", True, 3),
    ],
)  # fmt: skip
def test_each_page_is_for_those_who_may_and_outsiders_see_nothing(version, cast, page, has_number, allowed):
    gathering = sheets.kept(version, cast.owner)
    address = url(page, *([gathering.pk] if has_number else []))
    answers = [signed_in(getattr(cast, who)).get(address).status_code for who in ROLES]
    assert answers == [200] * allowed + [403] * (4 - allowed) + [404]
    assert Client().get(address).status_code == 302


def upload(desk, number=1, claimed=2, data=None):
    file = SimpleUploadedFile("sheet.png", data or sheets.scan().getvalue(), "text/html")
    return desk.post(url("desk-paper"), {"number": number, "claimed": claimed, "file": file})


def test_a_sheet_is_uploaded_and_served_so_that_it_can_run_nothing(version, desk):
    sheets.sheet(version)
    answer = upload(desk)
    gathering = Gathering.objects.get()
    assert answer.headers["Location"] == url("desk-paper-one", gathering.pk)
    scan = desk.get(url("desk-paper-scan", gathering.pk))
    assert (scan["Content-Type"], b"".join(scan.streaming_content)[:8]) == ("image/png", sheets.PNG)
    assert "sandbox" in scan["Content-Security-Policy"]
    assert scan["Cache-Control"] == "private, no-cache"
    again = desk.get(url("desk-paper-scan", gathering.pk), headers={"If-None-Match": scan["ETag"]})
    assert again.status_code == 304


def test_what_is_wrong_with_a_sheet_is_said_where_it_arose(version, desk, monkeypatch):
    sheets.sheet(version)
    assert "No sheet of this appeal has the number 9" in upload(desk, number=9).content.decode()
    assert "between 0 and" in upload(desk, claimed=5).content.decode()
    page = upload(desk, data=b"MZ not a picture")
    assert (page.status_code, "JPEG, a PNG or a PDF" in page.content.decode()) == (422, True)
    monkeypatch.setattr(keep, "SIZE_MAX", 50)
    assert "larger than" in upload(desk).content.decode()
    monkeypatch.undo()
    upload(desk)
    page = upload(desk).content.decode()
    assert "Sheet 1 was brought in already" in page
    assert url("desk-paper-one", Gathering.objects.get().pk) in page
    assert desk.post(url("desk-paper"), {"number": "x" * 50, "claimed": "-1"}).status_code == 422


def fields(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="((?:name|place|email)-\d+)" value="([^"]*)"', page))


def test_a_sheet_is_read_line_by_line_by_keyboard(version, cast, desk):
    gathering = sheets.kept(version, cast.owner)
    read = url("desk-paper-read", gathering.pk)
    assert desk.get(read).status_code == 302
    assert desk.post(url("desk-paper-one", gathering.pk), {"act": "begin"}).headers["Location"] == read
    page = desk.get(read).content.decode()
    assert re.search(r'id="name-1"[^>]* autofocus', page)
    # A sheet of another appeal may bear the same number.
    assert f"Its head must say “{version.title}”, version 1." in page
    answer = desk.post(
        f"{read}?line=1&zoom=2", {"name-1": "Ana Sol", "place-1": "Lower Quay", "edition-1": "1"}
    )
    assert answer.headers["Location"] == f"{read}?line=2&zoom=2&lines=1"
    wrong = desk.post(f"{read}?line=2", {"name-2": "Bo Reed", "email-2": "bo(at)people"})
    assert wrong.status_code == 422
    assert fields(wrong.content.decode()) == {"name-2": "Bo Reed", "place-2": "", "email-2": "bo(at)people"}
    desk.post(f"{read}?line=2", {"name-2": "", "unreadable-2": "1"})
    assert (
        "Lines that you have not typed yet: 3, 4"
        in desk.post(read, {"act": "finish"}, follow=True).content.decode()
    )
    ten = desk.get(f"{read}?lines=10&line=3").content.decode()
    assert fields(ten)["name-1"] == "Ana Sol"
    assert "zoom-3" in desk.get(f"{read}?zoom=3").content.decode()
    for odd in ("line=0", "line=99", "line=x", "zoom=9", "lines=500", "line=²"):
        assert desk.get(f"{read}?{odd}").status_code == 200
    assert desk.post(read, {"act": "finish-empty"}).headers["Location"] == url("desk-paper-one", gathering.pk)
    assert desk.get(read).status_code == 302


def test_the_second_reader_sees_nothing_of_the_first(version, cast):
    gathering = sheets.kept(version, cast.owner)
    sheets.read_by(cast.editor, gathering, ANA, BO)
    second = signed_in(cast.moderator)
    one, read = url("desk-paper-one", gathering.pk), url("desk-paper-read", gathering.pk)
    pages = [second.get(one), second.post(one, {"act": "begin"}, follow=True), second.get(f"{read}?lines=10")]
    pages += [
        second.get(url("desk-paper-matches", gathering.pk)),
        second.get(url("desk-paper-settle", gathering.pk), follow=True),
    ]
    pages += [second.post(url("desk-paper-find"), {"q": "Ana Sol"})]
    for page in pages:
        assert "Lower Quay</bdi>" not in page.content.decode().replace("For the night ferry", "")
        assert 'value="Ana Sol"' not in page.content.decode() or page is pages[-1]
        assert "<bdi>Ana Sol" not in page.content.decode()


def test_differences_are_settled_duplicates_decided_and_all_is_counted(version, cast, desk):
    crowd.confirmed(version, "Bo Reed", place="Upper Quay")
    sequence.record_due(force=True)
    gathering = sheets.kept(version, cast.owner)
    sheets.read_by(cast.editor, gathering, ANA, BO)
    sheets.read_by(cast.moderator, gathering, ANA | {"name": "Anna Sol"}, BO)
    one, settle_page = url("desk-paper-one", gathering.pk), url("desk-paper-settle", gathering.pk)
    assert "Anna Sol" not in desk.get(one).content.decode()
    assert "<mark><bdi>Anna Sol" in desk.get(settle_page).content.decode()
    barred = signed_in(cast.editor).get(settle_page, follow=True).content.decode()
    assert "third person" in barred
    bad = desk.post(settle_page, {"line": "1", "choice": "typed", "name-1": "7"})
    assert bad.status_code == 422
    assert (
        desk.post(
            settle_page, {"line": "1", "choice": "typed", "name-1": "Anna Sól", "place-1": "Lower Quay"}
        ).status_code
        == 302
    )
    assert desk.post(settle_page, {"line": "1", "choice": "first"}, follow=True).status_code == 200
    assert "question waits" in desk.get(one).content.decode()
    assert "decide first" in desk.post(one, {"act": "verify"}, follow=True).content.decode()
    match = PaperMatch.objects.get()
    asked = url("desk-paper-matches", gathering.pk)
    assert "Upper Quay" in desk.get(asked).content.decode()
    assert desk.post(asked, {"match": match.pk, "verdict": "perhaps"}).status_code == 404
    assert desk.post(asked, {"match": match.pk, "verdict": "same"}).status_code == 302
    assert "1 signature counts" in desk.post(one, {"act": "verify"}, follow=True).content.decode()
    sequence.record_due(force=True)
    assert Signature.objects.filter(state="recorded", kind="paper").count() == 1
    assert "Anna Sól" in Client().get("/appeals/night-ferry/names/").content.decode()


def test_a_sheet_is_taken_back_with_a_reason_by_those_who_may(version, cast, desk):
    gathering = sheets.counted(cast, version, ANA, BO)
    one = url("desk-paper-one", gathering.pk)
    assert signed_in(cast.moderator).post(one, {"act": "reverse", "reason": "x"}).status_code == 403
    assert desk.post(one, {"act": "reverse", "reason": " "}).status_code == 422
    for _again in range(2):
        assert desk.post(one, {"act": "reverse", "reason": "the wrong pile"}).status_code == 302
    page = desk.get(one).content.decode()
    assert "the wrong pile" in page
    assert "2 signatures counted until then" in page
    assert desk.post(one, {"act": "dance"}).status_code == 404


def test_somebody_is_found_and_erased(version, cast, desk):
    gathering = sheets.counted(cast, version, ANA, BO)
    page = desk.post(url("desk-paper-find"), {"q": "ana sol"}).content.decode()
    address = url("desk-paper-erase", gathering.pk, 1)
    assert address in page
    assert "tick the box" in desk.post(address, {}, follow=True).content.decode()
    assert "Erased" in desk.post(address, {"sure": "1"}, follow=True).content.decode()
    assert desk.get(url("desk-paper-scan", gathering.pk)).status_code == 404
    assert "Nobody of that name" in desk.post(url("desk-paper-find"), {"q": "Ana Sol"}).content.decode()
    assert desk.post(url("desk-paper-erase", gathering.pk, 99), {"sure": "1"}).status_code == 404
    assert not any("Ana" in str(row.detail) + row.subject for row in AuditRecord.objects.all())


def test_a_place_to_read_is_given_back_or_freed(version, cast, desk):
    gathering = sheets.kept(version, cast.owner)
    one = url("desk-paper-one", gathering.pk)
    for who in (cast.editor, cast.moderator):
        signed_in(who).post(one, {"act": "begin"})
    assert "Two others" in desk.post(one, {"act": "begin"}, follow=True).content.decode()
    signed_in(cast.editor).post(one, {"act": "give-up"})
    desk.post(one, {"act": "free", "seat": "2"})
    assert not Transcript.objects.exists()


def test_the_pages_cost_the_same_for_one_sheet_and_for_many(version, cast, desk):
    for number in (1, 2):
        sheets.counted(cast, version, ANA, number=number) if number == 1 else sheets.kept(
            version, cast.owner, number=2
        )
    counts = []
    # The first page of an hour is noted in the session.
    desk.get(url("desk-paper"))
    for number in (range(0), range(3, 60)):
        for each in number:
            sheets.kept(version, cast.owner, number=each)
        for page in (url("desk-paper"), url("desk-paper-one", Gathering.objects.order_by("pk")[0].pk)):
            with CaptureQueriesContext(connection) as queries:
                assert desk.get(page).status_code == 200
            counts.append(len(queries))
    assert counts[:2] == counts[2:]


def post_list(desk, version, data: bytes, **more):
    file = SimpleUploadedFile("list.csv", data, "text/csv")
    values = {
        "version": version.pk,
        "origin": "Stall at the market",
        "basis": "I sign this text.",
        "file": file,
    }
    return desk.post(url("desk-paper-list"), values | more)


def test_a_list_is_shown_then_taken_or_dropped(version, cast, desk):
    data = "name;place\nÁna Só;Lower Quay\n=HYPERLINK(1)x;Hill\n".encode("cp1252")
    answer = post_list(desk, version, data)
    gathering = Gathering.objects.get()
    one = url("desk-paper-one", gathering.pk)
    assert answer.headers["Location"] == one
    page = desk.get(one).content.decode()
    for said in (
        "Ána Só",
        "=HYPERLINK(1)x",
        "Windows-1252",
        "formula",
        "Stall at the market",
        "I sign this text.",
    ):
        assert said in page
    assert "very file" in post_list(desk, version, data).content.decode()
    desk.post(one, {"act": "discard"})
    assert not Gathering.objects.exists()
    assert not PaperLine.objects.exists()
    post_list(desk, version, data)
    one = url("desk-paper-one", Gathering.objects.get().pk)
    desk.post(one, {"act": "take"})
    desk.post(one, {"act": "take"})
    desk.post(one, {"act": "verify"})
    assert Signature.objects.filter(kind="paper", state="confirmed").count() == 2


def test_a_list_with_an_error_is_refused_line_by_line(version, desk, monkeypatch):
    page = post_list(desk, version, b"name,email\nAna Sol,ana\n,bo@people.example\n12,\n")
    text = page.content.decode()
    assert page.status_code == 422
    assert all(f"Line {number}:" in text for number in (2, 3, 4))
    assert not Gathering.objects.exists()
    assert post_list(desk, version, b"name\nAna Sol\n", basis=" ").status_code == 422
    assert post_list(desk, version, b"name\nAna Sol\n", origin="").status_code == 422
    assert "name the columns" in post_list(desk, version, b"foo,bar\n1,2\n").content.decode()
    monkeypatch.setattr(elsewhere, "ENTRIES_MAX", 1)
    assert "at most 1" in post_list(desk, version, b"name\nAna Sol\nBo Reed\n").content.decode()
    assert not Gathering.objects.exists()


def test_an_enlarged_scan_begins_where_its_lines_begin(version, cast, desk):
    gathering = sheets.kept(version, cast.owner)
    desk.post(url("desk-paper-one", gathering.pk), {"act": "begin"})
    address = url("desk-paper-read", gathering.pk)
    assert 'class="sheet-scan" dir="ltr"' in desk.get(address + "?zoom=3").content.decode()
    text = gathering.version.text
    made = sheets.sheet(arabic(cast, text), 2)
    second = keep.keep(
        actor=cast.owner, appeal=text.appeal, number=made.number, claimed=1, data=sheets.scan()
    )
    desk.post(url("desk-paper-one", second.pk), {"act": "begin"})
    page = desk.get(url("desk-paper-read", second.pk) + "?zoom=3").content.decode()
    assert 'class="sheet-scan" dir="rtl"' in page and 'class="zoom-3"' in page


def arabic(cast, text):
    """A published translation that is read from the right."""
    source = reading.current_version(text)
    made = derive.derive(actor=cast.owner, source=source, relation="translation", language="ar")
    words = "---\ntitle: نداء\nlang: ar\n---\n\nنطلب عبّارة.\n"
    draft.save_draft(actor=cast.owner, text=made, source=words, revision=made.draft_revision)
    made.refresh_from_db()
    return publish.publish(actor=cast.owner, text=made)
