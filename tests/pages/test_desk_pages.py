"""The desk's pages that read several apps: my appeals, one appeal, the mail queue."""

import html
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.cast import LETTER, Cast
from undersigned.appeals import draft, publish
from undersigned.appeals.models import Appeal, Version
from undersigned.lib import clock, tokens
from undersigned.mailroom import queue
from undersigned.mailroom.models import Message
from undersigned.signing import confirm, intake, opening, request, sequence
from undersigned.signing.models import Signature

pytestmark = pytest.mark.django_db

HOME = "/desk/"
OVERVIEW = "/desk/appeals/night-ferry/"
MAIL = "/desk/mail/"
TEAM = ["owner", "editor", "moderator", "viewer"]


def desk(cast: Cast, role: str = "owner") -> Client:
    client = Client()
    client.force_login(getattr(cast, role))
    return client


def shown(answer: HttpResponse) -> str:
    return html.unescape(answer.content.decode())


def sign(appeal: Appeal, number: int, *, confirmed: bool = True) -> Signature:
    version = Version.objects.select_related("text__appeal").filter(text__appeal=appeal).latest("number")
    values = {"name": f"Ferry Rider {number}", "email": f"rider-{number}@people.example"}
    intake.sign(version=version, request=request.read(appeal, values), language="en")
    signature = Signature.objects.latest("pk")
    if confirmed:
        confirm.confirm(token=tokens.token("confirm", signature.nonce))
    return signature


@pytest.mark.parametrize("path", [HOME, OVERVIEW, f"{OVERVIEW}draft/en/", f"{OVERVIEW}settings/", MAIL])
def test_no_browser_keeps_a_page_of_the_desk(cast: Cast, draft_appeal: Appeal, path: str) -> None:
    answer = desk(cast).get(path)
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("path", [HOME, OVERVIEW, MAIL])
def test_it_sends_strangers_to_the_sign_in_page(draft_appeal: Appeal, path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 302 and answer["Location"].startswith("/desk/account/login/?next=")


@pytest.mark.parametrize("path", [HOME, OVERVIEW, MAIL])
def test_a_page_that_only_shows_takes_no_form(cast: Cast, draft_appeal: Appeal, path: str) -> None:
    assert desk(cast).post(path).status_code == 405


# My appeals


@pytest.mark.parametrize("role", TEAM)
def test_a_team_sees_its_appeals(cast: Cast, draft_appeal: Appeal, role: str) -> None:
    page = shown(desk(cast, role).get(HOME))
    assert "For the night ferry" in page and "Draft" in page
    assert ("New appeal" in page) == (role in ("owner", "editor"))


def test_an_outsider_sees_none(cast: Cast, draft_appeal: Appeal) -> None:
    page = shown(desk(cast, "outsider").get(HOME))
    assert "night ferry" not in page and "No appeal yet" in page


def test_a_title_cannot_become_markup(cast: Cast) -> None:
    title = '<script>alert(1)</script> \u202eabc & "x"'
    appeal = draft.create_appeal(actor=cast.owner, team=cast.team, title=title, slug="odd")
    for path in (HOME, f"/desk/appeals/{appeal.slug}/"):
        page = desk(cast).get(path).content.decode()
        assert "<script>alert" not in page and "<bdi>&lt;script&gt;alert(1)" in page


# One appeal


@pytest.mark.parametrize("role", TEAM)
def test_a_team_sees_where_an_appeal_stands(cast: Cast, draft_appeal: Appeal, role: str) -> None:
    page = shown(desk(cast, role).get(OVERVIEW))
    writes = role in ("owner", "editor")
    assert ("Publish version 1" in page) == writes
    assert ("Open for signature …" in page) == writes
    assert ("/draft/en/" in page) == writes and ("/settings/" in page) == writes


def test_an_outsider_gets_what_a_missing_appeal_gets(cast: Cast, draft_appeal: Appeal) -> None:
    client = desk(cast, "outsider")
    assert client.get(OVERVIEW).status_code == client.get("/desk/appeals/no-such/").status_code == 404


def test_it_says_when_the_draft_has_changed(cast: Cast, published: Version) -> None:
    assert "the next version" not in shown(desk(cast).get(OVERVIEW))
    assert published.digest_hex[:16] in shown(desk(cast).get(OVERVIEW))
    source = LETTER.replace("one boat", "two boats")
    draft.save_draft(actor=cast.owner, text=published.text, source=source, revision=0)
    assert "publish the next version" in shown(desk(cast).get(OVERVIEW))


@pytest.mark.parametrize("source", ["", "---\ntitle: [\n---\n", "---\ntitle: x", "a\x01"])
def test_a_draft_that_cannot_be_read_does_not_hide_the_appeal(
    cast: Cast, published: Version, source: str
) -> None:
    draft.save_draft(actor=cast.owner, text=published.text, source=source, revision=0)
    assert desk(cast).get(OVERVIEW).status_code == 200


def test_it_shows_the_steps_of_an_appeals_life(cast: Cast, published: Version) -> None:
    appeal = published.text.appeal
    steps = [step.split(">")[1].split("<")[0] for step in _current(cast)]
    assert steps == ["Published"]
    opening.open_appeal(actor=cast.owner, appeal=appeal)
    assert [step.split(">")[1].split("<")[0] for step in _current(cast)] == ["Open for signature"]
    opening.close_appeal(actor=cast.owner, appeal=appeal)
    assert [step.split(">")[1].split("<")[0] for step in _current(cast)] == ["Closed"]
    page = shown(desk(cast).get(OVERVIEW))
    assert "Close …" not in page and "See the public page" in page


def _current(cast: Cast) -> list[str]:
    page = shown(desk(cast).get(OVERVIEW))
    return [line for line in page.replace("<li", "\n<li").splitlines() if 'aria-current="step"' in line]


def test_it_counts_what_is_recorded_and_what_is_on_its_way(cast: Cast, open_appeal: Appeal) -> None:
    for number in range(3):
        sign(open_appeal, number)
    sequence.record_due(force=True)
    sign(open_appeal, 8)
    sign(open_appeal, 9, confirmed=False)
    page = shown(desk(cast, "viewer").get(OVERVIEW))
    assert "<dt>recorded</dt><dd>3</dd>" in page
    assert "<dt>being recorded</dt><dd>1</dd>" in page
    assert "<dt>waiting for confirmation</dt><dd>1</dd>" in page
    assert "Ferry Rider" not in page and "people.example" not in page
    assert '<td data-label="Signatures" class="num">3</td>' in shown(desk(cast).get(HOME))


# The mail queue


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 200), ("editor", 403), ("moderator", 403), ("viewer", 403)]
)
def test_the_mail_page_is_for_owners(cast: Cast, role: str, status: int) -> None:
    assert desk(cast, role).get(MAIL).status_code == status


def test_the_mail_page_names_nobody(cast: Cast, open_appeal: Appeal) -> None:
    sign(open_appeal, 1, confirmed=False)
    Message.objects.update(last_error="SMTPRecipientsRefused 550")
    page = shown(desk(cast).get(MAIL))
    assert "whole installation" in page and "asks to confirm a signature" in page
    assert "SMTPRecipientsRefused 550" in page
    assert "people.example" not in page and "Ferry Rider" not in page


def test_the_mail_page_says_when_the_queue_is_held(cast: Cast) -> None:
    assert "undersigned send-mail --release" not in shown(desk(cast).get(MAIL))
    queue.hold("restored")
    assert "undersigned send-mail --release" in shown(desk(cast).get(MAIL))


def test_the_desk_speaks_the_language_of_the_account(cast: Cast, draft_appeal: Appeal) -> None:
    cast.viewer.language = "ar"
    cast.viewer.save()
    page = desk(cast, "viewer").get(OVERVIEW)
    assert 'lang="ar" dir="rtl"' in page.content.decode()


def test_a_date_is_shown_in_the_time_zone_of_the_site(cast: Cast, settings: object) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"  # type: ignore[attr-defined]
    closes_at = (clock.now() + timedelta(days=40)).replace(hour=23, minute=30)
    draft.create_appeal(actor=cast.owner, team=cast.team, title="Late", closes_at=closes_at)
    day = (closes_at + timedelta(days=1)).day
    assert f" {day}," in shown(desk(cast).get(HOME)).split("Late")[1]


def test_publishing_from_another_window_is_seen(cast: Cast, draft_appeal: Appeal) -> None:
    client = desk(cast)
    assert "Publish version 1" in shown(client.get(OVERVIEW))
    publish.publish(actor=cast.editor, text=draft_appeal.texts.get())
    assert "Publish version 1" not in shown(client.get(OVERVIEW))
