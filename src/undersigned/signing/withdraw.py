"""Withdrawing: the signature stops counting, and a dated line says that there was one."""

from datetime import datetime

from django.db import transaction

from undersigned.appeals import profiles
from undersigned.lib import clock
from undersigned.mailroom import queue
from undersigned.signing import ending, mails, people
from undersigned.signing.confirm import drop, family
from undersigned.signing.delivery import guard
from undersigned.signing.mine import NotPossible
from undersigned.signing.models import DelayedLine, Person, SealedPerson, Signature, Vouching


@transaction.atomic
def withdraw(*, signature: Signature, keeps_name: bool, at: datetime | None = None) -> Signature:
    """Takes a signature back; its dated line is nameless unless the person wants the name kept.

    Contact data and salts go at once. Raises NotPossible for a signature that does not stand; doing it
    twice changes nothing.
    """
    rows = family(signature)
    row = next((one for one in rows if one.pk == signature.pk), None)
    if row is None or row.state not in (*Signature.LIVE, Signature.State.WITHDRAWN):
        raise NotPossible
    if row.state == Signature.State.WITHDRAWN:
        return row
    now = at or clock.now()
    disputed = row.state == Signature.State.DISPUTED
    guard.left(rows, now)
    ending.ask_undo(row, "own", now)
    ending.release_moved(rows, now)
    row.state = Signature.State.WITHDRAWN
    row.ended_at = profiles.of(row.appeal).rounded(now)
    # An unlisted signature has no name to keep, and one that was never recorded no line.
    named = row.leaf_index is not None and bool(row.public_line.name)
    # A name in dispute may be another person's.
    row.keeps_name = keeps_name and named and not disputed
    row.wants_updates = row.for_addressee = row.for_edition = False
    row.salt_public = row.salt_private = None
    row.commitment = "" if row.leaf_index is None else row.commitment
    row.save()
    line = row.public_line
    if not row.keeps_name:
        people.fill_line(line, {}, display=row.display, language=row.version.language)
    line.listed = False
    line.save()
    Person.objects.filter(signature=row).delete()
    SealedPerson.objects.filter(signature=row).delete()
    DelayedLine.objects.filter(signature=row).delete()
    if row.kind == Signature.Kind.VOUCHED:
        Vouching.objects.filter(signature=row).update(name_key=None)
    queue.forget(subject_ref=mails.subject_ref(row))
    # What the address signed again meanwhile holds the same contact data, and would be reminded of.
    drop([one for one in rows if one.state == Signature.State.PENDING])
    return row
