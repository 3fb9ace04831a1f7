import csv
import io
import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.cast import Cast
from tests.signing import crowd
from tests.signing.organisations.societies import asked, signed
from undersigned.accounts.models import AuditRecord
from undersigned.accounts.permissions import Forbidden
from undersigned.appeals.models import Appeal, Version
from undersigned.ledger.published import Count, published
from undersigned.signing import export, sequence
from undersigned.signing.models import Organisation
from undersigned.signing.organisations import moderate, roll, stand, tidy

pytestmark = pytest.mark.django_db
State = Organisation.State


@pytest.fixture
def by_hand(cast: Cast, version: Version) -> Version:
    moderate.set_rule(actor=cast.owner, appeal=version.text.appeal, accepts=True, by_hand=True)
    return version


def page_of(row: Organisation) -> str:
    return reverse("desk-organisation", args=[row.appeal.slug, row.pk])


def test_a_moderator_approves(client: Client, cast: Cast, by_hand: Version) -> None:
    row = signed(by_hand)
    client.force_login(cast.moderator)
    assert "ida@ferry.example" in client.get(page_of(row)).content.decode()
    assert client.post(page_of(row), {"act": "approve"}).status_code == 302
    assert Organisation.objects.get().state == State.SIGNED
    said = AuditRecord.objects.get(verb="organisation.approve")
    assert "Union" not in f"{said.subject}{said.detail}"


def test_a_refusal_needs_its_reason_and_the_organisation_reads_it(
    client: Client, cast: Cast, by_hand: Version
) -> None:
    row = signed(by_hand)
    client.force_login(cast.moderator)
    assert client.post(page_of(row), {"act": "refuse", "reason": " "}).status_code == 422
    assert client.post(page_of(row), {"act": "refuse", "reason": "Not known"}).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.reason) == (State.REFUSED, "Not known")
    with pytest.raises(stand.NotPossible):
        moderate.approve(actor=cast.owner, organisation=row)


def test_the_same_domain_twice_is_said(client: Client, cast: Cast, by_hand: Version) -> None:
    client.force_login(cast.moderator)
    client.post(page_of(signed(by_hand)), {"act": "approve"})
    assert client.post(page_of(signed(by_hand)), {"act": "approve"}).status_code == 422


def test_one_that_is_struck_out_leaves_list_and_count(client: Client, cast: Cast, version: Version) -> None:
    row = signed(version)
    sequence.record_due(force=True)
    appeal = version.text.appeal
    assert len(roll.page(appeal).lines) == 1
    client.force_login(cast.moderator)
    assert client.post(page_of(row), {"act": "strike", "reason": "No such union"}).status_code == 302
    assert roll.page(appeal).lines == []
    sequence.record_due(force=True)
    total = sum(published([appeal.public_id])[appeal.public_id].versions.values(), start=Count())
    assert (total.signatures, total.org, total.struck) == (0, 0, 1)
    assert tidy.unfit(appeal) == []


def test_roles_see_what_they_may(client: Client, cast: Cast, version: Version) -> None:
    row = signed(version)
    listed = reverse("desk-organisations", args=[row.appeal.slug])
    client.force_login(cast.viewer)
    assert client.get(f"{listed}?state=signed").status_code == 200
    assert "ida@ferry.example" not in client.get(page_of(row)).content.decode()
    assert client.post(page_of(row), {"act": "strike", "reason": "x"}).status_code == 403
    client.force_login(cast.moderator)
    assert client.post(reverse("desk-organisations-rule", args=[row.appeal.slug])).status_code in (403, 404)
    client.force_login(cast.outsider)
    for address in (listed, page_of(row)):
        assert client.get(address).status_code == 404


def test_no_act_skips_the_permission(cast: Cast, version: Version) -> None:
    row = signed(version)
    for actor in (cast.viewer, cast.outsider):
        with pytest.raises(Forbidden):
            moderate.approve(actor=actor, organisation=row)
        with pytest.raises(Forbidden):
            moderate.refuse(actor=actor, organisation=row, reason="x")
        with pytest.raises(Forbidden):
            moderate.strike(actor=actor, organisation=row, reason="x")
        with pytest.raises(Forbidden):
            moderate.set_rule(actor=actor, appeal=row.appeal, accepts=False, by_hand=False)


def test_lists_are_paged_and_their_cost_is_flat(client: Client, cast: Cast, version: Version) -> None:
    client.force_login(cast.viewer)
    address = reverse("desk-organisations", args=[version.text.appeal.slug]) + "?state=waiting"

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    for number in range(2):
        asked(version, domain=f"n{number}.example")
    cost()
    few = cost()
    for number in range(55):
        asked(version, domain=f"m{number}.example")
    assert cost() == few
    page = client.get(address).content.decode()
    assert page.count("desk/appeals/night-ferry/organisations/") >= 50
    assert "&amp;after=" in page


def test_readers_page_through_the_list(
    client: Client, version: Version, open_appeal: Appeal, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        signed(version, name=f"Union {number}", domain=f"u{number}.example", email=f"ida@u{number}.example")
    sequence.record_due(force=True)
    first = roll.page(open_appeal, size=3)
    second = roll.page(open_appeal, after=first.next, size=3)
    assert [line.name for line in first.lines + second.lines] == [f"Union {number}" for number in range(5)]
    assert second.next is None
    with pytest.raises(roll.BadCursor):
        roll.page(open_appeal, after="x" * 40)
    page = client.get(reverse("names-organisations", args=[open_appeal.slug])).content.decode()
    assert "5 organisations signed" in page
    assert client.get(reverse("names-organisations", args=[open_appeal.slug]) + "?after=x").status_code == 302


def test_they_are_counted_apart(client: Client, version: Version, open_appeal: Appeal) -> None:
    crowd.confirmed(version, affiliation="Ferry Users' Union")
    signed(version)
    sequence.record_due(force=True)
    found = client.get(f"/api/v1/appeals/{open_appeal.slug}").json()
    assert found["signatures"]["recorded"] == 2
    listed = client.get(f"/api/v1/appeals/{open_appeal.slug}/organisations").json()
    assert [line["name"] for line in listed["organisations"]] == ["Ferry Users' Union"]
    assert (listed["recorded"], listed["next"]) == (1, None)
    page = client.get(reverse("names", args=[open_appeal.slug])).content.decode()
    assert "1 of them by an organisation" in page
    assert "asked not to be named" not in page
    assert "for identification only" in page
    letter = client.get(reverse("letter", args=[open_appeal.slug, version.text.slug])).content.decode()
    assert "1 of them by an organisation" in letter


@pytest.mark.parametrize("public", [True, False])
def test_the_export_holds_them_behind_the_people(version: Version, cast: Cast, public: bool) -> None:
    crowd.confirmed(version, affiliation="Ferry Users' Union")
    signed(version, name="=Union", shows_officers=True)
    sequence.record_due(force=True)
    write = export.public_rows if public else export.rows
    text = b"".join(write(cast.owner, version.text.appeal, "csv")).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["kind"] for row in rows] == ["mail", "org"]
    assert rows[0]["affiliation_note"] == "For identification only"
    shown = "name" if public else "shown_name"
    assert (rows[1][shown], rows[1]["domain"], rows[1]["affiliation"]) == ("'=Union", "ferry.example", "")
    assert rows[1]["officers"] == "Ida Berg, Chair"
    found: Any = json.loads(b"".join(write(cast.owner, version.text.appeal, "json")))
    assert [row["kind"] for row in found["signatures"]] == ["mail", "org"]


def test_the_peoples_list_shows_no_organisation(client: Client, cast: Cast, version: Version) -> None:
    row = signed(version)
    assert row.signature is not None
    client.force_login(cast.moderator)
    page = client.get(reverse("desk-roll", args=[row.appeal.slug]) + "?state=confirmed")
    assert "No signature is in this state" in page.content.decode()
    assert client.get(reverse("desk-strike", args=[row.appeal.slug, row.signature.pk])).status_code == 404
