"""Retention: days for each kind, dates that readers are told, erased in time, a report without names."""

import argparse
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from tests.cast import Cast
from tests.signing import crowd, sheets
from undersigned.accounts.permissions import Forbidden
from undersigned.appeals import retention
from undersigned.appeals.models import Appeal
from undersigned.appeals.retention_models import RetentionReport
from undersigned.circulation import expire as carriers
from undersigned.circulation.models import Carrier
from undersigned.commands import erase_expired
from undersigned.lib import clock
from undersigned.signing import expire, moderate, opening, sequence
from undersigned.signing.models import Decision, Gathering, Person, Signature

pytestmark = pytest.mark.django_db
D = timedelta(days=1)


def report(appeal: Appeal) -> dict[str, int]:
    return dict(RetentionReport.objects.filter(appeal=appeal).values_list("what", "number"))


def shorter(cast: Cast, appeal: Appeal, **days: int) -> None:
    wanted = {"contacts": 180, "notes": 180, "scans": 180, "carriers": 180} | days
    retention.keep_for(actor=cast.editor, appeal=appeal, **wanted)


def test_nothing_is_kept_longer_than_the_contact_data(cast: Cast, open_appeal: Appeal) -> None:
    assert retention.kept(open_appeal) == retention.Kept(180, 180, 180, 180)
    with pytest.raises(ValidationError, match="longer than the contact data"):
        shorter(cast, open_appeal, contacts=90)
    shorter(cast, open_appeal, contacts=90, notes=30, scans=7, carriers=0)
    open_appeal.refresh_from_db()
    assert retention.kept(open_appeal) == retention.Kept(90, 30, 7, 0)


def test_what_people_agreed_to_is_only_shortened(cast: Cast, open_appeal: Appeal) -> None:
    shorter(cast, open_appeal, scans=30)
    with pytest.raises(ValidationError, match="only shortened"):
        shorter(cast, open_appeal, scans=31)
    with pytest.raises(ValidationError, match="only shortened"):
        shorter(cast, open_appeal, contacts=181, scans=30)
    with pytest.raises(Forbidden):
        retention.keep_for(actor=cast.moderator, appeal=open_appeal, contacts=1, notes=1, scans=1, carriers=1)


def test_each_kind_goes_in_its_own_time(cast: Cast, open_appeal: Appeal) -> None:
    version = crowd.original(open_appeal)
    row = crowd.confirmed(version, "Bo Reed")
    sheets.counted(cast, version, {"name": "Ana Sol"})
    sequence.record_due(force=True)
    moderate.strike(actor=cast.owner, signature=Signature.objects.get(pk=row.pk), reason="said so by phone")
    Decision.objects.create(
        appeal=open_appeal, reason="is Bo Bo?", created_at=clock.now(), finished_at=clock.now()
    )
    shorter(cast, open_appeal, notes=10, scans=5, carriers=3)
    opening.close_appeal(actor=cast.owner, appeal=Appeal.objects.get(pk=open_appeal.pk))
    now = clock.now()
    assert expire.erase_early(now + 4 * D) == []
    (gone,) = expire.erase_early(now + 6 * D)
    assert (gone.notes, gone.scans) == (0, 1)
    assert not Gathering.objects.filter(is_kept=True).exists()
    assert Person.objects.filter(signature__kind="paper").exists()
    (gone,) = expire.erase_early(now + 11 * D)
    assert (gone.notes, gone.scans) == (2, 0)
    assert not Signature.objects.exclude(reason="").exists()
    assert not Decision.objects.exclude(reason="").exists()
    assert expire.erase_early(now + 12 * D) == []
    assert report(open_appeal) == {"notes": 2, "scans": 1}


def test_carriers_go_before_those_who_signed(cast: Cast, open_appeal: Appeal) -> None:
    Carrier.objects.create(
        appeal=open_appeal, public_id="c" * 22, nonce=b"n" * 16, sealed=b"x", language="en",
        created_at=clock.now(),
    )  # fmt: skip
    shorter(cast, open_appeal, carriers=3)
    opening.close_appeal(actor=cast.owner, appeal=Appeal.objects.get(pk=open_appeal.pk))
    assert carriers.erase_due(clock.now() + 2 * D) == 0
    assert carriers.erase_due(clock.now() + 4 * D) == 1
    assert report(open_appeal) == {"carriers": 1}


def test_the_end_is_reported_in_numbers(cast: Cast, open_appeal: Appeal, client: Client) -> None:
    version = crowd.original(open_appeal)
    crowd.confirmed(version, "Ana Sol", edition=True)
    crowd.confirmed(version, "Bo Reed")
    crowd.pending(version, "Cy Dent")
    sequence.record_due()
    assert open_appeal.closes_at
    sequence.record_due(now=open_appeal.closes_at + timedelta(hours=25))
    open_appeal.refresh_from_db()
    assert open_appeal.closed_at
    expire.erase_expired(open_appeal.closed_at + 181 * D)
    told = report(open_appeal)
    assert told.pop("messages") > 0
    assert told == {"contacts": 2, "names": 1, "unconfirmed": 1, "ended": 1}
    client.force_login(cast.editor)
    page = client.get(f"/desk/appeals/{open_appeal.slug}/retention/").content.decode()
    assert "salts and keys" in page and "Bo Reed" not in page and "Ana Sol" not in page


def test_the_command_says_what_went(
    cast: Cast, open_appeal: Appeal, capsys: pytest.CaptureFixture[str]
) -> None:
    row = crowd.confirmed(crowd.original(open_appeal), "Bo Reed")
    sequence.record_due(force=True)
    moderate.strike(actor=cast.owner, signature=Signature.objects.get(pk=row.pk), reason="by phone")
    shorter(cast, open_appeal, notes=0)
    opening.close_appeal(actor=cast.owner, appeal=Appeal.objects.get(pk=open_appeal.pk))
    assert erase_expired.run(argparse.Namespace()) == 0
    out = capsys.readouterr().out
    assert "carriers whose time is over: 0 erased" in out
    assert f"{open_appeal.slug}: 1 moderators' notes and 0 scans erased" in out and "Bo" not in out


def test_the_desk_sets_the_days_and_the_notice_tells_them(
    cast: Cast, open_appeal: Appeal, client: Client
) -> None:
    place = f"/desk/appeals/{open_appeal.slug}/retention/"
    client.force_login(cast.editor)
    days = {"contacts": "90", "notes": "30", "scans": "7", "carriers": "1"}
    assert client.post(place, days | {"notes": "91"}).status_code == 422
    assert client.post(place, days | {"notes": "soon"}).status_code == 422
    assert client.post(place, days).status_code == 302
    assert "until" in client.get(place).content.decode()
    notice = client.get(f"/appeals/{open_appeal.slug}/privacy/").content.decode()
    for told in ("erased 90 days", "noted is erased 30 days", "destroyed 7 days", "erased 1 day after"):
        assert told in notice
    client.force_login(cast.viewer)
    assert client.get(place).status_code == 200
    assert client.post(place, days).status_code in (403, 404)
    client.force_login(cast.outsider)
    assert client.get(place).status_code == 404
