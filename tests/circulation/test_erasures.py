"""A restored database forgets again whom it was told to forget."""

from datetime import timedelta

import pytest

from tests.cast import Cast
from undersigned.appeals import derive, publish, reading
from undersigned.appeals.models import Appeal, Text
from undersigned.circulation import (
    answer,
    dispatch,
    enrol,
    erasures,
    expire,
    links,
    review,
    revoke,
)
from undersigned.circulation.covering import NotPossible
from undersigned.circulation.models import Carrier, DoNotWrite, Work
from undersigned.lib import clock, journal
from undersigned.mailroom.models import Message
from undersigned.signing import erase

pytestmark = pytest.mark.django_db


@pytest.fixture
def carrier(cast: Cast, open_appeal: Appeal) -> Carrier:
    entry = enrol.clean(name="Ana Sol", email="ana@people.example", language="en")
    return enrol.add(actor=cast.owner, appeal=open_appeal, entry=entry)


def test_an_erased_carrier_stays_erased(cast: Cast, carrier: Carrier) -> None:
    before = Carrier.objects.filter(pk=carrier.pk).values().get()
    revoke.erase(actor=cast.owner, carrier=carrier)
    assert "Ana" not in journal.path().read_text()
    Carrier.objects.filter(pk=carrier.pk).update(**before)
    assert erasures.replay() == 1
    row = Carrier.objects.get(pk=carrier.pk)
    assert (bytes(row.sealed), row.address_key) == (b"", None)
    assert erasures.replay() == 0
    # Lines about carriers are not taken for signatures.
    assert erase.replay_journal() == 0


def test_who_wants_no_letters_gets_none(carrier: Carrier) -> None:
    answer.stop(token=links.token(carrier))
    DoNotWrite.objects.all().delete()
    erasures.replay()
    assert DoNotWrite.objects.filter(address_key=bytes(carrier.address_key or b"")).exists()


def test_a_carrier_who_was_erased_meanwhile_is_not_written_to(cast: Cast, carrier: Carrier) -> None:
    """What the desk read before the erasure is no ground to write."""
    text = reading.original(carrier.appeal)
    made = Work.objects.create(carrier=carrier, text=text, appeal=carrier.appeal, created_at=clock.now())
    Carrier.objects.update(sent_at=clock.now() - timedelta(days=5), queued_at=clock.now() - timedelta(days=5))
    seen = Work.objects.select_related("carrier__appeal__team", "text", "appeal").get(pk=made.pk)
    revoke.erase(actor=cast.owner, carrier=carrier)
    review._tell(seen, "text-back", "1", words="No.")
    with pytest.raises(NotPossible):
        dispatch.remind_one(actor=cast.owner, carrier=seen.carrier)
    assert not Message.objects.exists()


def test_erasing_a_carrier_forgets_who_made_the_texts(cast: Cast, carrier: Carrier) -> None:
    """An unpublished text loses name and reason; a published one its name, unless time alone erased."""
    source = reading.current_version(reading.original(carrier.appeal))
    assert source is not None
    text = derive.plant(
        source=source, relation="adaptation", language=source.language, made_by="Ana Sol", reason="My street"
    )
    Work.objects.create(carrier=carrier, text=text, appeal=carrier.appeal, created_at=clock.now())
    revoke.erase(actor=cast.owner, carrier=carrier)
    text.refresh_from_db()
    assert (text.made_by, text.reason) == ("", "")
    Text.objects.filter(pk=text.pk).update(made_by="Ana Sol", reason="Shorter", draft=source.source)
    text.refresh_from_db()
    publish.publish(actor=cast.owner, text=text)
    expire.delete([carrier.pk], clock.now(), keep_credit=True)
    text.refresh_from_db()
    assert text.made_by == "Ana Sol"
    expire.delete([carrier.pk], clock.now())
    text.refresh_from_db()
    assert (text.made_by, text.reason) == ("", "Shorter")
