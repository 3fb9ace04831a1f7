"""Two people read a sheet, each blind of the other; where they agree the line is read."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.lib import clock
from undersigned.signing.models import Gathering, PaperLine, Transcript, TranscriptLine
from undersigned.signing.paper import lines, matches
from undersigned.signing.paper.keep import subject
from undersigned.signing.paper.lines import Reading
from undersigned.signing.paper.refusals import NotPossible
from undersigned.signing.paper.standing import locked

READERS = 2
_State = Gathering.State


def own(*, actor: User, gathering: Gathering) -> Transcript | None:
    """The actor's own reading of a sheet, if there is one; raises Forbidden."""
    require(actor, "paper.enter", gathering.appeal.team)
    return Transcript.objects.filter(gathering=gathering, reader=actor).first()


def read_lines(*, actor: User, transcript: Transcript) -> dict[int, Reading]:
    """What the actor has read so far, by line; raises Forbidden for another's reading."""
    require(actor, "paper.enter", transcript.gathering.appeal.team)
    _own_only(actor, transcript)
    return _lines(transcript)


def _own_only(actor: User, transcript: Transcript) -> None:
    if transcript.reader_id != actor.pk:
        raise NotPossible(_("Nobody sees what another person read before both are finished."))


def _lines(transcript: Transcript) -> dict[int, Reading]:
    found = TranscriptLine.objects.filter(transcript=transcript).order_by("number")
    return {number: lines.unseal(sealed)[0] for number, sealed in found.values_list("number", "sealed")}


@transaction.atomic
def begin(*, actor: User, gathering: Gathering, at: datetime | None = None) -> Transcript:
    """Gives the actor one of the two places to read a sheet; the one held already, if so.

    Raises Forbidden, NotPossible when two others read it or it is read.
    """
    require(actor, "paper.enter", gathering.appeal.team)
    current = locked(gathering, _State.READING)
    taken = list(Transcript.objects.filter(gathering=current))
    mine = next((one for one in taken if one.reader_id == actor.pk), None)
    if mine is not None:
        return mine
    free = {1, 2} - {one.seat for one in taken}
    if not free or current.sheet is None:
        raise NotPossible(_("Two others are reading this sheet already."))
    return Transcript.objects.create(
        gathering=current, reader=actor, seat=min(free), started_at=at or clock.now()
    )


@transaction.atomic
def write(*, actor: User, gathering: Gathering, number: int, values: Mapping[str, object]) -> Reading:
    """Keeps what the actor reads on one line; the last word counts. Raises Forbidden, Unfit, NotPossible."""
    transcript, sheet_lines = _at_work(actor, gathering)
    if not 1 <= number <= sheet_lines:
        raise NotPossible(_("The sheet has no line %(number)s.") % {"number": number})
    reading = lines.read(values)
    TranscriptLine.objects.update_or_create(
        transcript=transcript, number=number, defaults={"sealed": lines.seal(reading)}
    )
    return reading


def _at_work(actor: User, gathering: Gathering) -> tuple[Transcript, int]:
    require(actor, "paper.enter", gathering.appeal.team)
    current = locked(gathering, _State.READING)
    transcript = Transcript.objects.filter(gathering=current, reader=actor).first()
    if transcript is None or transcript.finished_at is not None or current.sheet is None:
        raise NotPossible(_("You are not reading this sheet, or have finished."))
    return transcript, current.sheet.lines


@transaction.atomic
def finish(*, actor: User, gathering: Gathering, rest_empty: bool, at: datetime | None = None) -> Gathering:
    """Ends the actor's reading; behind the second one the lines are compared. Twice is as once.

    With `rest_empty` nobody stands on the lines that were not typed; without, they keep it from ending.
    Raises Forbidden, NotPossible.
    """
    require(actor, "paper.enter", gathering.appeal.team)
    current = locked(gathering)
    done = Transcript.objects.filter(gathering=current, reader=actor, finished_at__isnull=False)
    if done.exists():
        return current
    transcript, number = _at_work(actor, gathering)
    read = set(transcript.lines.values_list("number", flat=True))
    missing = [line for line in range(1, number + 1) if line not in read]
    if missing and not rest_empty:
        raise NotPossible(
            _("Lines that you have not typed yet: %(lines)s.") % {"lines": ", ".join(map(str, missing))}
        )
    transcript.finished_at = at or clock.now()
    transcript.save(update_fields=["finished_at"])
    audit.record(team=current.appeal.team, actor=actor, verb="paper.read", subject=subject(current))
    both = list(Transcript.objects.filter(gathering=current, finished_at__isnull=False).order_by("seat"))
    if len(both) == READERS:
        _compare(current, both, number)
    return current


@transaction.atomic
def give_up(*, actor: User, gathering: Gathering) -> None:
    """Gives the actor's place back with all that was typed there, as long as the other reading is missing."""
    require(actor, "paper.enter", gathering.appeal.team)
    current = locked(gathering, _State.READING)
    Transcript.objects.filter(gathering=current, reader=actor).delete()


@transaction.atomic
def free_seat(*, actor: User, gathering: Gathering, seat: int) -> None:
    """Takes a place from somebody who does not come back; raises Forbidden, NotPossible."""
    require(actor, "paper.reverse", gathering.appeal.team)
    current = locked(gathering, _State.READING)
    gone = Transcript.objects.filter(gathering=current, seat=seat, finished_at__isnull=True)
    if not gone.delete()[0]:
        raise NotPossible(_("This has changed meanwhile; nothing was done."))
    audit.record(team=current.appeal.team, actor=actor, verb="paper.free", subject=subject(current))


def _compare(gathering: Gathering, both: Sequence[Transcript], number: int) -> None:
    one, two = (_lines(transcript) for transcript in both)
    blank = Reading(lines.BLANK)
    made = [
        _line(gathering, place, one.get(place, blank), two.get(place, blank))
        for place in range(1, number + 1)
    ]
    PaperLine.objects.bulk_create(made)
    after_settling(gathering)


def _line(gathering: Gathering, number: int, one: Reading, two: Reading) -> PaperLine:
    line = PaperLine(gathering=gathering, appeal=gathering.appeal, number=number)
    if lines.differences(one, two):
        line.state, line.sealed = PaperLine.State.DIFFERS, lines.seal(one, two)
        return line
    return settled(line, one, matches.Keys(gathering.appeal))


def settled(line: PaperLine, reading: Reading, keys: "matches.Keys") -> PaperLine:
    """The line as read, unsaved; of a line on which nobody stands nothing is kept."""
    if reading.mark != lines.PERSON:
        line.state, line.sealed = PaperLine.State.EMPTY, None
        return line
    line.state, line.sealed = PaperLine.State.READY, lines.seal(reading)
    line.name_key, line.email_key = keys.name(reading.name), keys.email(reading.email)
    return line


def after_settling(gathering: Gathering) -> None:
    """Moves a sheet on once no line is read in two ways: duplicates are looked for, everything is counted."""
    rows = PaperLine.objects.filter(gathering=gathering)
    if rows.filter(state=PaperLine.State.DIFFERS).exists():
        gathering.state = _State.SETTLING
    else:
        gathering.state = _State.CHECKING
        gathering.transcribed = rows.exclude(state=PaperLine.State.EMPTY).count()
        matches.look(gathering)
    gathering.save(update_fields=["state", "transcribed"])
