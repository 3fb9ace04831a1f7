"""Two of one domain at the same moment, and name servers that keep silent while logs are due."""

import threading
import time

import pytest
from django.db import connections

from tests.signing import crowd
from tests.signing.organisations.societies import NameServer, asked, signed
from tests.signing.test_sequence_race import at_once
from undersigned.ledger.published import published
from undersigned.signing import publisher, sequence
from undersigned.signing.models import Organisation, Signature
from undersigned.signing.organisations import confirm

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_of_one_domain_that_confirm_at_once_one_signs(open_appeal):
    version = crowd.original(open_appeal)
    both = [asked(version, email=f"officer{n}@ferry.example", name=f"Union {n}") for n in (1, 2)]
    raised = at_once(*[lambda row=row: confirm.confirm(organisation=row) for row in both])
    assert raised == []
    # The other waits for the organisers, who see both.
    assert sorted(Organisation.objects.values_list("state", flat=True)) == ["checked", "signed"]
    assert Signature.objects.filter(kind=Signature.Kind.ORG, state__in=Signature.LIVE).count() == 1
    sequence.record_due(force=True)
    log = published([open_appeal.public_id])[open_appeal.public_id]
    assert sum(count.org for count in log.versions.values()) == 1


def test_one_request_confirmed_twice_at_once_signs_once(open_appeal):
    row = asked(crowd.original(open_appeal))
    assert at_once(*[lambda: confirm.confirm(organisation=row) for _ in range(3)]) == []
    assert Signature.objects.filter(kind=Signature.Kind.ORG).count() == 1


def test_a_silent_name_server_keeps_no_log_waiting(open_appeal, names: NameServer):
    names.is_silent = True
    version = crowd.original(open_appeal)
    for number in range(2):
        signed(version, email="ida@elsewhere.example", domain=f"quay{number}.example")
    stop = threading.Event()
    loop = threading.Thread(target=_publish, args=(stop,))
    loop.start()
    try:
        _until(lambda: bool(names.questions))
        began = time.monotonic()
        person = crowd.confirmed(version, "Ana Sol")
        # The minute of an open appeal's rhythm has passed.
        Signature.objects.filter(pk=person.pk).update(confirmed_at="2020-01-01T00:00:00Z")
        _until(lambda: Signature.objects.get(pk=person.pk).state == Signature.State.RECORDED)
        took = time.monotonic() - began
    finally:
        stop.set()
        for thread in [loop, *(one for one in threading.enumerate() if one.name == "domains")]:
            thread.join(20)
    assert took < 5, "two domains are waited for eight seconds"


def _publish(stop: threading.Event) -> None:
    publisher.publish_loop(stop)
    connections.close_all()


def _until(is_so) -> None:
    end = time.monotonic() + 15
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.05)
