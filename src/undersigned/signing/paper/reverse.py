"""Taking back: each line of a sheet is undone, and the sheet's record stays."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.lib import clock
from undersigned.signing import people
from undersigned.signing.editions import guard
from undersigned.signing.models import (
    Amendment,
    Gathering,
    PaperLine,
    PaperMatch,
    Person,
    PublicLine,
    Signature,
    TranscriptLine,
    Undo,
)
from undersigned.signing.moderate import REASON_MAX
from undersigned.signing.paper import lines
from undersigned.signing.paper.keep import subject
from undersigned.signing.paper.lines import Reading
from undersigned.signing.paper.standing import locked

_CHUNK = 500
_CHUNKS = 10
_State = Gathering.State
_Line = PaperLine.State
_ENDED = (_Line.UNDONE, _Line.ERASED, _Line.EMPTY)
_GO_FOR = timedelta(days=7)


def reverse(
    *, actor: User, gathering: Gathering, reason: str, at: datetime | None = None, most: int = 1_000_000
) -> Gathering:
    """Undoes every line of a sheet or file, wherever it stands; twice is as once, broken off it goes on.

    Of more than `most` lines the rest is left to the worker (`go`). Raises Forbidden, ValidationError.
    """
    require(actor, "paper.reverse", gathering.appeal.team)
    reason = " ".join(reason.split())
    if not reason or len(reason) > REASON_MAX:
        raise ValidationError({"reason": _("Please give a reason, of at most 300 characters.")})
    now = at or clock.now()
    _mark(actor, gathering, reason, now)
    for _chunk in range(0, most, _CHUNK):
        if not _undo_some(gathering, now):
            break
    return Gathering.objects.get(pk=gathering.pk)


def go(now: datetime | None = None) -> int:
    """Carries on, for the worker, what was taken back and not undone to its end; of how many."""
    at = now or clock.now()
    recent = Gathering.objects.filter(state=_State.REVERSED, reversed_at__gt=at - _GO_FOR)
    left = PaperLine.objects.filter(gathering=OuterRef("pk")).exclude(state__in=_ENDED)
    found = list(recent.filter(Exists(left))[:10])
    for one in found:
        any(not _undo_some(one, at) for _chunk in range(_CHUNKS))
    return len(found)


@transaction.atomic
def _mark(actor: User, gathering: Gathering, reason: str, now: datetime) -> None:
    """From here on nothing of it is counted; what is counted goes in chunks."""
    current = locked(gathering)
    if current.state == _State.REVERSED:
        return
    current.state, current.reversed_at, current.reason = _State.REVERSED, now, reason
    current.save(update_fields=["state", "reversed_at", "reason"])
    TranscriptLine.objects.filter(transcript__gathering=current).delete()
    audit.record(
        team=current.appeal.team, actor=actor, verb="paper.reverse", subject=subject(current),
        verified=current.verified,
    )  # fmt: skip


@transaction.atomic
def _undo_some(gathering: Gathering, now: datetime) -> bool:
    """Undoes the next lines in one transaction; False after the last."""
    current = locked(gathering, _State.REVERSED)
    rows = list(
        PaperLine.objects.filter(gathering=current).exclude(state__in=_ENDED).order_by("number")[:_CHUNK]
    )
    _revive(rows)
    _undo(rows, now)
    return len(rows) == _CHUNK


def undo_line(row: PaperLine, now: datetime) -> None:
    """Ends a line that counted and turned out to be somebody's second signature; it may count again."""
    found = _live([row])
    row.sealed = _sealed(row, found[0] if found else None)
    PaperLine.objects.filter(pk=row.pk).update(state=_Line.DUPLICATE, sealed=row.sealed)
    if found:
        Gathering.objects.filter(pk=row.gathering_id).update(verified=F("verified") - 1)
        _end(found, now)


def _undo(rows: Sequence[PaperLine], now: datetime) -> None:
    """Ends lines and the signatures that they became; contact data go."""
    _end(_live(rows), now)
    PaperLine.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=_Line.UNDONE, sealed=None, name_key=None, email_key=None
    )


def _end(found: Sequence[Signature], now: datetime) -> None:
    """As `ending.ask_undo` does for one: each recorded signature gets its undo leaf, once."""
    numbers = [one.pk for one in found]
    leaves = [(one.appeal_id, one.leaf_index) for one in found if one.leaf_index is not None]
    guard.left(found, now)
    if leaves:
        named = [index for _appeal, index in leaves]
        Amendment.objects.filter(appeal=leaves[0][0], sign_leaf__in=named, leaf_index=None).delete()
        Undo.objects.bulk_create(
            [Undo(appeal_id=a, sign_leaf=index, why="struck", requested_at=now) for a, index in leaves],
            ignore_conflicts=True,
        )
    Person.objects.filter(pk__in=numbers).delete()
    PublicLine.objects.filter(pk__in=numbers).delete()
    ended = Signature.objects.filter(pk__in=numbers)
    gone = {"ended_at": now, "salt_public": None, "salt_private": None}
    ended.filter(leaf_index__isnull=True).update(state=Signature.State.REFUSED, **gone)
    ended.filter(leaf_index__isnull=False).update(state=Signature.State.STRUCK, **gone)


def _sealed(row: PaperLine, signature: Signature | None) -> bytes | None:
    person = getattr(signature, "person", None)
    if signature is None or person is None:
        return None if row.sealed is None else bytes(row.sealed)
    values = {name: value for name, value in people.unseal(person).items() if name != "pseudonym"}
    reading = Reading(
        **values,
        unlisted=signature.display == Signature.Display.UNLISTED,
        addressee=signature.for_addressee,
        edition=signature.for_edition,
    )
    return lines.seal(reading)


def _live(rows: Sequence[PaperLine]) -> list[Signature]:
    """The signatures of lines that stand, locked in one order."""
    numbers = [row.signature_id for row in rows if row.signature_id is not None]
    found = Signature.objects.select_for_update().filter(pk__in=numbers, state__in=Signature.LIVE)
    return list(found.order_by("pk"))


def _revive(rows: Sequence[PaperLine]) -> None:
    """Lines elsewhere that were left out as second signatures of these can count again."""
    leaning = PaperMatch.objects.filter(other__in=rows)
    same = leaning.filter(verdict=PaperMatch.Verdict.SAME)
    touched = list(PaperLine.objects.filter(matches__in=same).distinct())
    leaning.delete()
    PaperMatch.objects.filter(line__in=rows).delete()
    for line in touched:
        still = PaperMatch.objects.filter(line=line, verdict=PaperMatch.Verdict.SAME).exists()
        if still or line.state != _Line.DUPLICATE or line.sealed is None:
            continue
        line.state = _Line.READY
        line.save(update_fields=["state"])
        Gathering.objects.filter(pk=line.gathering_id, state=_State.COUNTED).update(state=_State.CHECKING)
