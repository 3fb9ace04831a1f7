"""An appeal's settings on the desk, over HTTP."""

import html
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from tests.appeals.awkward import AWKWARD
from tests.cast import Cast
from undersigned.accounts.models import AuditRecord
from undersigned.appeals import draft
from undersigned.appeals.models import Appeal

pytestmark = pytest.mark.django_db

SETTINGS = "/desk/appeals/night-ferry/settings/"
FIELDS = [
    "title",
    "slug",
    "closes_at",
    "controller",
    "controller_contact",
    "purpose",
    "retention_days",
]


def desk(cast: Cast, role: str = "owner") -> Client:
    client = Client()
    client.force_login(getattr(cast, role))
    return client


def shown(answer: HttpResponse) -> str:
    return html.unescape(answer.content.decode())


def values(**changes: Any) -> dict[str, Any]:
    return {
        "title": "For the night ferry",
        "slug": "night-ferry",
        "closes_at": f"{datetime.now(UTC).year + 1}-06-01T18:30",
        "ask_affiliation": "off",
        "ask_role": "required",
        "ask_place": "optional",
        "ask_country": "off",
        "controller": "Lower Quay Residents",
        "controller_contact": "board@lower-quay.example",
        "purpose": "To ask for one more ferry.",
        "retention_days": "90",
        "licence": "review",
        **changes,
    }


def opened(appeal: Appeal, state: str = "open") -> None:
    closed_at = appeal.created_at if state == "closed" else None
    Appeal.objects.filter(pk=appeal.pk).update(state=state, opened_at=appeal.created_at, closed_at=closed_at)


def test_it_is_for_those_who_write(cast: Cast, draft_appeal: Appeal) -> None:
    assert Client().get(SETTINGS)["Location"].startswith("/desk/account/login/")
    for role, status in [
        ("owner", 200),
        ("editor", 200),
        ("moderator", 403),
        ("viewer", 403),
        ("outsider", 404),
    ]:
        assert desk(cast, role).get(SETTINGS).status_code == status
        answer = desk(cast, role).post(SETTINGS, values(title=f"By {role}"))
        assert answer.status_code == (302 if status == 200 else status)
    assert Appeal.objects.get().title == "By editor"


def test_it_saves_every_setting(cast: Cast, draft_appeal: Appeal) -> None:
    answer = desk(cast).post(SETTINGS, values(slug="one-more-boat", title="  One   more boat "))
    assert answer["Location"] == "/desk/appeals/one-more-boat/"
    appeal = Appeal.objects.get()
    assert (appeal.title, appeal.ask_role, appeal.retention_days) == (
        "One more boat",
        "required",
        90,
    )
    record = AuditRecord.objects.latest("pk")
    assert record.verb == "appeal.settings" and "board@" not in str(record.detail)


@pytest.mark.parametrize("value", AWKWARD)
@pytest.mark.parametrize("field", FIELDS)
def test_anything_typed_is_answered_and_kept(
    cast: Cast, draft_appeal: Appeal, field: str, value: str
) -> None:
    answer = desk(cast).post(SETTINGS, values(**{field: value}))
    assert answer.status_code in (302, 422)
    if answer.status_code == 422:
        page = shown(answer)
        assert 'class="field-error"' in page and "lead" not in Appeal.objects.get().title
        assert "\0" in value or value.strip() in page
        assert Appeal.objects.get().controller == "Lower Quay Residents"
    else:
        saved = unquote(answer["Location"])
        assert desk(cast).get(saved).status_code == 200
        assert desk(cast).get(saved + "settings/").status_code == 200


@pytest.mark.parametrize(
    ("closes_at", "sentence"),
    [
        ("2020-01-01T10:00", "lies in the past"),
        ("0001-01-01T00:00", "lies in the past"),
        ("9999-12-31T23:59", "more than 10 years ahead"),
        ("2026-02-30T10:00", "Enter a valid date/time"),
        ("tomorrow", "Enter a valid date/time"),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/Los_Angeles"])
def test_it_says_what_is_wrong_with_a_closing_date(
    cast: Cast, draft_appeal: Appeal, settings: Any, closes_at: str, sentence: str, zone: str
) -> None:
    settings.TIME_ZONE = zone
    answer = desk(cast).post(SETTINGS, values(closes_at=closes_at))
    assert answer.status_code == 422 and sentence in shown(answer)


def test_a_closing_date_is_meant_in_the_time_zone_of_the_site(
    cast: Cast, draft_appeal: Appeal, settings: Any
) -> None:
    settings.TIME_ZONE = "Europe/Madrid"
    with time_machine.travel(datetime(2026, 5, 1, 12, tzinfo=UTC)):
        assert desk(cast).post(SETTINGS, values(closes_at="2026-07-01T20:00")).status_code == 302
        assert Appeal.objects.get().closes_at == datetime(2026, 7, 1, 18, tzinfo=UTC)
        assert 'value="2026-07-01T20:00"' in desk(cast).get(SETTINGS).content.decode()


@pytest.mark.parametrize("days", ["-1", "3651", "9" * 40, "1.5", "x"])
def test_it_keeps_contact_data_for_ten_years_at_most(cast: Cast, draft_appeal: Appeal, days: str) -> None:
    answer = desk(cast).post(SETTINGS, values(retention_days=days))
    assert answer.status_code == 422 and f'value="{days}"' in shown(answer)


@pytest.mark.parametrize("slug", ["two words", "ñandú", "a/b", "..", "new", "night-ferry-2"])
def test_it_says_when_an_address_cannot_be_had(cast: Cast, draft_appeal: Appeal, slug: str) -> None:
    draft.create_appeal(actor=cast.owner, team=cast.team, title="Another", slug="night-ferry-2")
    answer = desk(cast).post(SETTINGS, values(slug=slug))
    assert answer.status_code == 422 and 'class="field-error"' in shown(answer)


def test_an_open_appeal_keeps_its_address_and_profile(cast: Cast, draft_appeal: Appeal) -> None:
    opened(draft_appeal)
    page = desk(cast).get(SETTINGS).content.decode()
    assert page.count(" disabled") == 1
    answer = desk(cast).post(SETTINGS, values(slug="elsewhere", profile="at_risk", purpose="More"))
    assert answer["Location"] == "/desk/appeals/night-ferry/"
    appeal = Appeal.objects.get()
    assert (appeal.slug, appeal.profile, appeal.purpose) == ("night-ferry", "open", "More")


def test_a_closed_appeal_keeps_its_closing_date(cast: Cast, draft_appeal: Appeal) -> None:
    opened(draft_appeal, "closed")
    assert desk(cast).post(SETTINGS, values(controller="Somebody else")).status_code == 302
    appeal = Appeal.objects.get()
    assert (appeal.closes_at, appeal.controller) == (draft_appeal.closes_at, "Somebody else")


def test_what_was_refused_shows_nowhere_but_in_the_form(cast: Cast, draft_appeal: Appeal) -> None:
    answer = desk(cast).post(SETTINGS, values(title="A new title", closes_at="x"))
    page = shown(answer)
    assert 'value="A new title"' in page and "<bdi>For the night ferry</bdi>" in page


def test_a_stranger_cannot_set_what_the_form_does_not_ask(cast: Cast, draft_appeal: Appeal) -> None:
    desk(cast).post(SETTINGS, values(is_demonstration="on", state="open", team="1", public_id="x"))
    appeal = Appeal.objects.get()
    assert (appeal.is_demonstration, appeal.state, appeal.public_id) == (
        False,
        "draft",
        draft_appeal.public_id,
    )


def test_a_proof_of_work_is_asked_for_when_it_is_ticked(cast: Cast, draft_appeal: Appeal) -> None:
    page = desk(cast).get(SETTINGS).content.decode()
    assert "small calculation" in page
    for ticked in (True, False):
        typed = values(licence="review", **({"proof_of_work": "on"} if ticked else {}))
        assert desk(cast).post(SETTINGS, typed).status_code == 302
        assert Appeal.objects.get().proof_of_work is ticked
