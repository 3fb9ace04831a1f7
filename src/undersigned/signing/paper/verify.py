"""Counting: each verified line becomes a signature of kind paper, a chunk at a time, each once."""

import contextlib
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.lib import clock, tokens
from undersigned.lib.rows import Update
from undersigned.signing import commitment, people
from undersigned.signing.models import (
    Gathering,
    PaperLine,
    PaperMatch,
    Person,
    PublicLine,
    Signature,
    TranscriptLine,
)
from undersigned.signing.paper import lines, matches
from undersigned.signing.paper.keep import subject
from undersigned.signing.paper.lines import Reading
from undersigned.signing.paper.refusals import NotPossible
from undersigned.signing.paper.standing import locked, require_open

WORDING = "paper-1"
_CHUNK = 500
_CHUNKS = 10
_State = Gathering.State
_Line = PaperLine.State
_COUNTED = Update("signing_paperline", {"signature_id": "bigint"}, {"state": "'counted'", "sealed": "NULL"})


def verify(
    *, actor: User, gathering: Gathering, at: datetime | None = None, most: int = 1_000_000
) -> Gathering:
    """Counts what was read and is nobody's second signature; broken off, it goes on where it stood.

    Of more than `most` lines the rest is left to the worker (`go`). Twice is as once.
    Raises Forbidden, NotPossible while a duplicate is to be decided.
    """
    require(actor, "paper.enter", gathering.appeal.team)
    now = at or clock.now()
    current = Gathering.objects.select_related("appeal__team").get(pk=gathering.pk)
    if current.state == _State.CHECKING:
        matches.look(current)
    if not _begin(actor, gathering, now):
        raise NotPossible(_("Somebody signed meanwhile who may stand on a line: please decide first."))
    for _chunk in range(0, most, _CHUNK):
        if not _count_some(gathering, now):
            break
    return Gathering.objects.get(pk=gathering.pk)


def go(now: datetime | None = None) -> int:
    """Carries on, for the worker, what is being counted, by some chunks each; how many."""
    at = now or clock.now()
    found = list(Gathering.objects.filter(state=_State.COUNTING).select_related("appeal")[:10])
    for one in found:
        with contextlib.suppress(NotPossible):
            any(not _count_some(one, at) for _chunk in range(_CHUNKS))
    return len(found)


@transaction.atomic
def _begin(actor: User, gathering: Gathering, now: datetime) -> bool:
    require_open(gathering.appeal, now)
    current = locked(gathering, _State.CHECKING, _State.COUNTING, _State.COUNTED)
    if current.state != _State.CHECKING:
        return True
    if open_matches(current):
        return False
    current.state = _State.COUNTING
    current.save(update_fields=["state"])
    audit.record(team=current.appeal.team, actor=actor, verb="paper.verify", subject=subject(current))
    return True


def open_matches(gathering: Gathering) -> bool:
    """Whether a person still has to say something about a gathering's lines."""
    return PaperMatch.objects.filter(gathering=gathering, verdict="").exists()


@transaction.atomic
def _count_some(gathering: Gathering, now: datetime) -> bool:
    """Counts the next lines, in one transaction; False after the last."""
    require_open(gathering.appeal, now)
    current = locked(gathering, _State.COUNTING, _State.COUNTED)
    if current.state == _State.COUNTED:
        return False
    rows = list(PaperLine.objects.filter(gathering=current, state=_Line.READY).order_by("number")[:_CHUNK])
    _count(current, rows, now)
    current.verified += len(rows)
    if len(rows) < _CHUNK:
        current.state, current.counted_at = _State.COUNTED, now
        # What each of the two read is not needed any more.
        TranscriptLine.objects.filter(transcript__gathering=current).delete()
    current.save(update_fields=["verified", "state", "counted_at"])
    return len(rows) == _CHUNK


def _count(gathering: Gathering, rows: Sequence[PaperLine], now: datetime) -> None:
    readings = [lines.unseal(row.sealed or b"")[0] for row in rows]
    made = [_signature(gathering, row, one, now) for row, one in zip(rows, readings, strict=True)]
    shown = []
    for row, reading, signature in zip(rows, readings, made, strict=True):
        line = _public_line(signature, gathering.version.language, reading)
        bound = commitment.commit_bound(
            commitment.shown(line), commitment.of_paper(gathering.mark, row.number)
        )
        commitment.apply(signature, bound)
        shown.append(line)
    Signature.objects.bulk_create(made)
    for line, signature in zip(shown, made, strict=True):
        # Its number is known now.
        line.signature = signature
    PublicLine.objects.bulk_create(shown)
    Person.objects.bulk_create(
        Person(signature=signature, sealed=people.seal_values(_values(reading)))
        for signature, reading in zip(made, readings, strict=True)
    )
    _COUNTED.run([(signature.pk, row.pk) for row, signature in zip(rows, made, strict=True)])


def _signature(gathering: Gathering, row: PaperLine, reading: Reading, now: datetime) -> Signature:
    unlisted = reading.unlisted
    return Signature(
        appeal=gathering.appeal,
        version=gathering.version,
        kind=Signature.Kind.PAPER,
        state=Signature.State.CONFIRMED,
        display=Signature.Display.UNLISTED if unlisted else Signature.Display.NAME,
        nonce=tokens.new_nonce(),
        # An address on paper was proven by nobody: it stands in nobody's way on line.
        repeat_key=None,
        carrier_id=gathering.sheet.carrier_id if gathering.sheet else None,
        for_addressee=reading.addressee,
        for_edition=reading.edition,
        consent_wording=WORDING,
        created_at=now,
        confirmed_at=now,
    )


def _public_line(signature: Signature, language: str, reading: Reading) -> PublicLine:
    line = PublicLine(signature=signature, appeal=signature.appeal, version=signature.version)
    return people.fill_line(line, _values(reading), display=signature.display, language=language)


def _values(reading: Reading) -> dict[str, str]:
    return {name: getattr(reading, name, "") for name in people.FIELDS}


def totals(appeal_id: int) -> dict[str, int]:
    """The three counts of all that came in and was not taken back."""
    standing = Gathering.objects.filter(appeal=appeal_id).exclude(state__in=[_State.REVERSED, _State.PREVIEW])
    names = ("claimed", "transcribed", "verified")
    return {name: value or 0 for name, value in standing.aggregate(**{n: Sum(n) for n in names}).items()}
