"""Where two readings differ, a third person looks: one of the two, or what that person reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import can, require
from undersigned.lib import clock
from undersigned.signing.models import Gathering, PaperLine, PaperMatch, Transcript
from undersigned.signing.paper import lines, matches, reverse, transcribe
from undersigned.signing.paper.keep import subject
from undersigned.signing.paper.lines import Reading
from undersigned.signing.paper.refusals import NotPossible
from undersigned.signing.paper.standing import locked

FIRST, SECOND, TYPED = "first", "second", "typed"
_State = Gathering.State


@dataclass(frozen=True)
class Difference:
    """A line that was read in two ways."""

    number: int
    readings: Sequence[Reading]
    fields: Sequence[str]


def may_settle(actor: User, gathering: Gathering) -> bool:
    """Whether the actor is a third person to a sheet: of the team, and neither of its two readers."""
    return can(actor, "paper.enter", gathering.appeal.team) and not _has_read(actor, gathering)


def _has_read(actor: User, gathering: Gathering) -> bool:
    return Transcript.objects.filter(gathering=gathering, reader=actor).exists()


def differing(*, actor: User, gathering: Gathering) -> Difference | None:
    """The first line that still differs; raises Forbidden, NotPossible for those who read the sheet."""
    _require_third(actor, gathering)
    row = (
        PaperLine.objects.filter(gathering=gathering, state=PaperLine.State.DIFFERS)
        .order_by("number")
        .first()
    )
    if row is None or row.sealed is None:
        return None
    both = lines.unseal(row.sealed)
    return Difference(row.number, both, lines.differences(both[0], both[1]))


def _require_third(actor: User, gathering: Gathering) -> None:
    require(actor, "paper.enter", gathering.appeal.team)
    if _has_read(actor, gathering):
        raise NotPossible(_("You read this sheet yourself: a third person settles where you two differ."))


@transaction.atomic
def settle(
    *, actor: User, gathering: Gathering, number: int, choice: str, values: Mapping[str, object] | None = None
) -> None:
    """Decides what a line says. Raises Forbidden, Unfit, NotPossible, also when it was settled meanwhile."""
    _require_third(actor, gathering)
    current = locked(gathering, _State.SETTLING)
    row = PaperLine.objects.filter(gathering=current, number=number, state=PaperLine.State.DIFFERS).first()
    if row is None or row.sealed is None or choice not in (FIRST, SECOND, TYPED):
        raise NotPossible(_("This line is settled already."))
    both = lines.unseal(row.sealed)
    reading = {FIRST: both[0], SECOND: both[1]}.get(choice) or lines.read(values or {})
    transcribe.settled(row, reading, matches.Keys(current.appeal))
    row.settled_by = actor
    row.save()
    audit.record(
        team=current.appeal.team, actor=actor, verb="paper.settle", subject=subject(current), line=number
    )
    transcribe.after_settling(current)


@transaction.atomic
def decide(*, actor: User, match: PaperMatch, same: bool, at: datetime | None = None) -> None:
    """Says whether a line is of somebody who signed already; then it does not count, and stays listed here.

    A line that counts already is undone. Raises Forbidden, NotPossible.
    """
    require(actor, "paper.enter", match.gathering.appeal.team)
    current = locked(match.gathering, _State.CHECKING, _State.COUNTED)
    now = at or clock.now()
    found = PaperMatch.objects.select_for_update(of=("self",)).filter(pk=match.pk).first()
    if found is None or (found.verdict and current.state == _State.COUNTED):
        raise NotPossible(_("This has changed meanwhile; nothing was done."))
    found.verdict = PaperMatch.Verdict.SAME if same else PaperMatch.Verdict.OTHER
    found.decided_by, found.decided_at = actor, now
    found.save()
    line = PaperLine.objects.select_for_update(of=("self",)).get(pk=found.line_id)
    _follow(line, actor, now)
    audit.record(
        team=current.appeal.team, actor=actor, verb="paper.decide", subject=subject(current),
        line=line.number, verdict=found.verdict,
    )  # fmt: skip


def _follow(line: PaperLine, actor: User, now: datetime) -> None:
    """A line is a duplicate as long as somebody says so of one of its matches."""
    same = PaperMatch.objects.filter(line=line, verdict=PaperMatch.Verdict.SAME).exists()
    if line.state == PaperLine.State.COUNTED and same:
        reverse.undo_line(line, now)
    elif line.state in (PaperLine.State.READY, PaperLine.State.DUPLICATE):
        line.state = PaperLine.State.DUPLICATE if same else PaperLine.State.READY
        line.save(update_fields=["state"])


def look_again(*, actor: User, gathering: Gathering) -> int:
    """Looks for those who signed since; how many questions are new. Raises Forbidden, NotPossible."""
    require(actor, "paper.enter", gathering.appeal.team)
    with transaction.atomic():
        current = locked(gathering, _State.CHECKING, _State.COUNTED)
    # Looking takes its time on a long list: nobody who signs waits for it.
    return matches.look(current)
