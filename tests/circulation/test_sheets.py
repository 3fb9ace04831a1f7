"""Sheets to sign on paper: numbered, bound to exact words, read back from a picture of what was printed."""

import io
import re
import threading
from datetime import timedelta

import pypdfium2
import pytest
import zxingcpp
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from tests.cast import LETTER, Cast
from tests.circulation.conftest import signed_in
from undersigned.accounts.models import AuditRecord
from undersigned.accounts.permissions import Forbidden
from undersigned.appeals import draft, publish
from undersigned.appeals.models import Appeal, Version
from undersigned.circulation import links, revoke, sheet_page, sheets
from undersigned.circulation.answer import LinkOver, NotAllowed
from undersigned.circulation.covering import NotPossible
from undersigned.circulation.models import Carrier, Sheet
from undersigned.circulation.rights import Rights
from undersigned.circulation.sheets import Layout
from undersigned.lib import clock, printer
from undersigned.signing import opening

pytestmark = pytest.mark.django_db
printed = pytest.mark.skipif(bool(printer.missing()), reason=f"no PDF can be made here: {printer.missing()}")

ARABIC = """\
---
title: من أجل العبّارة الليلية
author: أهالي الرصيف السفلي
lang: ar
addressee: مجلس الميناء
---

السادة أعضاء المجلس،

تغادر آخر عبّارة في الساعة التاسعة. نطلب قاربًا واحدًا إضافيًا.
"""
LONG = LETTER.replace("one boat more.", "one boat more. " + "Nobody should walk home over the hill. " * 300)
A4, US_LETTER = (210, 297), (215.9, 279.4)


def issue(cast: Cast, version: Version, count: int = 1, **more: object) -> list[Sheet]:
    carrier = more.pop("carrier", None)
    return sheets.issue(
        actor=cast.owner, appeal=version.text.appeal, text=version.text, count=count,
        layout=Layout(**more), carrier=carrier,  # type: ignore[arg-type]
    )  # fmt: skip


def other(cast: Cast, source: str, language: str = "en") -> Version:
    """Another appeal with one published text."""
    appeal = draft.create_appeal(
        actor=cast.owner, team=cast.team, slug="other", title="Other", language=language, source=source,
        controller="Lower Quay Residents", controller_contact="board@lower-quay.example", purpose="A boat.",
        closes_at=clock.now() + timedelta(days=30),
    )  # fmt: skip
    version = publish.publish(actor=cast.owner, text=appeal.texts.get())
    opening.open_appeal(actor=cast.owner, appeal=appeal)
    return version


def words(data: bytes) -> list[str]:
    """The words of each side."""
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data)]


def codes(data: bytes) -> list[list[str]]:
    """What a decoder reads from a picture of each side, at the resolution of a plain office scan."""
    pages = pypdfium2.PdfDocument(data)
    pictures = [page.render(scale=150 / 72).to_pil() for page in pages]
    return [[found.text for found in zxingcpp.read_barcodes(picture)] for picture in pictures]


def sizes(data: bytes) -> set[tuple[float, float]]:
    points = (page.get_size() for page in pypdfium2.PdfDocument(data))
    return {(round(wide * 25.4 / 72, 1), round(high * 25.4 / 72, 1)) for wide, high in points}


def test_sheets_are_numbered_in_their_appeal_and_bound_to_words_and_carrier(cast, published, carry) -> None:
    ines = carry("Ines")
    first = issue(cast, published, 3)
    second = issue(cast, published, 2, carrier=ines)
    assert [sheet.number for sheet in [*first, *second]] == [1, 2, 3, 4, 5]
    assert {sheet.version_id for sheet in first} == {published.pk}
    assert {sheet.carrier_id for sheet in second} == {ines.pk}
    assert len(set(Sheet.objects.values_list("public_id", flat=True))) == 5
    row = AuditRecord.objects.filter(verb="sheets.issue").latest("pk")
    assert row.detail == {"first": 4, "last": 5}


def test_the_database_keeps_numbers_apart_and_a_sheet_as_it_was_issued(cast, published) -> None:
    sheet = issue(cast, published)[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        Sheet.objects.create(
            public_id="x" * 22,
            appeal=sheet.appeal,
            version=published,
            number=1,
            lines=5,
            issued_at=clock.now(),
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Sheet.objects.update(lines=20)
    with pytest.raises(IntegrityError), transaction.atomic():
        sheet.delete()


def test_only_the_team_issues_and_only_for_published_words(cast, draft_appeal, text) -> None:
    with pytest.raises(NotPossible, match="not published"):
        sheets.issue(actor=cast.owner, appeal=draft_appeal, text=text, count=1, layout=Layout())
    for stranger in (cast.viewer, cast.moderator, cast.outsider):
        with pytest.raises(Forbidden):
            sheets.issue(actor=stranger, appeal=draft_appeal, text=text, count=1, layout=Layout())
    assert not Sheet.objects.exists()


@pytest.mark.parametrize(("count", "lines"), [(0, 10), (51, 10), (1, 0), (1, 41)])
def test_too_many_sheets_or_lines_are_refused(cast, published, count, lines) -> None:
    with pytest.raises(NotPossible):
        issue(cast, published, count, lines=lines)


def test_a_text_of_another_appeal_and_a_closed_appeal_get_no_sheets(cast, open_appeal) -> None:
    version = other(cast, LETTER)
    text = open_appeal.texts.get()
    with pytest.raises(NotPossible):
        sheets.issue(actor=cast.owner, appeal=version.text.appeal, text=text, count=1, layout=Layout())
    opening.close_appeal(actor=cast.owner, appeal=open_appeal)
    with pytest.raises(NotPossible, match="closed"):
        sheets.issue(
            actor=cast.owner,
            appeal=Appeal.objects.get(pk=open_appeal.pk),
            text=text,
            count=1,
            layout=Layout(),
        )


def test_a_carrier_issues_for_the_own_link_while_it_stands(carry, published, author) -> None:
    ines = carry("Ines")
    made = sheets.issue_own(token=links.token(ines), count=2, layout=Layout())
    assert {(sheet.carrier_id, sheet.issued_by_id) for sheet in made} == {(ines.pk, None)}
    silent = carry("Silas", given=Rights(collect=False, pass_on=True))
    with pytest.raises(NotAllowed):
        sheets.issue_own(token=links.token(silent), count=1, layout=Layout())
    revoke.revoke(actor=author, carrier=ines)
    with pytest.raises(LinkOver):
        sheets.issue_own(token=links.token(ines), count=1, layout=Layout())


def test_a_private_link_in_wrong_hands_issues_five_hundred_at_most(carry, published) -> None:
    ines = carry("Ines")
    now = clock.now()
    Sheet.objects.bulk_create(
        Sheet(
            public_id=f"{number:022}", appeal=ines.appeal, version=published, carrier=ines, number=number,
            lines=1, issued_at=now,
        )
        for number in range(1, 500)
    )  # fmt: skip
    sheets.issue_own(token=links.token(ines), count=1, layout=Layout())
    with pytest.raises(NotAllowed, match="500"):
        sheets.issue_own(token=links.token(ines), count=1, layout=Layout())


def test_a_code_leads_to_the_text_and_names_the_carrier_while_the_link_stands(
    cast, carry, open_appeal, published, client
) -> None:
    ines = carry("Ines")
    plain, carried = issue(cast, published)[0], issue(cast, published, carrier=ines)[0]
    letter = reverse("letter", args=["night-ferry", published.text.slug])
    answered = client.get(reverse("sheet", args=[plain.public_id]))
    assert (answered.status_code, answered["Location"]) == (303, letter)
    led = client.get(reverse("sheet", args=[carried.public_id]))
    assert led["Location"] == f"{letter}?via={ines.public_id}"
    assert client.get(led["Location"]).status_code == 200
    revoke.revoke(actor=cast.owner, carrier=ines)
    assert client.get(reverse("sheet", args=[carried.public_id]))["Location"] == letter


@pytest.mark.parametrize("name", ["A" * 22, "short", "A" * 400, "%00", "'; --"])
def test_an_unknown_code_leads_nowhere(client, db, name) -> None:
    assert client.get(f"/sheet/{name}/").status_code == 404


def test_a_code_leads_nowhere_before_the_appeal_is_public(cast, published, client) -> None:
    sheet = issue(cast, published)[0]
    assert client.get(reverse("sheet", args=[sheet.public_id])).status_code == 404


@printed
@pytest.mark.parametrize(
    ("paper", "size", "language", "source"),
    [("a4", A4, "en", LETTER), ("letter", US_LETTER, "en", LETTER), ("a4", A4, "ar", ARABIC)],
)
def test_what_is_printed_is_whole_and_its_code_opens_the_right_page(
    cast, client, paper, size, language, source
) -> None:
    version = other(cast, source, language)
    made = issue(cast, version, 2, paper=paper, lines=10, asks_email=True)
    data = sheet_page.pdf(made)
    assert sizes(data) == {size}
    assert codes(data) == [[sheet_page.link(sheet)] for sheet in made]
    for sheet, side in zip(made, words(data), strict=True):
        assert version.digest_hex in re.sub(r"\s", "", side)
        assert str(sheet.number) in side
    for [code] in codes(data):
        path = code.removeprefix("http://127.0.0.1:8000")
        answered = client.get(path, follow=True)
        assert answered.request["PATH_INFO"] == f"/appeals/other/{version.text.slug}/"
        assert version.title in answered.content.decode()


@printed
def test_a_carriers_code_is_the_carriers_own(cast, carry, open_appeal, published, client) -> None:
    ines, bruno = carry("Ines"), carry("Bruno")
    made = [issue(cast, published, carrier=who)[0] for who in (ines, bruno)]
    found = [code for [code] in codes(sheet_page.pdf(made))]
    led = [client.get(code.removeprefix("http://127.0.0.1:8000"))["Location"] for code in found]
    assert [address.rpartition("via=")[2] for address in led] == [ines.public_id, bruno.public_id]
    # Paper goes from hand to hand: it names no carrier and holds no private link.
    together = " ".join(words(sheet_page.pdf(made)))
    assert "Ines" not in together and links.token(ines) not in together


@printed
def test_a_text_too_long_for_its_side_says_where_to_read_the_rest(cast) -> None:
    version = other(cast, LONG)
    front, back = words(sheet_page.pdf(issue(cast, version, lines=12)))
    assert "Dear members of the Board" in front
    assert "/appeals/other/en/versions/1/" in re.sub(r"\s", "", front)
    assert "Signature" in back and "12" in back
    assert all(version.digest_hex in re.sub(r"\s", "", side) for side in (front, back))


@printed
def test_each_sheet_begins_on_a_leaf_of_its_own(cast) -> None:
    version = other(cast, LONG)
    sides = words(sheet_page.pdf(issue(cast, version, 2, lines=30)))
    starts = [number for number, side in enumerate(sides, 1) if "Dear members of the Board" in side]
    assert starts == [1, 5]


def test_carriers_print_their_own_sheets_and_nobody_elses(carry, published, client) -> None:
    ines, bruno = carry("Ines"), carry("Bruno")
    page = reverse("carry-sheets", args=[links.token(ines)])
    assert page in client.get(reverse("carry", args=[links.token(ines)])).content.decode()
    issued = client.post(page, {"count": 2, "lines": 8, "paper": "a4"})
    assert issued.status_code == 303
    shown = client.get(issued["Location"])
    assert shown["Cache-Control"] == "no-store"
    assert "Sheets 1 to 2 are issued." in shown.content.decode()
    mine = client.get(reverse("carry-sheets-page", args=[links.token(ines), 1, 2]))
    assert mine.content.decode().count('<section class="sheet') == 2
    for name in ("carry-sheets-page", "carry-sheets-pdf"):
        assert client.get(reverse(name, args=[links.token(bruno), 1, 2])).status_code == 404
    wrong = client.post(page, {"count": 99, "lines": 8, "paper": "a4"})
    assert wrong.status_code == 422 and Sheet.objects.count() == 2


def test_a_carrier_without_the_right_has_no_page_of_sheets(carry, published, client) -> None:
    silent = carry("Silas", given=Rights(collect=False, pass_on=True))
    assert client.get(reverse("carry-sheets", args=[links.token(silent)])).status_code == 404
    assert client.post(reverse("carry-sheets", args=[links.token(silent)]), {}).status_code == 404


def test_the_desk_issues_lists_and_prints_again(cast, carry, published) -> None:
    ines = carry("Ines")
    browser = signed_in(cast.editor)
    desk = reverse("desk-sheets", args=["night-ferry"])
    asked = {"text": published.text.slug, "count": 2, "lines": 10, "paper": "letter", "asks_email": "on"}
    issued = browser.post(f"{desk}?carrier={ines.pk}", asked)
    assert issued.status_code == 302
    shown = browser.get(desk).content.decode()
    assert "Ines" in shown and reverse("desk-sheets-page", args=["night-ferry", 2, 2]) in shown
    page = browser.get(reverse("desk-sheets-page", args=["night-ferry", 1, 2]))
    # Each side has the code, drawn in the page: it loads nothing and holds no style of its own.
    assert page.content.decode().count("<svg") == 4
    assert "style=" not in page.content.decode()
    wrong = browser.post(desk, {**asked, "text": "no-such-text"})
    assert wrong.status_code == 422 and "There is no text of this name." in wrong.content.decode()
    assert signed_in(cast.viewer).post(desk, asked).status_code == 403
    assert signed_in(cast.outsider).get(desk).status_code == 404
    assert browser.get(reverse("desk-sheets-pdf", args=["night-ferry", 7, 9])).status_code == 404
    assert browser.get(reverse("desk-sheets-pdf", args=["night-ferry", 1, 10**30])).status_code == 404


@printed
def test_the_desk_gets_a_pdf(cast, published) -> None:
    issue(cast, published, 2)
    answered = signed_in(cast.editor).get(reverse("desk-sheets-pdf", args=["night-ferry", 1, 2]))
    assert answered["Content-Type"] == "application/pdf"
    assert 'filename="night-ferry-1-2.pdf"' in answered["Content-Disposition"]
    assert len(pypdfium2.PdfDocument(io.BytesIO(answered.content))) == 2


def test_without_pango_the_page_says_what_to_install_and_prints_from_the_browser(
    cast, published, carry, monkeypatch
) -> None:
    def lacking() -> None:
        raise printer.Unavailable("Pango is not installed (Debian: apt-get install libpango-1.0-0)")

    monkeypatch.setattr(printer, "_look", lacking)
    issue(cast, published)
    browser = signed_in(cast.editor)
    shown = browser.get(reverse("desk-sheets", args=["night-ferry"])).content.decode()
    assert "apt-get install libpango-1.0-0" in shown
    page = reverse("desk-sheets-page", args=["night-ferry", 1, 1])
    refused = browser.get(reverse("desk-sheets-pdf", args=["night-ferry", 1, 1]))
    assert refused.status_code == 503 and page in refused.content.decode()
    assert "libpango" in browser.get(reverse("desk-runs", args=["night-ferry"])).content.decode()


def test_the_list_is_paged_and_costs_the_same_however_many_there_are(
    cast, published, django_assert_max_num_queries
) -> None:
    browser = signed_in(cast.editor)
    desk = reverse("desk-sheets", args=["night-ferry"])
    for _turn in range(3):
        issue(cast, published, 50)
    with django_assert_max_num_queries(20):
        first = browser.get(desk).content.decode()
    assert "?after=101" in first
    second = browser.get(f"{desk}?after=101").content.decode()
    assert "?before=100" in second and "?after=51" in second
    last = browser.get(f"{desk}?after=51").content.decode()
    assert "?after=" not in last


def test_a_deadline_that_passed_ends_the_carriers_part_of_the_code(
    cast, carry, open_appeal, published
) -> None:
    ines = carry("Ines", deadline=clock.now() + timedelta(days=2))
    sheet = issue(cast, published, carrier=ines)[0]
    assert sheets.via(sheet, clock.now()) == ines.public_id
    assert sheets.via(sheet, clock.now() + timedelta(days=3)) == ""
    assert Carrier.objects.count() == 1
    assert Client().get(reverse("sheet", args=[sheet.public_id])).status_code == 303


@pytest.mark.django_db(transaction=True)
def test_two_who_issue_at_once_get_numbers_of_their_own(cast, published) -> None:
    def several() -> None:
        try:
            issue(cast, published, 20)
        finally:
            connection.close()

    threads = [threading.Thread(target=several) for _turn in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(Sheet.objects.values_list("number", flat=True)) == list(range(1, 81))


@printed
@pytest.mark.parametrize(("language", "source", "mirrored"), [("en", LETTER, False), ("ar", ARABIC, True)])
def test_a_sheet_is_laid_out_in_the_direction_of_its_text(cast, db, language, source, mirrored) -> None:
    """The code stands at the end of its line and the numbers of the lines at the beginning of theirs."""
    data = sheet_page.pdf(issue(cast, other(cast, source, language)))
    page = pypdfium2.PdfDocument(data)[0]
    picture = page.render(scale=150 / 72).to_pil()
    corner = zxingcpp.read_barcodes(picture)[0].position.top_left.x
    assert (corner < picture.width / 2) is mirrored
    text = page.get_textpage()
    found = [text.get_charbox(at)[0] for at in range(text.count_chars()) if text.get_text_range(at, 1) == "9"]
    # The ninth line's own number is the digit nearest to an edge.
    edge = max(found) > page.get_width() * 0.9 if mirrored else min(found) < page.get_width() * 0.1
    assert edge
