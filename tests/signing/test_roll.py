"""The roll: alphabetical, paged by place and not by number, searched without case and accents."""

import base64
from datetime import timedelta

import pytest

from tests.signing import crowd
from undersigned.lib import clock
from undersigned.signing import roll, sequence
from undersigned.signing.models import PublicLine, Signature
from undersigned.signing.withdraw import withdraw

pytestmark = pytest.mark.django_db

NAMES = [
    "Zoë Alm",
    "Ángel Río",
    "amina qadir",
    "Bo Reed",
    "Émile Dru",
    "Eve Dane",
    "Ὀρέστης",
    "محمد علي",
    "李雷",
]


@pytest.fixture
def listed(open_appeal):
    version = crowd.original(open_appeal)
    for number, name in enumerate(NAMES):
        crowd.confirmed(version, name, email=f"n{number}@people.example")
    sequence.record_due()
    return open_appeal


def names(page: roll.RollPage) -> list[str]:
    return [line.name for line in page.lines]


def test_it_sorts_without_case_and_accents(listed):
    assert names(roll.page(listed)) == [
        "amina qadir", "Ángel Río", "Bo Reed", "Émile Dru", "Eve Dane", "Zoë Alm",
        "Ὀρέστης", "محمد علي", "李雷",
    ]  # fmt: skip


@pytest.mark.parametrize("size", [1, 2, 4, 9, 50])
def test_pages_forwards_and_backwards_hold_every_line_once(listed, size):
    whole = names(roll.page(listed))
    seen, cursor = [], None
    while True:
        page = roll.page(listed, after=cursor, size=size)
        seen += names(page)
        cursor = page.next
        if cursor is None:
            break
    assert seen == whole
    page = roll.page(listed, last=True, size=size)
    back = names(page)
    while page.previous:
        page = roll.page(listed, before=page.previous, size=size)
        back = names(page) + back
    assert back == whole


def test_the_first_page_has_no_previous_and_the_last_no_next(listed):
    first = roll.page(listed, size=4)
    assert first.previous is None
    second = roll.page(listed, after=first.next, size=4)
    assert names(roll.page(listed, before=second.previous, size=4)) == names(first)
    last = roll.page(listed, last=True, size=4)
    assert last.next is None


def test_people_of_one_name_are_all_on_the_roll(open_appeal):
    version = crowd.original(open_appeal)
    for number in range(7):
        crowd.confirmed(version, "Ana Sol", email=f"ana{number}@people.example")
    sequence.record_due()
    seen, cursor = 0, None
    while True:
        page = roll.page(open_appeal, after=cursor, size=2)
        seen += len(page.lines)
        cursor = page.next
        if cursor is None:
            break
    assert seen == 7


def test_a_cursor_shows_neither_name_nor_number(listed):
    cursor = roll.page(listed, size=1).next
    assert cursor is not None
    raw = base64.urlsafe_b64decode(cursor + "==")
    assert b"amina" not in raw.lower()
    assert PublicLine.objects.get(name="amina qadir").pk.to_bytes(8, "big") not in raw


@pytest.mark.parametrize("bad", ["x", "é", "A" * 40, "A" * 4000, "=", "../../etc", "\0"])
def test_a_foreign_cursor_is_refused(listed, bad):
    with pytest.raises(roll.BadCursor):
        roll.page(listed, after=bad)
    with pytest.raises(roll.BadCursor):
        roll.page(listed, before=bad)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ang", ["Ángel Río"]),
        ("QADIR", ["amina qadir"]),
        ("é", ["Émile Dru", "Eve Dane"]),
        ("rio", ["Ángel Río"]),
        ("محمد", ["محمد علي"]),
        ("李", ["李雷"]),
        ("reed'; DROP TABLE signing_publicline; --", []),
        ("%", []),
        ("nobody", []),
    ],
)
def test_a_search_forgives_case_and_accents(listed, query, expected):
    assert names(roll.page(listed, query=query)) == expected


def test_a_search_says_when_there_is_more(listed):
    assert roll.page(listed, query="e", size=1).partial
    assert not roll.page(listed, query="zoe", size=1).partial


def test_a_search_inside_names_is_bounded(listed, monkeypatch):
    monkeypatch.setattr(roll, "SCAN", 2)
    found = roll.page(listed, query="alm")
    assert (names(found), found.partial) == ([], True)


def test_first_signatories_stand_apart_in_the_organisers_order(listed):
    for order, name in enumerate(["Zoë Alm", "Bo Reed"]):
        PublicLine.objects.filter(name=name).update(first_order=order)
    assert [line.name for line in roll.first_signatories(listed)] == ["Zoë Alm", "Bo Reed"]
    assert "Bo Reed" not in names(roll.page(listed))
    assert names(roll.page(listed, query="reed")) == ["Bo Reed"]


def test_lines_carry_no_number_and_no_address(listed):
    page = roll.page(listed)
    assert set(vars(page.lines[0])) == {
        "name", "affiliation", "role", "place", "country", "is_pseudonym", "version",
        "vouched_by", "text",
    }  # fmt: skip
    assert "people.example" not in str(page.as_json())


def test_who_is_not_listed_or_not_recorded_is_not_there(open_appeal):
    version = crowd.original(open_appeal)
    crowd.confirmed(version, "Bo Reed", display="unlisted")
    crowd.confirmed(version, "Cy Dent", display="pseudonym", pseudonym="Heron")
    crowd.pending(version, "Di Moss")
    assert names(roll.page(open_appeal)) == []
    sequence.record_due()
    assert names(roll.page(open_appeal)) == ["Heron"]
    assert roll.page(open_appeal).lines[0].is_pseudonym
    assert names(roll.page(open_appeal, version=version)) == ["Heron"]


def test_a_withdrawn_line_is_dated_to_the_day_and_nameless_unless_kept(listed):
    early = clock.now() - timedelta(days=2)
    for name, keeps, at in (("Bo Reed", False, clock.now()), ("Eve Dane", True, early)):
        row = Signature.objects.get(public_line__name=name)
        withdraw(signature=row, keeps_name=keeps, at=at)
    assert [(line.day, line.name) for line in roll.withdrawn(listed)] == [
        (clock.now().date(), ""), (early.date(), "Eve Dane"),
    ]  # fmt: skip
    assert "Bo Reed" not in names(roll.page(listed))
