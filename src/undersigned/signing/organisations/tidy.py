"""What time does by itself to organisations: looks at the DNS, ends what was never confirmed, erases."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from undersigned.appeals.models import Appeal
from undersigned.lib import clock
from undersigned.signing.models import Organisation, Signature
from undersigned.signing.organisations import confirm, mails, stand, withdraw

_State = Organisation.State
_CHUNK = 200
# So many domains are looked up in one round, and each at most once in so long.
_LOOKS, _AGAIN = 10, timedelta(hours=1)
# A round must not last long where name servers are silent.
_SECONDS = 6.0
# Whoever must have a record made by others has longer than whoever reads mail.
DOMAIN_FOR = timedelta(days=60)


def waits() -> bool:
    """Whether any request waits for its domain."""
    return _waiting().exists()


def _waiting() -> QuerySet[Organisation]:
    return Organisation.objects.filter(state=_State.CONFIRMED, checked_at__isnull=True)


def look_again(look: confirm.Look, now: datetime | None = None) -> int:
    """Looks at the DNS for those who wait for it, the longest unseen first; how many were found in order."""
    at = now or clock.now()
    unseen = _waiting().filter(Q(looked_at__isnull=True) | Q(looked_at__lte=at - _AGAIN))
    rows = unseen.select_related("appeal__team", "version__text", "signature")
    found = 0
    began = time.monotonic()
    for row in rows.order_by(F("looked_at").asc(nulls_first=True), "pk")[:_LOOKS]:
        try:
            found += confirm.check(organisation=row, look=look, at=at).checked_at is not None
        except stand.NotPossible:
            continue
        if time.monotonic() - began > _SECONDS:
            break
    return found


def drop_stale(now: datetime | None = None) -> int:
    """Deletes requests that were not confirmed in time, and those whose domain never was; their number."""
    at = now or clock.now()
    waiting = Organisation.objects.filter(state=_State.WAITING, created_at__lte=at - confirm.WAITING_FOR)
    unproved = Organisation.objects.filter(state=_State.CONFIRMED, created_at__lte=at - DOMAIN_FOR)
    return _drop(waiting) + _drop(unproved) + _forget_moved(at)


def _drop(stale: QuerySet[Organisation]) -> int:
    dropped = 0
    while True:
        with transaction.atomic():
            rows = list(stale.select_for_update(of=("self",)).order_by("created_at")[:_CHUNK])
            _delete(rows)
        dropped += len(rows)
        if len(rows) < _CHUNK:
            return dropped


def _delete(rows: Sequence[Organisation]) -> None:
    for row in rows:
        mails.forget(row)
    Organisation.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _forget_moved(now: datetime) -> int:
    """Officers of signatures that moved are those of the newer one; the older row needs none."""
    with transaction.atomic():
        rows = list(
            Organisation.objects.select_for_update(of=("self",)).filter(
                state=_State.MOVED, erased_at__isnull=True
            )[:_CHUNK]
        )
        for row in rows:
            withdraw.forget_officers(row, now)
            row.save()
    return len(rows)


def erase_expired(appeal: Appeal, now: datetime) -> int:
    """When an appeal's retention is over: officers go, names too unless the edition keeps them."""
    gone, last = 0, 0
    while True:
        with transaction.atomic():
            rows = list(
                Organisation.objects.select_for_update(of=("self",))
                .filter(appeal=appeal, pk__gt=last)
                .order_by("pk")[:_CHUNK]
            )
            gone += sum(_erase(row, now) for row in rows)
        if len(rows) < _CHUNK:
            return gone
        last = rows[-1].pk


def _erase(row: Organisation, now: datetime) -> int:
    if row.state in Organisation.OPEN:
        _delete([row])
        return 1
    had = bool(row.sealed)
    withdraw.forget_officers(row, now)
    row.sealed = b""
    row.repeat_key = None
    row.reason = ""
    if not (row.for_edition and row.state == _State.SIGNED):
        withdraw.blank(row)
    row.save()
    return int(had)


def after_mending(signatures: Sequence[int], now: datetime) -> None:
    """Organisations whose signature the log had undone are withdrawn, namelessly, in the caller's turn."""
    rows = Organisation.objects.select_for_update(of=("self",)).filter(signature__in=signatures)
    for row in rows.exclude(state=_State.WITHDRAWN):
        row.state, row.ended_at = _State.WITHDRAWN, now
        withdraw.blank(row)
        withdraw.forget_officers(row, now)
        row.save()


def unfit(appeal: Appeal) -> list[str]:
    """Where rows and signatures contradict each other, a sentence each; for the checker."""
    rows = Organisation.objects.filter(appeal=appeal)
    signs = Signature.objects.filter(appeal=appeal, kind=Signature.Kind.ORG)
    live = Q(signature__state__in=Signature.LIVE)
    found = [
        (rows.filter(state=_State.SIGNED).exclude(live), "signed without a signature that stands"),
        (rows.exclude(state=_State.SIGNED).filter(live), "not signed, and its signature stands"),
        (rows.filter(signature__isnull=False).exclude(signature__kind="org"), "with another's signature"),
        (
            rows.filter(signature__isnull=False).exclude(signature__version=F("version")),
            "with a signature of another version",
        ),
    ]
    said = [f"organisation {pk}: {what}" for some, what in found for pk in some.values_list("pk", flat=True)]
    lost = signs.filter(state__in=Signature.LIVE, organisation__isnull=True).values_list("pk", flat=True)
    return said + [f"signature {pk}: of an organisation that is not there" for pk in lost]
