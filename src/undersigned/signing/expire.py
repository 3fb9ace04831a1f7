"""What time does by itself: a reminder, the end of what was never confirmed, the end of retention.

When an appeal's retention period is over, everything that leads from its log to persons goes: contact
data, salts, mail, the key by which repeats were known. A public line stays where its signer agreed to
the permanent edition and archive; all other lines go too, since consent to the page was consent for as
long as the privacy notice says. The log and its counts stay for ever: they hold no personal data.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from undersigned.accounts import audit
from undersigned.appeals import retention
from undersigned.appeals.models import Appeal
from undersigned.ledger import append, publish, read
from undersigned.ledger.models import Log
from undersigned.lib import clock, env, keys
from undersigned.lib.emptied import truncate_wal
from undersigned.mailroom import queue
from undersigned.mailroom.models import Message
from undersigned.signing import mails, opening, people, repeats, sequence
from undersigned.signing.confirm import PENDING_FOR
from undersigned.signing.delivery import guard
from undersigned.signing.disputes import time as disputes
from undersigned.signing.models import (
    Decision,
    DelayedLine,
    Organisation,
    Person,
    PublicLine,
    RecordedEnd,
    SealedPerson,
    Signature,
    Vouching,
)
from undersigned.signing.organisations import tidy
from undersigned.signing.paper import wipe
from undersigned.tlog.leaf import Shred

_CHUNK = 500
_State = Signature.State
_ASIDE = (_State.HELD, _State.REFUSED, _State.WITHDRAWN, _State.STRUCK, _State.MOVED, _State.DISPUTED)


@dataclass
class Erased:
    """What went when one appeal's retention ended."""

    appeal: str
    contacts: int = 0
    lines: int = 0
    unconfirmed: int = 0
    messages: int = 0
    scans: int = 0

    def add(self, part: "Erased") -> None:
        """Counts what went in one more step."""
        for name in _NOTED:
            setattr(self, name, getattr(self, name) + getattr(part, name))


# How the report names each count.
_NOTED = {
    "contacts": retention.What.CONTACTS,
    "lines": retention.What.NAMES,
    "unconfirmed": retention.What.UNCONFIRMED,
    "messages": retention.What.MESSAGES,
    "scans": retention.What.SCANS,
}


def _note(appeal: Appeal, part: Erased, at: datetime) -> None:
    for name, what in _NOTED.items():
        retention.note(appeal.pk, what, getattr(part, name), at)


def remind_pending(now: datetime | None = None) -> int:
    """Reminds once of each signature that waits for its confirmation too long; gives the number of mails."""
    at = now or clock.now()
    reminded = 0
    # Whoever signed a sealed appeal has an address here only until the first mail is gone.
    for appeal in Appeal.objects.filter(state__in=opening.SIGNED, sealed_at__isnull=True):
        due = _pending(appeal).filter(
            created_at__lte=at - timedelta(hours=env.load().reminder_hours),
            created_at__gt=at - PENDING_FOR,
            reminded_at__isnull=True,
        )
        while numbers := list(due.order_by("created_at").values_list("pk", flat=True)[:_CHUNK]):
            with transaction.atomic():
                reminded += _remind(numbers, at)
    return reminded


def _pending(appeal: Appeal) -> QuerySet[Signature]:
    return Signature.objects.filter(appeal=appeal, state=_State.PENDING)


def _remind(numbers: Sequence[int], at: datetime) -> int:
    rows = list(
        Signature.objects.select_for_update(of=("self",))
        .filter(pk__in=numbers, state=_State.PENDING, reminded_at__isnull=True)
        .select_related("person", "version__text", "appeal")
        .order_by("pk")
    )
    Signature.objects.filter(pk__in=numbers).update(reminded_at=at)
    done: set[tuple[int, bytes]] = set()
    for row in rows:
        key = (row.appeal_id, bytes(row.repeat_key or b""))
        if key in done or not opening.accepts(row.appeal, at) or _needs_none(row, numbers, at):
            continue
        done.add(key)
        mails.remind(row, to=people.unseal(row.person)["email"], language=row.version.language)
    return len(done)


def _needs_none(row: Signature, numbers: Sequence[int], at: datetime) -> bool:
    """Whether the address has signed meanwhile, or was reminded of another try."""
    same = Signature.objects.filter(appeal_id=row.appeal_id, repeat_key=bytes(row.repeat_key or b""))
    # Two questions: each has its own index.
    if repeats.live(same).exists():
        return True
    reminded = same.filter(state=_State.PENDING, reminded_at__gte=at - PENDING_FOR)
    return reminded.exclude(pk__in=numbers).exists()


def drop_stale(now: datetime | None = None) -> int:
    """Deletes signatures that were not confirmed in 14 days, with all that was written; gives their number.

    First signatories stay on the organisers' list until the appeal opens: they can be asked again.
    """
    at = now or clock.now()
    wipe.drop_previews(at)
    return sum(_drop_stale(appeal, at) for appeal in Appeal.objects.all()) + tidy.drop_stale(at)


def _drop_stale(appeal: Appeal, at: datetime) -> int:
    stale = _pending(appeal).filter(created_at__lte=at - PENDING_FOR)
    if appeal.state == Appeal.State.DRAFT:
        stale = stale.filter(first_order__isnull=True)
    dropped = 0
    while True:
        with transaction.atomic():
            rows = list(stale.select_for_update(of=("self",)).order_by("created_at")[:_CHUNK])
            _drop(rows)
            retention.note(appeal.pk, retention.What.UNCONFIRMED, len(rows), at)
        dropped += len(rows)
        if len(rows) < _CHUNK:
            return dropped


def _drop(rows: Sequence[Signature]) -> int:
    """Deletes rows, their persons, lines and mail; gives the number of messages."""
    numbers = [row.pk for row in rows]
    messages = _forget_mail(rows)
    PublicLine.objects.filter(pk__in=numbers).delete()
    Person.objects.filter(pk__in=numbers).delete()
    SealedPerson.objects.filter(pk__in=numbers).delete()
    Signature.objects.filter(pk__in=numbers).delete()
    return messages


def _forget_mail(rows: Sequence[Signature]) -> int:
    refs = Message.objects.filter(subject_ref__in=[mails.subject_ref(row) for row in rows])
    found = list(refs.values_list("subject_ref", flat=True))
    for ref in set(found):
        queue.forget(subject_ref=ref)
    return len(found)


@dataclass
class ErasedEarly:
    """What went of an appeal before its contact data do."""

    appeal: str
    notes: int = 0
    scans: int = 0


def erase_early(now: datetime | None = None) -> list[ErasedEarly]:
    """Erases moderators' notes and scans whose own time is over; what went, by appeal."""
    at = now or clock.now()
    found = []
    whole = RecordedEnd.objects.filter(appeal=OuterRef("pk"), shred_leaf__isnull=False)
    for appeal in Appeal.objects.filter(~Exists(whole), state=Appeal.State.CLOSED):
        gone, days = ErasedEarly(appeal.slug), retention.kept(appeal)
        with transaction.atomic():
            if retention.is_over(appeal, days.notes, at):
                gone.notes = _forget_notes(appeal)
                retention.note(appeal.pk, retention.What.NOTES, gone.notes, at)
            if retention.is_over(appeal, days.scans, at):
                gone.scans = wipe.wipe_scans(appeal)
                retention.note(appeal.pk, retention.What.SCANS, gone.scans, at)
        if gone.notes or gone.scans:
            found.append(gone)
    return found


def _forget_notes(appeal: Appeal) -> int:
    # The states off the usual way have an index of their own, and a reason stands in no other.
    aside = Signature.objects.filter(appeal=appeal, state__in=_ASIDE).exclude(reason="")
    bodies = Organisation.objects.filter(appeal=appeal).exclude(reason="")
    decided = Decision.objects.filter(appeal=appeal, finished_at__isnull=False).exclude(reason="")
    return aside.update(reason="") + bodies.update(reason="") + decided.update(reason="")


def erase_expired(now: datetime | None = None) -> list[Erased]:
    """Erases what the retention period kept, for every appeal whose period is over; says what went."""
    at = now or clock.now()
    wipe.sweep(at)
    ended = RecordedEnd.objects.filter(shred_leaf__isnull=True).select_related("appeal__team")
    over = [
        end.appeal
        for end in ended
        if end.appeal.closed_at
        and end.appeal.closed_at + timedelta(days=end.appeal.retention_days) <= at
        and not sequence.is_waiting(end.appeal)
    ]
    return [_erase(appeal, at) for appeal in over]


def _erase(appeal: Appeal, at: datetime) -> Erased:
    """Erases in small transactions that may be broken off and begun again; the shred leaf comes last."""
    gone = Erased(appeal.slug)
    with transaction.atomic():
        guard.over(appeal.pk, at)
    last = 0
    while True:
        with transaction.atomic():
            rows = list(
                Signature.objects.select_for_update()
                .filter(appeal=appeal, pk__gt=last)
                .order_by("pk")
                .only("pk", "state", "for_edition", "appeal_id")[:_CHUNK]
            )
            part = Erased(appeal.slug)
            _erase_rows(rows, part)
            _note(appeal, part, at)
        gone.add(part)
        if len(rows) < _CHUNK:
            break
        last = rows[-1].pk
    rest = Erased(appeal.slug, contacts=tidy.erase_expired(appeal, at), scans=wipe.wipe_scans(appeal))
    disputes.erase_expired(appeal)
    wipe.wipe_appeal(appeal)
    _note(appeal, rest, at)
    gone.add(rest)
    _shred(appeal, gone, at)
    truncate_wal()
    return gone


def _erase_rows(rows: Sequence[Signature], gone: Erased) -> None:
    pending = [row for row in rows if row.state == _State.PENDING]
    gone.messages += _drop(pending)
    gone.unconfirmed += len(pending)
    kept = [row for row in rows if row.state != _State.PENDING]
    numbers = [row.pk for row in kept]
    gone.messages += _forget_mail(kept)
    gone.contacts += Person.objects.filter(pk__in=numbers).delete()[0]
    gone.contacts += SealedPerson.objects.filter(pk__in=numbers).delete()[0]
    DelayedLine.objects.filter(pk__in=numbers).delete()
    Vouching.objects.filter(pk__in=numbers, name_key__isnull=False).update(name_key=None)
    private = [row.pk for row in kept if not (row.for_edition and row.state in Signature.LIVE)]
    gone.lines += PublicLine.objects.filter(pk__in=private).delete()[0]
    Signature.objects.filter(pk__in=numbers).update(
        salt_public=None, salt_private=None, repeat_key=None, wants_updates=False, keeps_name=False, reason=""
    )


def _shred(appeal: Appeal, gone: Erased, at: datetime) -> None:
    """Destroys the key of repeats, then says in the log that nothing leads back; both may be repeated."""
    log = read.log_of(appeal.public_id)
    if log is None:
        raise Log.DoesNotExist(appeal.public_id)
    keys.destroy(repeats.key_name(appeal))
    with transaction.atomic():
        locked = Log.objects.select_for_update().get(pk=log.pk)
        index = sequence.place_of(locked, Shred())
        if index is None:
            index = append.append(log=locked, leaves=[Shred()], at=at)
        RecordedEnd.objects.filter(appeal=appeal).update(shred_leaf=index)
        retention.note(appeal.pk, retention.What.ENDED, 1, at)
        audit.record(
            team=appeal.team, actor=None, verb="appeal.erase", subject=f"appeal:{appeal.slug}",
            contacts=gone.contacts, lines=gone.lines, unconfirmed=gone.unconfirmed, messages=gone.messages,
        )  # fmt: skip
    publish.publish(log)
