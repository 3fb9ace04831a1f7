"""A restored database forgets again whom it was told to forget."""

import pytest

from tests.cast import Cast
from undersigned.appeals.models import Appeal
from undersigned.circulation import answer, enrol, erasures, links, revoke
from undersigned.circulation.models import Carrier, DoNotWrite
from undersigned.lib import journal
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
