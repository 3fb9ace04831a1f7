"""First signatories: entered by the organisers, each asked by mail to confirm before opening.

Nobody stands on the roll because somebody else wrote the name down: an entry is a signature that waits
for its own confirmation, like every other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals.models import Appeal, Version
from undersigned.lib import clock, env, tokens
from undersigned.lib.table import LineError
from undersigned.mailroom import queue
from undersigned.mailroom.models import Message, Suppression
from undersigned.signing import mails, people, repeats, sealing
from undersigned.signing.collation import sort_key
from undersigned.signing.confirm import PENDING_FOR, drop
from undersigned.signing.first_csv import ENTRIES_MAX, Entry, read_csv
from undersigned.signing.intake import add_pending
from undersigned.signing.models import PublicLine, Signature
from undersigned.signing.request import SignRequest

__all__ = [
    "ASKS_MAX", "BETWEEN", "Entry", "FirstLine", "LineError", "NotPossible", "Unacceptable", "ask_again",
    "conflicts", "invite_first", "lines", "move", "read_csv", "remove", "sort_by_name",
]  # fmt: skip

KIND = "first"
# A person who does not answer three mails has answered.
ASKS_MAX = 3
BETWEEN = timedelta(hours=24)


class NotPossible(Exception):
    """This cannot be done now; the message says why, for the organisers."""


class Unacceptable(Exception):
    """Entries that cannot be taken, none of them; `errors` say which and why."""

    def __init__(self, errors: list[LineError]) -> None:
        super().__init__("; ".join(str(error) for error in errors))
        self.errors = errors


@dataclass(frozen=True)
class FirstLine:
    """A first signatory as the organisers see them."""

    pk: int
    name: str
    email: str
    affiliation: str
    role: str
    version: int
    state: str
    state_name: str | Promise
    asked: int
    may_ask: bool
    may_remove: bool


@transaction.atomic
def invite_first(
    *, actor: User, version: Version, entries: Sequence[Entry], at: datetime | None = None
) -> list[Signature]:
    """Enters people behind those who are there and asks each by mail; all of them, or nobody.

    Raises Forbidden, NotPossible once the appeal is open, Unacceptable for who is on the list already.
    """
    appeal = version.text.appeal
    require(actor, "roll.invite", appeal.team)
    current = Appeal.objects.select_for_update().get(pk=appeal.pk)
    if current.state != Appeal.State.DRAFT:
        raise NotPossible(_("The appeal is open: first signatories are entered before."))
    errors = conflicts(version, entries)
    if errors:
        raise Unacceptable(errors)
    # Whether it is sealed is read under the lock.
    version.text.appeal = current
    now = at or clock.now()
    order = Signature.objects.filter(appeal=current).aggregate(last=Max("first_order"))["last"] or 0
    made = []
    for place, entry in enumerate(entries, start=order + 1):
        request = SignRequest(
            name=entry.name, email=entry.email, affiliation=entry.affiliation, role=entry.role
        )
        row = add_pending(version=version, request=request, first_order=place, at=now)
        _ask(row, entry.email, number=1)
        made.append(row)
    _audit(actor, current, "first.invite", number=len(made), version=version.number)
    return made


def conflicts(version: Version, entries: Sequence[Entry]) -> list[LineError]:
    """What keeps entries from being taken together with those who are on the list already."""
    appeal = version.text.appeal
    rows = Signature.objects.filter(appeal=appeal, first_order__isnull=False)
    if rows.count() + len(entries) > ENTRIES_MAX:
        return [LineError(0, _("A list can name at most %(most)d people.") % {"most": ENTRIES_MAX})]
    standing = rows.filter(state__in=[Signature.State.PENDING, *Signature.LIVE])
    taken = {bytes(key) for key in standing.values_list("repeat_key", flat=True) if key is not None}
    found = []
    own: set[bytes] = set()
    for entry in entries:
        key = repeats.repeat_key(appeal, entry.email)
        # Of two lines of one file with the same address, the file's reader has complained.
        if key in taken or (key in own and not entry.line):
            found.append(
                LineError(entry.line, _("%(name)s: this address is on the list.") % {"name": entry.name})
            )
        own.add(key)
    return found


def _ask(row: Signature, email: str, *, number: int) -> Message | None:
    """Queues the mail, unless the address had its day's share; it says who asks and for which letter."""
    version = row.version
    if queue.recent(email, clock.now() - BETWEEN, (*mails.ASKING, KIND)) >= env.load().mails_per_address:
        return None
    return queue.enqueue(
        key=f"{KIND}:{row.pk}:{number}",
        kind=KIND,
        to=email,
        language=version.language,
        params={
            "title": version.title,
            "title_language": version.language,
            "version": version.number,
            "controller": version.text.appeal.controller,
            "url": mails.link("confirm", "confirm", row),
            "code": tokens.code(row.pk, row.nonce),
            "code_url": env.load().base_url + reverse("confirm-code"),
            "days": mails.PENDING_DAYS,
        },
        subject_ref=mails.subject_ref(row),
        going=row.appeal.is_sealed,
    )


@transaction.atomic
def ask_again(*, actor: User, signature: Signature, at: datetime | None = None) -> None:
    """Asks once more, a day later at the earliest and three times in all; the link is good for 14 days again.

    Raises Forbidden, NotPossible.
    """
    row = _locked(actor, signature)
    if row.appeal.is_sealed:
        raise NotPossible(str(sealing.CANNOT_WRITE))
    now = at or clock.now()
    asks = Message.objects.filter(subject_ref=mails.subject_ref(row), kind=KIND)
    number = asks.count()
    if row.state != Signature.State.PENDING:
        raise NotPossible(_("This person has answered."))
    if number >= ASKS_MAX:
        raise NotPossible(_("This person was asked three times. Please ask in another way."))
    if asks.filter(created_at__gt=now - BETWEEN).exists():
        raise NotPossible(_("This person was asked less than a day ago."))
    row.created_at = now
    row.save(update_fields=["created_at"])
    if _ask(row, people.unseal(row.person)["email"], number=number + 1) is None:
        raise NotPossible(_("No mail can be sent to this address now."))
    _audit(actor, row.appeal, "first.ask", number=number + 1)


@transaction.atomic
def remove(*, actor: User, signature: Signature) -> None:
    """Takes somebody who has not confirmed off the list, with all data; raises Forbidden, NotPossible."""
    row = _locked(actor, signature)
    if row.state != Signature.State.PENDING:
        raise NotPossible(_("This person has confirmed; only they can withdraw."))
    drop([row])
    _audit(actor, row.appeal, "first.remove")


def _locked(actor: User, signature: Signature) -> Signature:
    require(actor, "roll.invite", signature.appeal.team)
    row = Signature.objects.select_for_update().filter(pk=signature.pk, first_order__isnull=False).first()
    if row is None:
        raise NotPossible(_("This person is not on the list any more."))
    return row


@transaction.atomic
def move(*, actor: User, signature: Signature, by: int) -> None:
    """Moves somebody up (-1) or down (1) the list; raises Forbidden."""
    require(actor, "roll.invite", signature.appeal.team)
    order = _order(signature.appeal)
    if signature.pk not in order:
        raise NotPossible(_("This person is not on the list any more."))
    place = order.index(signature.pk)
    to = max(0, min(place + by, len(order) - 1))
    order.insert(to, order.pop(place))
    _renumber(order)
    _audit(actor, signature.appeal, "first.move", signature=signature.pk, place=to + 1)


@transaction.atomic
def sort_by_name(*, actor: User, appeal: Appeal) -> None:
    """Puts the first signatories into alphabetical order; raises Forbidden."""
    require(actor, "roll.invite", appeal.team)
    names = dict(
        PublicLine.objects.filter(appeal=appeal, first_order__isnull=False).values_list("pk", "name")
    )
    order = sorted(_order(appeal), key=lambda pk: sort_key(names.get(pk, "")))
    _renumber(order)
    _audit(actor, appeal, "first.sort", number=len(order))


def _order(appeal: Appeal) -> list[int]:
    # The appeal's row stands for its order: two who move at once take turns.
    Appeal.objects.select_for_update().get(pk=appeal.pk)
    rows = Signature.objects.filter(appeal=appeal, first_order__isnull=False)
    return list(rows.order_by("first_order", "pk").values_list("pk", flat=True))


def _renumber(order: Sequence[int]) -> None:
    Signature.objects.bulk_update(
        [Signature(pk=pk, first_order=place) for place, pk in enumerate(order, 1)], ["first_order"], 300
    )
    PublicLine.objects.bulk_update(
        [PublicLine(pk=pk, first_order=place) for place, pk in enumerate(order, 1)], ["first_order"], 300
    )


_STATES = {
    "unasked": gettext_lazy("not asked yet"),
    "asked": gettext_lazy("asked"),
    "expired": gettext_lazy("did not answer in time"),
    "bounced": gettext_lazy("mail does not arrive"),
    "confirmed": gettext_lazy("confirmed"),
}


def lines(appeal: Appeal, *, at: datetime | None = None) -> list[FirstLine]:
    """The list in its order, with what became of each; for those who may invite."""
    now = at or clock.now()
    rows = list(
        Signature.objects.filter(appeal=appeal, first_order__isnull=False)
        .select_related("public_line", "person", "version")
        .order_by("first_order", "pk")
    )
    sent: dict[str, list[Message]] = {}
    refs = [mails.subject_ref(row) for row in rows]
    for start in range(0, len(refs), 900):
        for message in Message.objects.filter(kind=KIND, subject_ref__in=refs[start : start + 900]):
            sent.setdefault(message.subject_ref, []).append(message)
    dead = _dead({bytes(message.address_key) for asked in sent.values() for message in asked})
    return [_first_line(row, sent.get(mails.subject_ref(row), []), dead, now) for row in rows]


def _dead(hashes: set[bytes]) -> set[bytes]:
    wanted = list(hashes)
    found: set[bytes] = set()
    for start in range(0, len(wanted), 900):
        rows = Suppression.objects.filter(address_key__in=wanted[start : start + 900])
        found.update(bytes(key) for key in rows.values_list("address_key", flat=True))
    return found


def _first_line(row: Signature, asked: list[Message], dead: set[bytes], now: datetime) -> FirstLine:
    # Contact data are gone once somebody withdrew.
    person = people.unseal(row.person) if hasattr(row, "person") else {}
    line = getattr(row, "public_line", None)
    state = _state(row, asked, dead, now)
    pending = row.state == Signature.State.PENDING
    rested = all(message.created_at <= now - BETWEEN for message in asked)
    return FirstLine(
        pk=row.pk,
        name=person.get("name", "") or (line.name if line else ""),
        email=person.get("email", ""),
        affiliation=line.affiliation if line else "",
        role=line.role if line else "",
        version=row.version.number,
        state=state,
        state_name=_STATES.get(state, row.get_state_display()),
        asked=len(asked),
        may_ask=pending and bool(person) and state != "bounced" and rested and len(asked) < ASKS_MAX,
        may_remove=pending,
    )


def _state(row: Signature, asked: list[Message], dead: set[bytes], now: datetime) -> str:
    if row.state in (Signature.State.CONFIRMED, Signature.State.RECORDED):
        return "confirmed"
    if row.state != Signature.State.PENDING:
        return str(row.state)
    last = max(asked, key=lambda message: message.created_at, default=None)
    if last is None:
        return "unasked"
    if last.state == Message.State.FAILED or bytes(last.address_key) in dead:
        return "bounced"
    return "expired" if row.created_at + PENDING_FOR <= now else "asked"


def _audit(actor: User, appeal: Appeal, verb: str, **detail: int) -> None:
    audit.record(team=appeal.team, actor=actor, verb=verb, subject=f"appeal:{appeal.slug}", **detail)
