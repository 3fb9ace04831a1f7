from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.signing.crowd import confirmed, original
from undersigned.appeals.models import Appeal, Version
from undersigned.lib import clock, env, vault
from undersigned.mailroom.models import Message
from undersigned.mailroom.queue import PARAMS_CONTEXT, TO_CONTEXT
from undersigned.signing import expire, intake, people
from undersigned.signing.models import Signature
from undersigned.signing.request import Invalid, SignRequest, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(open_appeal: Appeal) -> Version:
    return original(open_appeal)


def request(**more: Any) -> SignRequest:
    return SignRequest(**{"name": "Ana Sol", "email": "ana@people.example", **more})


def sign(version: Version, **more: Any) -> None:
    intake.sign(version=version, request=request(**more), language="en")


def mails() -> list[tuple[str, str]]:
    rows = Message.objects.order_by("pk")
    return [(row.kind, vault.unseal(row.to_sealed, context=TO_CONTEXT)) for row in rows]


def test_it_stores_a_pending_row_and_its_mail_together(version: Version) -> None:
    sign(version, affiliation="Lower Quay Bakery", updates=True)
    row = Signature.objects.get()
    assert (row.state, row.version_id, row.display) == ("pending", version.pk, "name")
    assert (row.wants_updates, row.for_addressee, row.for_edition) == (True, False, False)
    assert row.consent_wording
    assert row.public_line.name == "Ana Sol"
    assert row.public_line.affiliation == "Lower Quay Bakery"
    assert not row.public_line.listed
    assert people.unseal(row.person)["email"] == "ana@people.example"
    assert mails() == [("confirm", "ana@people.example")]


def test_it_keeps_no_address_in_the_clear(version: Version) -> None:
    sign(version, display="unlisted")
    row = Signature.objects.get()
    assert b"ana@" not in bytes(row.person.sealed)
    assert b"Ana" not in bytes(row.person.sealed)
    assert row.public_line.name == ""


def test_a_pseudonym_alone_is_shown(version: Version) -> None:
    sign(version, display="pseudonym", pseudonym="Heron")
    assert Signature.objects.get().public_line.name == "Heron"


def test_the_mail_carries_no_word_that_was_typed(version: Version) -> None:
    sign(version, name="Buy Cheap Boats", affiliation="http://boats.example", place="Sea")
    sealed = vault.unseal_json(Message.objects.get().params_sealed, context=PARAMS_CONTEXT)
    assert "Boats" not in str(sealed)
    assert "boats" not in str(sealed)
    assert set(sealed) == {"title", "version", "title_language", "url", "code", "code_url", "days"}


def test_a_repeat_is_told_by_mail_with_the_way_to_what_stands(version: Version) -> None:
    standing = confirmed(version, "Ana Sol", email="ana@people.example")
    Message.objects.all().delete()
    sign(version, name="Somebody Else", email="ANA+x@people.example")
    assert mails() == [("already", "ana@people.example")]
    asked = Signature.objects.exclude(pk=standing.pk).get()
    assert Message.objects.get().subject_ref == f"signature:{asked.pk}"


def test_a_signature_of_another_version_is_asked_to_move(version: Version) -> None:
    confirmed(version, email="ana@people.example")
    Message.objects.all().delete()
    newer = Version.objects.create(
        text=version.text,
        number=2,
        source=version.source,
        canonical=b"other words",
        digest="d" * 43,
        title=version.title,
        language="en",
        published_at=clock.now(),
    )
    sign(newer)
    assert mails() == [("move", "ana@people.example")]


def test_a_signature_under_a_moderators_eye_is_not_moved(version: Version) -> None:
    standing = confirmed(version, email="ana@people.example")
    Signature.objects.filter(pk=standing.pk).update(state="held")
    Message.objects.all().delete()
    sign(version)
    assert mails() == [("already", "ana@people.example")]


def test_over_the_days_limit_nothing_waits_and_nothing_is_said(version: Version, configure: Any) -> None:
    configure(mails_per_address=2)
    for _ in range(5):
        sign(version)
    assert len(mails()) == 2
    assert Signature.objects.filter(created_at__gt=clock.now() - timedelta(days=1)).count() == 2
    sign(version, email="ana+other@people.example")
    assert len(mails()) == 2
    sign(version, email="bea@people.example")
    assert len(mails()) == 3


def test_the_limit_ends_after_a_day(version: Version, configure: Any) -> None:
    configure(mails_per_address=1)
    sign(version)
    Message.objects.update(created_at=clock.now() - timedelta(hours=25))
    Signature.objects.update(created_at=clock.now() - timedelta(hours=25))
    sign(version)
    assert len(mails()) == 2


def test_it_takes_nothing_when_closed(version: Version) -> None:
    after = version.text.appeal.closes_at
    assert after is not None
    with pytest.raises(intake.NotAccepted):
        intake.sign(version=version, request=request(), language="en", at=after + timedelta(seconds=1))
    assert not Signature.objects.exists()


def test_a_repeat_does_the_same_work(version: Version) -> None:
    def statements(email: str) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            sign(version, email=email)
        return [query["sql"].split("(")[0][:30] for query in captured.captured_queries]

    confirmed(version, email="ana@people.example")
    first = statements("new@people.example")
    assert statements("ana@people.example") == first
    assert len(first) <= 10


def test_all_errors_come_at_once_beside_their_fields(version: Version) -> None:
    appeal = version.text.appeal
    appeal.ask_affiliation = Appeal.Ask.REQUIRED
    appeal.ask_country = Appeal.Ask.OPTIONAL
    with pytest.raises(Invalid) as refused:
        read(appeal, {"email": "x", "display": "pseudonym", "country": "??", "updates": "perhaps"})
    assert set(refused.value.errors) == {"name", "email", "pseudonym", "affiliation", "country", "updates"}


def test_fields_that_are_not_asked_are_dropped(version: Version) -> None:
    appeal = version.text.appeal
    appeal.ask_place = Appeal.Ask.OFF
    found = read(appeal, {"name": "Ana", "email": "ana@people.example", "place": "Quay", "is_admin": "1"})
    assert found.place == ""


def test_a_pseudonym_with_the_name_chosen_is_asked_again(version: Version) -> None:
    values = {"name": "Ana", "email": "ana@people.example", "display": "name", "pseudonym": "Heron"}
    with pytest.raises(Invalid) as refused:
        read(version.text.appeal, values)
    assert set(refused.value.errors) == {"display"}


def test_past_the_days_mail_a_signature_is_written_all_the_same(version: Version) -> None:
    """An answer without a commit would be the faster one, and tell who signed today."""
    most = env.load().mails_per_address
    for _ in range(most + 3):
        sign(version)
    assert Message.objects.count() == most
    assert Signature.objects.count() == most + 3
    # What got no mail is stale from the start: never reminded, and swept away.
    assert expire.remind_pending() == 0
    assert expire.drop_stale() == 3
    assert Signature.objects.count() == most
