"""Erasing who carried: at once where it is asked for, and when an appeal's retention has ended."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from undersigned.appeals import retention
from undersigned.appeals.models import Appeal, Text, Version
from undersigned.circulation import post
from undersigned.circulation.models import Carrier, CoveringLetter, EditionLetter, Reply, Work
from undersigned.lib import journal
from undersigned.mailroom import queue

_CHUNK = 200


@transaction.atomic
def forget(numbers: Sequence[int], now: datetime, *, keep_agreed: bool = False) -> None:
    """Deletes names, addresses, letters, replies and mail of these carriers; places and counts remain.

    First the journal, then the rows: a database restored from an old copy learns of it. `keep_agreed`:
    letters that their writers gave to the permanent edition outlive the time for which carriers are kept.
    """
    theirs = EditionLetter.objects.filter(carrier__in=list(numbers))
    if keep_agreed:
        theirs = theirs.exclude(consent=EditionLetter.Consent.YES, included_at__isnull=False)
    going = list(theirs.values_list("public_id", flat=True))
    journal.append([f"{now.date().isoformat()} letter {public_id}" for public_id in going])
    drop_letters(going)
    erased = Carrier.objects.filter(pk__in=list(numbers)).values_list("public_id", flat=True)
    journal.append([f"{now.date().isoformat()} carrier {public_id}" for public_id in erased])
    delete(numbers, now, keep_credit=keep_agreed)


def delete(numbers: Sequence[int], now: datetime, *, keep_credit: bool = False) -> None:
    """The erasure itself, in the caller's transaction.

    `keep_credit`: whose text was published stays named under it, as when time alone erases.
    """
    rows = Carrier.objects.filter(pk__in=list(numbers))
    rows.update(sealed=b"", address_key=None, erased_at=now)
    rows.filter(revoked_at__isnull=True).update(revoked_at=now)
    EditionLetter.objects.filter(carrier__in=list(numbers)).update(carrier=None, reply=None)
    CoveringLetter.objects.filter(carrier__in=list(numbers)).delete()
    Reply.objects.filter(carrier__in=list(numbers)).delete()
    Work.objects.filter(carrier__in=list(numbers)).update(sealed=b"")
    _forget_makers(numbers, keep_credit=keep_credit)
    # Signing stands above this app: its voucher is reached from the carrier alone.
    for carrier in rows.filter(voucher__isnull=False).select_related("voucher"):
        carrier.voucher.forget()
    for number in numbers:
        queue.forget(subject_ref=post.cover_ref(number))
        queue.forget(subject_ref=post.reminder_ref(number))


def _forget_makers(numbers: Sequence[int], *, keep_credit: bool) -> None:
    """Texts that these carriers made name nobody any more; what was published keeps its reason."""
    made = Text.objects.filter(work__carrier__in=list(numbers))
    published = Exists(Version.objects.filter(text=OuterRef("pk")))
    made.filter(~published).update(made_by="", reason="")
    if not keep_credit:
        made.filter(published).update(made_by="")


def drop_letters(public_ids: Sequence[str]) -> None:
    """Deletes letters that were kept for the edition, and the mail that asked about them."""
    rows = EditionLetter.objects.filter(public_id__in=list(public_ids))
    for number in rows.values_list("pk", flat=True):
        queue.forget(subject_ref=f"edition-letter:{number}")
    rows.delete()


def erase_due(now: datetime) -> int:
    """Erases the carriers of appeals whose days for carriers after closing are over; how many."""
    erased = 0
    there = Exists(Carrier.objects.filter(appeal=OuterRef("pk"), erased_at__isnull=True))
    for appeal in Appeal.objects.filter(there, state=Appeal.State.CLOSED):
        if not retention.is_over(appeal, retention.kept(appeal).carriers, now):
            continue
        while True:
            rows = Carrier.objects.filter(appeal=appeal, erased_at__isnull=True).order_by("pk")
            numbers = list(rows.values_list("pk", flat=True)[:_CHUNK])
            if not numbers:
                break
            with transaction.atomic():
                forget(numbers, now, keep_agreed=True)
                retention.note(appeal.pk, retention.What.CARRIERS, len(numbers), now)
            erased += len(numbers)
    return erased
