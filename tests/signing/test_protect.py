"""Profiles: what each default does, and that protection is tightened and never loosened."""

from datetime import UTC, datetime, timedelta

import pyrage
import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from tests.cast import Cast
from tests.signing.crowd import confirmed, original, pending
from undersigned.accounts import age_keys
from undersigned.accounts.models import AuditRecord
from undersigned.accounts.permissions import Forbidden
from undersigned.appeals import draft, profiles
from undersigned.appeals.models import Appeal
from undersigned.lib import clock, journal, tokens
from undersigned.mailroom.models import Message
from undersigned.signing import (
    confirm,
    mine,
    names_later,
    protect,
    request,
    rhythm,
    sequence,
    withdraw,
)
from undersigned.signing.models import DelayedLine, PublicLine, Signature, Undo
from undersigned.signing.moderation import decide

pytestmark = pytest.mark.django_db
SAFETY = "/desk/appeals/night-ferry/safety/"


def profiled(cast: Cast, appeal: Appeal, profile: str) -> Appeal:
    return protect.change(actor=cast.owner, appeal=appeal, profile=profile)


def test_each_profile_has_a_rhythm() -> None:
    assert set(profiles.PROFILES) == set(rhythm.RHYTHMS) == set(Appeal.Profile.values)


@pytest.mark.parametrize(("profile", "days"), [("open", 180), ("careful", 90), ("at_risk", 30)])
def test_a_new_appeal_keeps_addresses_as_long_as_its_profile_says(
    cast: Cast, profile: str, days: int
) -> None:
    made = draft.create_appeal(actor=cast.owner, team=cast.team, title="Another", profile=profile)
    assert (made.profile, made.retention_days) == (profile, days)


def test_addresses_are_kept_no_longer_than_the_profile_allows(cast: Cast, draft_appeal: Appeal) -> None:
    profiled(cast, draft_appeal, "at_risk")
    with pytest.raises(ValidationError, match="at most 60 days"):
        draft.update_settings(actor=cast.owner, appeal=draft_appeal, retention_days=61)
    draft.update_settings(actor=cast.owner, appeal=draft_appeal, retention_days=60)


def test_it_is_tightened_at_any_time_and_shortens_retention(cast: Cast, open_appeal: Appeal) -> None:
    confirmed(original(open_appeal))
    profiled(cast, open_appeal, "careful")
    profiled(cast, open_appeal, "at_risk")
    appeal = Appeal.objects.get()
    assert (appeal.profile, appeal.retention_days) == ("at_risk", 30)
    record = AuditRecord.objects.latest("pk")
    assert (record.verb, record.detail) == ("appeal.profile", {"before": "careful", "after": "at_risk"})


@pytest.mark.parametrize("profile", ["open", "careful"])
def test_it_is_never_loosened_for_those_who_signed(cast: Cast, published, profile: str) -> None:
    appeal = profiled(cast, published.text.appeal, "at_risk")
    pending(original(appeal))
    with pytest.raises(ValidationError, match="not loosened"):
        profiled(cast, appeal, profile)
    assert Appeal.objects.get().profile == "at_risk"


def test_it_is_loosened_while_nobody_was_asked(cast: Cast, draft_appeal: Appeal) -> None:
    profiled(cast, draft_appeal, "at_risk")
    assert profiled(cast, draft_appeal, "open").retention_days == 180


def test_an_open_appeal_is_not_loosened(cast: Cast, open_appeal: Appeal) -> None:
    Appeal.objects.update(profile="careful")
    with pytest.raises(ValidationError, match="not loosened"):
        profiled(cast, open_appeal, "open")


def test_it_is_no_setting_among_others(cast: Cast, draft_appeal: Appeal) -> None:
    with pytest.raises(TypeError):
        draft.update_settings(actor=cast.owner, appeal=draft_appeal, profile="open")


def test_it_is_for_those_who_write(cast: Cast, draft_appeal: Appeal) -> None:
    for actor in (cast.moderator, cast.viewer, cast.outsider):
        with pytest.raises(Forbidden):
            protect.change(actor=actor, appeal=draft_appeal, profile="careful")
    for role, status in [("owner", 200), ("editor", 200), ("moderator", 403), ("outsider", 404)]:
        client = Client()
        client.force_login(getattr(cast, role))
        assert client.get(SAFETY).status_code == status
        assert client.post(SAFETY, {"profile": "careful"}).status_code == (302 if status == 200 else status)
        sealing = client.post(f"{SAFETY}seal/", {"sure": "1"}).status_code
        assert sealing == {"owner": 302, "outsider": 404}.get(role, 403)
    assert not Appeal.objects.get().is_sealed


def test_the_desk_refuses_to_loosen_and_says_why(cast: Cast, open_appeal: Appeal) -> None:
    profiled(cast, open_appeal, "careful")
    client = Client()
    client.force_login(cast.owner)
    answer = client.post(SAFETY, {"profile": "open"})
    assert answer.status_code == 422 and "tightened, not loosened" in answer.content.decode()
    assert client.post(SAFETY, {"profile": "nonsense"}).status_code == 422


@pytest.mark.parametrize(
    ("profile", "display"), [("open", "name"), ("careful", "name"), ("at_risk", "unlisted")]
)
def test_who_chooses_nothing_is_shown_as_the_profile_says(
    cast: Cast, open_appeal: Appeal, profile: str, display: str
) -> None:
    appeal = profiled(cast, open_appeal, profile)
    assert request.read(appeal, {"name": "Ana Sol", "email": "ana@people.example"}).display == display
    page = Client().get("/appeals/night-ferry/en/").content.decode()
    assert f'value="{display}" required id="id_display_' in page.replace(" checked", "")
    chosen = page.split('name="display"')[1 if display == "name" else 3]
    assert "checked" in chosen.split(">")[0]


@pytest.mark.parametrize(
    ("profile", "kept"),
    [
        ("open", datetime(2026, 3, 7, 14, 25, 36, 789, tzinfo=UTC)),
        ("careful", datetime(2026, 3, 7, 14, 59, 59, tzinfo=UTC)),
        ("at_risk", datetime(2026, 3, 7, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_moments_are_kept_as_exactly_as_the_profile_says(
    cast: Cast, open_appeal: Appeal, profile: str, kept: datetime
) -> None:
    at = datetime(2026, 3, 7, 14, 25, 36, 789, tzinfo=UTC)
    profiled(cast, open_appeal, profile)
    row = confirmed(original(open_appeal), at=at)
    assert (row.created_at, row.confirmed_at) == (kept, kept)
    sequence.record_due(force=True)
    row.refresh_from_db()
    ended = withdraw.withdraw(signature=row, keeps_name=False, at=at + timedelta(seconds=9))
    exactly = timedelta(seconds=9) if profile == "open" else timedelta(0)
    assert ended.ended_at == kept + exactly and Undo.objects.get().requested_at == kept + exactly


@pytest.mark.parametrize(("profile", "seconds"), [("careful", 3600), ("at_risk", 86_400)])
def test_no_number_of_a_row_tells_the_moment(
    cast: Cast, open_appeal: Appeal, profile: str, seconds: int
) -> None:
    profiled(cast, open_appeal, profile)
    row = pending(original(open_appeal))
    assert int.from_bytes(bytes(row.nonce)[:6], "big") % (seconds * 1000) == 0
    assert tokens.nonce_of("confirm", tokens.token("confirm", row.nonce)) == bytes(row.nonce)


@pytest.mark.parametrize(("profile", "mails"), [("open", 1), ("careful", 1), ("at_risk", 0)])
def test_the_private_page_goes_by_mail_as_the_profile_says(
    cast: Cast, open_appeal: Appeal, profile: str, mails: int
) -> None:
    profiled(cast, open_appeal, profile)
    row = confirmed(original(open_appeal), display="name")
    assert Message.objects.filter(kind="signed").count() == mails
    page = Client().get(f"/confirm/{tokens.token('confirm', row.nonce)}/").content.decode()
    assert ("No other message follows" in page) == (mails == 0)
    assert f"/mine/{tokens.token('mine', row.nonce)}/" in page


@pytest.mark.parametrize(("profile", "days"), [("careful", (1, 2)), ("at_risk", (3, 4))])
def test_names_appear_days_after_they_are_counted(
    cast: Cast, open_appeal: Appeal, profile: str, days: tuple[int, int]
) -> None:
    profiled(cast, open_appeal, profile)
    row = confirmed(original(open_appeal), display="name")
    confirmed(original(open_appeal), "Ben Roe", display="unlisted")
    sequence.record_due(force=True)
    assert Client().get("/api/v1/appeals/night-ferry").json()["signatures"]["recorded"] == 2
    page = Client().get("/appeals/night-ferry/names/").content.decode()
    assert "Ana Sol" not in page and "1 name appears in the next days" in page
    assert "1 of them asked not to be named" in page
    assert names_later.go(clock.now() + timedelta(days=days[0]) - timedelta(minutes=1)) == 0
    due = DelayedLine.objects.get().due_at
    assert (due.hour, due.minute, due.second) == (0, 0, 0)
    assert names_later.go(clock.now() + timedelta(days=days[1])) == 1
    page = Client().get("/appeals/night-ferry/names/").content.decode()
    assert "Ana Sol" in page and "next days" not in page
    assert PublicLine.objects.get(pk=row.pk).listed and not DelayedLine.objects.exists()


def test_taking_a_strike_back_shows_no_name_before_its_day(cast: Cast, open_appeal: Appeal) -> None:
    appeal = profiled(cast, open_appeal, "careful")
    row = confirmed(original(open_appeal), display="name")
    sequence.record_due(force=True)
    made = decide.decide(actor=cast.owner, appeal=appeal, act="strike", numbers=[row.pk], reason="a doubt")
    decide.undo(actor=cast.owner, decision=made)
    assert not PublicLine.objects.get(pk=row.pk).listed
    names_later.go(clock.now() + timedelta(days=3))
    assert PublicLine.objects.get(pk=row.pk).listed


def test_an_older_backup_neither_loosens_nor_unseals(cast: Cast, open_appeal: Appeal) -> None:
    keys = sorted(str(pyrage.x25519.Identity.generate().to_public()) for _one in "ab")
    age_keys.add(actor=cast.owner, team=cast.team, recipient=keys[0], label="Olive")
    profiled(cast, open_appeal, "at_risk")
    protect.seal(actor=cast.owner, appeal=open_appeal)
    Appeal.objects.update(profile="open", retention_days=180, sealed_at=None)
    # As if the second key had been entered after the backup.
    text = journal.path().read_text()
    journal.path().write_text(text.replace(keys[0], ",".join(keys)))
    assert (protect.replay(), protect.replay()) == (1, 0)
    found = Appeal.objects.get()
    assert (found.profile, found.retention_days, found.is_sealed) == ("at_risk", 30, True)
    assert age_keys.recipients(cast.team.pk) == keys


def test_names_appear_at_once_in_an_open_appeal(open_appeal: Appeal) -> None:
    confirmed(original(open_appeal))
    sequence.record_due(force=True)
    assert not DelayedLine.objects.exists() and PublicLine.objects.get().listed


def test_a_name_that_waits_does_not_slip_out_by_a_change(cast: Cast, open_appeal: Appeal) -> None:
    profiled(cast, open_appeal, "careful")
    row = confirmed(original(open_appeal))
    sequence.record_due(force=True)
    mine.change_display(signature=Signature.objects.get(pk=row.pk), display="pseudonym", pseudonym="Heron")
    assert not PublicLine.objects.get().listed
    withdraw.withdraw(signature=Signature.objects.get(pk=row.pk), keeps_name=False)
    assert names_later.go(clock.now() + timedelta(days=9)) == 0


def test_names_that_stand_stay_when_the_profile_is_tightened(cast: Cast, open_appeal: Appeal) -> None:
    confirmed(original(open_appeal))
    sequence.record_due(force=True)
    profiled(cast, open_appeal, "at_risk")
    confirmed(original(open_appeal), "Ben Roe", display="name")
    sequence.record_due(force=True)
    page = Client().get("/appeals/night-ferry/names/").content.decode()
    assert "Ana Sol" in page and "Ben Roe" not in page


@pytest.mark.parametrize("profile", ["open", "careful", "at_risk"])
def test_no_network_address_is_kept(cast: Cast, open_appeal: Appeal, profile: str) -> None:
    profiled(cast, open_appeal, profile)
    values = {"name": "Ana Sol", "email": "ana@people.example"}
    answer = Client(REMOTE_ADDR="203.0.113.77").post("/appeals/night-ferry/en/sign", values)
    assert answer.status_code == 303
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            assert "203.0.113" not in str(cursor.fetchall())


@pytest.mark.parametrize(
    ("profile", "words"), [("careful", "one to two days after"), ("at_risk", "your name is not shown")]
)
def test_the_form_says_it_in_plain_words(cast: Cast, open_appeal: Appeal, profile: str, words: str) -> None:
    assert words not in Client().get("/appeals/night-ferry/en/").content.decode()
    profiled(cast, open_appeal, profile)
    assert words in Client().get("/appeals/night-ferry/en/").content.decode()


def test_a_tightened_appeal_does_not_let_a_pending_link_through(cast: Cast, open_appeal: Appeal) -> None:
    """Moments are rounded up: a link to another spelling is never younger than the standing signature."""
    profiled(cast, open_appeal, "at_risk")
    version = original(open_appeal)
    stranger = pending(version, email="ana+x@people.example")
    own = pending(version, email="ana@people.example")
    assert confirm.confirm(token=tokens.token("confirm", own.nonce)).signature is not None
    done = confirm.confirm(token=tokens.token("confirm", stranger.nonce))
    assert done.outcome is confirm.Outcome.EXPIRED
