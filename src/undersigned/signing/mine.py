"""The private page's acts: what a signer may see and change of their own signature."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from undersigned.appeals import profiles
from undersigned.ledger.errors import NotPublished
from undersigned.ledger.models import Log
from undersigned.ledger.receipt import receipt
from undersigned.lib import clock, tokens
from undersigned.signing import commitment, people, sealing
from undersigned.signing.confirm import family
from undersigned.signing.delivery import guard, tell
from undersigned.signing.models import Amendment, DelayedLine, PublicLine, SealedPerson, Signature

__all__ = [
    "Change", "NotPossible", "NotPublished", "ask_amend", "change_consents", "change_display", "find",
    "receipt_state", "receipt_text", "unsubscribe",
]  # fmt: skip


class NotPossible(Exception):
    """The signature is in a state in which this cannot be done."""


@dataclass(frozen=True)
class Change:
    """What can be had of a receipt now: the short form, and the full form that opens the last change too."""

    short: bool
    full: bool


def find(token: str, purpose: str = "mine") -> Signature | None:
    """The signature of a private link, None for anything else."""
    nonce = tokens.nonce_of(purpose, token)
    if nonce is None:
        return None
    return (
        Signature.objects.select_related(
            "appeal__team", "version__text", "public_line", "person", "carrier", "vouching__voucher"
        )
        .filter(nonce=nonce)
        .first()
    )


@transaction.atomic
def change_display(
    *, signature: Signature, display: str, pseudonym: str = "", name: str = "", at: datetime | None = None
) -> Signature:
    """Shows a signature otherwise from now on; the log follows with the next batch, no count changes.

    `display` and `pseudonym` are cleaned (`request.read_display`). `name` is asked where the appeal is sealed
    and no name is shown: this server does not know it. Raises NotPossible.
    """
    row = (
        Signature.objects.select_for_update(of=("self",)).select_related("appeal__team").get(pk=signature.pk)
    )
    own = sealing.of(row)
    # After the retention period there is nobody left to show otherwise.
    known = own is not None or hasattr(row, "person")
    if row.state not in Signature.LIVE or not known or not hasattr(row, "public_line"):
        raise NotPossible
    line = row.public_line
    values = people.unseal(row.person) if own is None else sealed_values(row, line, name)
    if row.display == display and values["pseudonym"] == pseudonym:
        return row
    if display == Signature.Display.NAME and not values["name"]:
        # Whoever was vouched for under a pseudonym told this server no name.
        raise NotPossible
    # What moved here may stand in a bundle under its older leaf.
    guard.left(family(row), at or clock.now())
    values["pseudonym"] = pseudonym
    _keep(row, own, values, told=name)
    people.fill_line(line, values, display=display, language=row.version.language)
    # A name that waits before it appears goes on waiting.
    line.listed = (
        row.state == Signature.State.RECORDED
        and display != Signature.Display.UNLISTED
        and not DelayedLine.objects.filter(signature=row).exists()
    )
    line.save()
    row.display = display
    # New salts overwrite the old ones: what was shown before can be proven by nobody any more.
    commitment.apply(row, _committed(row, own, line, values["email"]))
    row.save(update_fields=["display", "salt_public", "salt_private", "commitment"])
    if row.leaf_index is not None:
        ask_amend(row, at or clock.now())
    return row


def sealed_values(signature: Signature, line: PublicLine | None, name: str = "") -> dict[str, str]:
    """What this server knows of somebody who signed a sealed appeal: what stands on the page, and no more."""
    values = dict.fromkeys(people.FIELDS, "")
    if line is not None:
        values |= {field: getattr(line, field) for field in commitment.SHOWN}
    if signature.display == Signature.Display.PSEUDONYM:
        values |= {"pseudonym": values["name"], "name": ""}
    return {**values, "name": name or values["name"]}


def _keep(row: Signature, own: SealedPerson | None, values: dict[str, str], *, told: str) -> None:
    if own is None:
        row.person.sealed = people.seal_values(values)
        row.person.save(update_fields=["sealed"])
        return
    change = {"pseudonym": values["pseudonym"], "name": told}
    own.sealed = bytes(own.sealed) + sealing.Sealer(row.appeal).seal_change(change)
    own.save(update_fields=["sealed"])


def _committed(
    row: Signature, own: SealedPerson | None, line: PublicLine, email: str
) -> commitment.Commitment:
    if own is None:
        return commitment.commit(line, commitment.bound(row, email))
    return commitment.commit_digest(commitment.shown(line), bytes(own.private_digest))


def ask_amend(row: Signature, now: datetime) -> None:
    """Asks for an amend leaf; changes between two batches are one."""
    values = {"commitment": row.commitment, "requested_at": profiles.of(row.appeal).rounded(now)}
    same = {"appeal_id": row.appeal_id, "sign_leaf": row.leaf_index}
    waiting = Amendment.objects.select_for_update().filter(**same, leaf_index=None).first()
    if waiting is None:
        Amendment.objects.create(**same, **values)
    else:
        Amendment.objects.filter(pk=waiting.pk).update(**values)


@transaction.atomic
def change_consents(*, signature: Signature, updates: bool, addressee: bool, edition: bool) -> None:
    """Keeps what the signer agrees to from now on."""
    if not addressee or not edition:
        guard.left(family(signature), clock.now())
    if not updates:
        tell.forget_queued(signature)
    # Whom a carrier vouched for has no address here that could be written to. Of a sealed appeal the
    # organisers have it: they see who agreed.
    updates = updates and signature.kind != Signature.Kind.VOUCHED
    changed = Signature.objects.filter(pk=signature.pk, state__in=Signature.LIVE).update(
        wants_updates=updates, for_addressee=addressee, for_edition=edition
    )
    if not changed:
        raise NotPossible


def unsubscribe(*, signature: Signature, at: datetime | None = None) -> None:
    """No more updates and no reminder for this signature; doing it twice changes nothing."""
    now = at or clock.now()
    tell.forget_queued(signature)
    Signature.objects.filter(pk=signature.pk).update(wants_updates=False)
    Signature.objects.filter(pk=signature.pk, state=Signature.State.PENDING, reminded_at=None).update(
        reminded_at=now
    )


def receipt_state(signature: Signature) -> Change:
    """Which forms of the receipt can be downloaded now."""
    log = Log.objects.filter(appeal_id=signature.appeal.public_id, hidden_since__isnull=True).first()
    if log is None or signature.state not in Signature.LIVE or signature.leaf_index is None:
        return Change(False, False)
    opened = _opened_leaf(signature)
    known = hasattr(signature, "person") or sealing.of(signature) is not None
    if signature.salt_public is None or not known:
        # The retention period is over: what opens the commitment is destroyed.
        opened = None
    return Change(
        signature.leaf_index < log.published_size, opened is not None and opened < log.published_size
    )


def _opened_leaf(signature: Signature) -> int | None:
    """The leaf that the salts in the row open: the sign leaf, or the last amend leaf once it is written."""
    if signature.leaf_index is None:
        return None
    last = (
        Amendment.objects.filter(appeal_id=signature.appeal_id, sign_leaf=signature.leaf_index)
        .order_by("-pk")
        .first()
    )
    return signature.leaf_index if last is None else last.leaf_index


def receipt_text(*, signature: Signature, full: bool) -> str:
    """The receipt as a file's text; raises NotPublished while no signed checkpoint covers it."""
    state = receipt_state(signature)
    if not (state.full if full else state.short):
        raise NotPublished("this signature is being recorded")
    log = Log.objects.get(appeal_id=signature.appeal.public_id)
    index = _opened_leaf(signature) if full else signature.leaf_index
    if index is None:
        raise NotPublished("this change is being recorded")
    extra = None
    if full:
        own = sealing.of(signature)
        extra = (
            commitment.opening(signature, people.unseal(signature.person)["email"])
            if own is None
            else commitment.opening_sealed(signature, bytes(own.private_digest))
        )
    return receipt(log=log, index=index, extra=extra)


def line_of(signature: Signature) -> PublicLine | None:
    """What a signature shows; None once nothing is left of it."""
    return getattr(signature, "public_line", None)
