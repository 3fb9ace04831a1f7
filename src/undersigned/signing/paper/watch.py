"""Who signs on line after their line on paper: found as the log grows, and put to a person.

A sheet is compared with all who stand when it is checked. Whoever comes later is compared here, with every
line that stands, from the place in the log up to which that was done. Signing itself costs nothing more.
"""

import time
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db import transaction

from undersigned.appeals.models import Appeal
from undersigned.signing.models import (
    Gathering,
    PaperLine,
    PaperMatch,
    PaperWatch,
    PublicLine,
    RecordedEnd,
    Signature,
)
from undersigned.signing.paper import lines, matches

_CHUNK = 500
# The publisher has other work: what is left is done in the next round.
_SECONDS = 1.0
_READ = (Gathering.State.CHECKING, Gathering.State.COUNTING, Gathering.State.COUNTED)
_Why = PaperMatch.Why
# A line, a signature that may be of the same person, and why.
_Pair = tuple[PaperLine, int, str]


def go(_now: datetime | None = None) -> int:
    """Compares for every appeal with paper whoever was recorded since; how many questions are new."""
    began, made = time.monotonic(), 0
    # At the end of retention the keys are destroyed that this would make anew.
    over = RecordedEnd.objects.values("appeal")
    with_paper = Gathering.objects.filter(state__in=_READ).exclude(appeal__in=over)
    for number in with_paper.order_by("appeal").values_list("appeal", flat=True).distinct():
        appeal = Appeal.objects.get(pk=number)
        while time.monotonic() - began < _SECONDS:
            seen, new = _step(appeal)
            made += new
            if seen < _CHUNK:
                break
    return made


@transaction.atomic
def _step(appeal: Appeal) -> tuple[int, int]:
    """Compares the next recorded signatures; how many they were, and how many questions are new."""
    place, _made = PaperWatch.objects.select_for_update().get_or_create(appeal=appeal)
    recorded = Signature.objects.filter(appeal=appeal, leaf_index__gte=place.size).order_by("leaf_index")
    some = list(recorded.only("pk", "leaf_index", "kind", "state", "repeat_key")[:_CHUNK])
    if not some:
        return 0, 0
    place.size = (some[-1].leaf_index or 0) + 1
    place.save(update_fields=["size"])
    standing = [one for one in some if one.kind != Signature.Kind.PAPER and one.state in Signature.LIVE]
    pairs = {(line.pk, pk): (line, pk, why) for line, pk, why in _pairs(appeal, standing)}
    return len(some), _ask(list(pairs.values()))


def _pairs(appeal: Appeal, some: Sequence[Signature]) -> Iterator[_Pair]:
    """Lines of the same name and place, then those of the same address, which says more."""
    keys = matches.Keys(appeal)
    shown = PublicLine.objects.filter(pk__in=[one.pk for one in some], listed=True).exclude(name="")
    names: dict[bytes, list[tuple[int, bytes]]] = {}
    for pk, name, typed in shown.values_list("pk", "name", "place"):
        names.setdefault(keys.name(name), []).append((pk, lines.folded(typed)))
    for line in _standing(appeal, name_key__in=list(names)):
        reading = matches.reading_of(line)
        there = lines.folded(reading.place) if reading else b""
        for pk, where in names[bytes(line.name_key or b"")][: matches.MOST]:
            if not there or not where or there == where:
                yield line, pk, _Why.NAME
    by_key = {bytes(one.repeat_key): one.pk for one in some if one.repeat_key is not None}
    for line in _standing(appeal, email_key__in=list(by_key)):
        yield line, by_key[bytes(line.email_key or b"")], _Why.EMAIL


def _standing(appeal: Appeal, **by: object) -> list[PaperLine]:
    found = PaperLine.objects.filter(appeal=appeal, state__in=matches.STANDING, **by)
    return list(found.select_related("signature__person").order_by("pk")[: _CHUNK * matches.MOST])


def _ask(pairs: Sequence[_Pair]) -> int:
    known = set(
        PaperMatch.objects.filter(line__in=[line.pk for line, _pk, _why in pairs]).values_list(
            "line", "signature"
        )
    )
    made = [
        PaperMatch(line=line, gathering_id=line.gathering_id, signature_id=pk, why=why)
        for line, pk, why in pairs
        if (line.pk, pk) not in known
    ]
    PaperMatch.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)
