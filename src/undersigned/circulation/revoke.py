"""Taking a carrier back, changing what a carrier may do, and erasing who a carrier was."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals.models import Appeal, Text
from undersigned.circulation import expire, post, rights
from undersigned.circulation.covering import NotPossible
from undersigned.circulation.enrol import check_deadline
from undersigned.circulation.fields import clean_language
from undersigned.circulation.models import DEPTH_LIMIT, Carrier, Circulation
from undersigned.circulation.rights import Rights
from undersigned.lib import canonical, clock
from undersigned.lib.fields import FieldError
from undersigned.mailroom import queue


@transaction.atomic
def revoke(*, actor: User, carrier: Carrier, with_branch: bool = False) -> int:
    """Ends a carrier's links at once, with all below where asked; signatures stay. How many were ended."""
    require(actor, "carriers.manage", carrier.appeal.team)
    now = clock.now()
    numbers = [carrier.pk]
    if with_branch:
        layer = numbers
        while layer:
            layer = list(Carrier.objects.filter(parent__in=layer).values_list("pk", flat=True))
            numbers += layer
    ended = Carrier.objects.filter(pk__in=numbers, revoked_at__isnull=True).update(revoked_at=now)
    for number in Carrier.objects.filter(pk__in=numbers, sent_at__isnull=True).values_list("pk", flat=True):
        queue.forget(subject_ref=post.cover_ref(number))
    for number in numbers:
        queue.forget(subject_ref=post.reminder_ref(number))
    _record(actor, carrier, "carriers.revoke", ended=ended)
    return ended


@transaction.atomic
def change(
    *,
    actor: User,
    carrier: Carrier,
    given: Rights,
    deadline: datetime | None,
    language: str,
    text: Text | None = None,
) -> Carrier:
    """Changes rights, deadline, language and text; raises Forbidden, FieldError, NotPossible."""
    require(actor, "carriers.manage", carrier.appeal.team)
    row = (
        Carrier.objects.select_for_update(of=("self",)).select_related("appeal", "parent").get(pk=carrier.pk)
    )
    if row.revoked_at is not None or row.erased_at is not None:
        raise NotPossible(_("This carrier was taken back."))
    if deadline != row.deadline:
        check_deadline(deadline, clock.now())
    allowed = given.within(rights.of_appeal(row.appeal))
    if row.parent is not None:
        allowed = allowed.within(rights.of(row.parent))
    for name, value in allowed.as_fields().items():
        setattr(row, name, value)
    row.deadline = deadline
    row.language = clean_language(language)
    row.text = text
    row.silent_at = None if deadline is None or deadline > clock.now() else row.silent_at
    row.save(update_fields=[*allowed.as_fields(), "deadline", "language", "text", "silent_at"])
    _record(actor, carrier, "carriers.change", rights=[name for name, value in _pairs(allowed) if value])
    return row


def _pairs(given: Rights) -> list[tuple[str, bool]]:
    return [(name, getattr(given, name)) for name in rights.NAMES]


@transaction.atomic
def erase(*, actor: User, carrier: Carrier) -> None:
    """Deletes name, address, letter and replies; the place in the tree and the count remain, nameless."""
    require(actor, "carriers.manage", carrier.appeal.team)
    expire.forget([carrier.pk], clock.now())
    _record(actor, carrier, "carriers.erase")


@transaction.atomic
def settle(*, actor: User, appeal: Appeal, depth_max: int, author: str) -> Circulation:
    """How far the letter may travel and in whose name it is written; raises Forbidden, FieldError."""
    require(actor, "carriers.manage", appeal.team)
    if not 0 <= depth_max <= DEPTH_LIMIT:
        raise FieldError(_("Between 0 and %(most)s.") % {"most": DEPTH_LIMIT})
    try:
        author = canonical.one_line(author)[:200]
    except canonical.CanonicalError:
        raise FieldError(_("This holds characters that cannot be kept.")) from None
    row, _made = Circulation.objects.update_or_create(
        appeal=appeal, defaults={"depth_max": depth_max, "author": author}
    )
    audit.record(
        team=appeal.team,
        actor=actor,
        verb="carriers.settle",
        subject=f"appeal:{appeal.slug}",
        depth_max=depth_max,
    )
    return row


def _record(actor: User, carrier: Carrier, verb: str, **detail: object) -> None:
    audit.record(
        team=carrier.appeal.team,
        actor=actor,
        verb=verb,
        subject=f"carrier:{carrier.public_id}",
        **detail,
    )
