"""What this server can still read of a sealed appeal goes: older persons, older mail, the key of repeats."""

from datetime import datetime

from django.db import transaction

from undersigned.appeals.models import Appeal
from undersigned.lib import clock, emptied, keys
from undersigned.mailroom import passing, queue
from undersigned.mailroom.models import Message
from undersigned.signing import mails, repeats, sealing
from undersigned.signing.models import Person, RecordedEnd, SealedPerson, Signature

_CHUNK = 200
TABLES = ("signing_person", "signing_sealedperson", "signing_signature", *passing.TABLES)


def go(now: datetime | None = None) -> int:
    """Seals what was written before the appeal was sealed, or at that moment; gives the number of persons."""
    sealed = 0
    for appeal in Appeal.objects.filter(sealed_at__isnull=False):
        sealed += _persons(appeal)
        _end_repeats(appeal, now or clock.now())
    if sealed:
        emptied.sweep(TABLES)
    return sealed


def _persons(appeal: Appeal) -> int:
    done = 0
    waiting = Person.objects.filter(signature__appeal=appeal).order_by("pk")
    while numbers := list(waiting.values_list("pk", flat=True)[:_CHUNK]):
        with transaction.atomic():
            _mail(numbers)
            done += sealing.seal_rows(numbers)
    return done


def _mail(numbers: list[int]) -> None:
    """Their messages hold the address under the server's own key: those that were sent go, others pass."""
    refs = [mails.subject_ref_of(pk) for pk in numbers]
    found = Message.objects.filter(subject_ref__in=refs)
    under_way = found.filter(state__in=(Message.State.QUEUED, Message.State.HANDED))
    passing.mark(list(under_way.values_list("key", flat=True)), 0)
    gone = found.exclude(state__in=(Message.State.QUEUED, Message.State.HANDED))
    queue.forget_messages(list(gone.values_list("pk", flat=True)))


def _end_repeats(appeal: Appeal, now: datetime) -> None:
    """Once nobody can sign any more, nothing tells who signed: the keyed hashes go, then their key."""
    if not repeats.has_key(appeal) or not RecordedEnd.objects.filter(appeal=appeal).exists():
        return
    rows = Signature.objects.filter(appeal=appeal, repeat_key__isnull=False).order_by("pk")
    while numbers := list(rows.values_list("pk", flat=True)[:_CHUNK]):
        with transaction.atomic():
            Signature.objects.filter(pk__in=numbers).update(repeat_key=None)
            SealedPerson.objects.filter(pk__in=numbers).update(spelling=None)
    keys.destroy(repeats.key_name(appeal))
    emptied.sweep(TABLES)
