"""Lines that may be of somebody who signed already: found by address, else by name and place.

What is found is a question to a person, never an answer. Whoever signed on line under a pseudonym or
without a name is found by address alone: their name is sealed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import Count

from undersigned.appeals.models import Appeal
from undersigned.lib import rows, vault
from undersigned.signing import people, repeats
from undersigned.signing.models import Gathering, PaperLine, PaperMatch, PublicLine, Signature
from undersigned.signing.paper import lines
from undersigned.signing.paper.lines import Reading

_CHUNK = 200
# A name that hundreds bear says nothing; a person looks at some of them.
MOST = 10
_FOUND_MOST = 20_000
# The roll's order counts some letters as their own in these languages.
_LANGUAGES = ("", "es", "da", "sv")
_KEY_SIZE = 200
_Why = PaperMatch.Why
STANDING = (PaperLine.State.READY, PaperLine.State.COUNTED)


class Keys:
    """What lines are found by: HMACs under the appeal's own key, destroyed at the end of its retention."""

    def __init__(self, appeal: Appeal) -> None:
        self._email = repeats.hasher(appeal)
        self._name = vault.hasher(repeats.key_name(appeal))

    def name(self, name: str) -> bytes:
        """The key of a name, however it is spelt."""
        return self._name(f"name {lines.folded(name).decode('utf-8', 'replace')}")

    def email(self, email: str) -> bytes | None:
        """The key of an address, as signatures have it; None for none."""
        return self._email(email) if email else None


@dataclass
class _Line:
    """A line and what it is compared by."""

    row: PaperLine
    place: bytes
    names: set[bytes]
    signatures: dict[int, str] = field(default_factory=dict)
    others: dict[int, str] = field(default_factory=dict)

    def fits(self, place: bytes) -> bool:
        return not place or not self.place or place == self.place


def look(gathering: Gathering) -> int:
    """Finds what has not been asked yet about a gathering's lines; how many questions are new."""
    standing = PaperLine.objects.filter(gathering=gathering, state__in=STANDING)
    recent = _recent(gathering.appeal)
    last, made = 0, 0
    while True:
        found = list(standing.filter(pk__gt=last).select_related("signature__person").order_by("pk")[:_CHUNK])
        if not found:
            return made
        last = found[-1].pk
        made += _look(gathering, [_compared(row) for row in found], recent)


def questions(some: Sequence[Gathering]) -> dict[int, int]:
    """How many questions about each of these wait for a person."""
    waiting = PaperMatch.objects.filter(gathering__in=[one.pk for one in some], verdict="")
    found = waiting.values("gathering").annotate(n=Count("pk")).order_by()
    return {row["gathering"]: row["n"] for row in found}


def reading_of(row: PaperLine) -> Reading | None:
    """What a line says, from itself or from its signature; None once it is erased."""
    if row.sealed is not None:
        return lines.unseal(row.sealed)[0]
    person = getattr(row.signature, "person", None) if row.signature else None
    if person is None:
        return None
    values = people.unseal(person)
    return Reading(name=values["name"], email=values["email"], place=values["place"])


def _compared(row: PaperLine) -> _Line:
    reading = reading_of(row) or Reading()
    names = {lines.folded(reading.name, language) for language in _LANGUAGES} - {b""}
    return _Line(row, lines.folded(reading.place), names)


def _look(gathering: Gathering, some: Sequence[_Line], recent: dict[bytes, list[tuple[int, bytes]]]) -> int:
    _by_name(gathering.appeal, some)
    for line in some:
        for name in line.names:
            line.signatures |= {pk: _Why.NAME for pk, place in recent.get(name, ()) if line.fits(place)}
    _no_paper(some)
    _by_email(gathering.appeal, some)
    _among_lines(gathering, some)
    made = [
        PaperMatch(line=line.row, gathering=gathering, why=why, **{kind: pk})
        for line in some
        for kind, found in (("signature_id", line.signatures), ("other_id", line.others))
        for pk, why in sorted(found.items(), key=lambda one: one[1] != _Why.EMAIL)[:MOST]
    ]
    known = _known([line.row.pk for line in some])
    made = [one for one in made if (one.line_id, one.signature_id, one.other_id) not in known]
    PaperMatch.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def _known(numbers: Sequence[int]) -> set[tuple[int, int | None, int | None]]:
    asked = PaperMatch.objects.filter(line__in=numbers)
    return set(asked.values_list("line_id", "signature_id", "other_id"))


_ON_THE_ROLL = """
    WITH wanted AS (SELECT * FROM {wanted})
    SELECT k.column1, l.signature_id, l.place FROM wanted k CROSS JOIN signing_publicline l
    WHERE l.appeal_id = %s AND l.listed AND l.sort_key >= k.column2 AND l.sort_key < k.column3
    LIMIT {most}
"""


def _by_name(appeal: Appeal, some: Sequence[_Line]) -> None:
    asked = [(at, *_range(name)) for at, line in enumerate(some) for name in line.names]
    if not asked:
        return
    wanted, values = rows.wanted(("bigint", "bytea", "bytea"), asked)
    statement = _ON_THE_ROLL.format(wanted=wanted, most=_FOUND_MOST)
    for at, signature, place in rows.fetch(statement, [*values, appeal.pk]):
        if some[at].fits(lines.folded(place)):
            some[at].signatures[signature] = _Why.NAME


def _range(name: bytes) -> tuple[bytes, bytes]:
    """The sort keys of a folded name, whatever its exact spelling."""
    first = (name + b"\0")[:_KEY_SIZE]
    return first, first[:-1] + bytes([first[-1] + 1])


def _recent(appeal: Appeal) -> dict[bytes, list[tuple[int, bytes]]]:
    """Names that are being recorded: they stand on no roll yet."""
    found: dict[bytes, list[tuple[int, bytes]]] = defaultdict(list)
    waiting = Signature.objects.filter(appeal=appeal, state=Signature.State.CONFIRMED).order_by("pk")
    numbers = list(waiting.values_list("pk", flat=True)[:_FOUND_MOST])
    for start in range(0, len(numbers), 900):
        shown = PublicLine.objects.filter(pk__in=numbers[start : start + 900])
        for pk, key, place in shown.values_list("pk", "sort_key", "place"):
            name = bytes(key).partition(b"\0")[0]
            if name:
                found[name].append((pk, lines.folded(place)))
    return found


def _no_paper(some: Sequence[_Line]) -> None:
    """Leaves out what stands on paper: lines are compared with lines."""
    numbers = list({pk for line in some for pk in line.signatures})
    paper: set[int] = set()
    for start in range(0, len(numbers), 900):
        chunk = Signature.objects.filter(pk__in=numbers[start : start + 900], kind=Signature.Kind.PAPER)
        paper.update(chunk.values_list("pk", flat=True))
    for line in some:
        line.signatures = {pk: why for pk, why in line.signatures.items() if pk not in paper}


def _by_email(appeal: Appeal, some: Sequence[_Line]) -> None:
    keys = {bytes(line.row.email_key) for line in some if line.row.email_key is not None}
    if not keys:
        return
    live = repeats.live(Signature.objects.filter(appeal=appeal, repeat_key__in=list(keys)))
    found = {bytes(key): pk for pk, key in live.values_list("pk", "repeat_key") if key is not None}
    for line in some:
        pk = found.get(bytes(line.row.email_key or b""))
        if pk is not None:
            line.signatures[pk] = _Why.EMAIL


def _among_lines(gathering: Gathering, some: Sequence[_Line]) -> None:
    for column, why in (("name_key", _Why.NAME), ("email_key", _Why.EMAIL)):
        by_key: dict[bytes, list[_Line]] = defaultdict(list)
        for line in some:
            if getattr(line.row, column) is not None:
                by_key[bytes(getattr(line.row, column))].append(line)
        for other in _others(gathering.appeal, column, list(by_key)):
            for line in by_key[bytes(getattr(other, column))]:
                if _is_asked_here(line.row, other) and _is_likely(line, other, why):
                    line.others[other.pk] = why
    _drop_asked(some)


def _others(appeal: Appeal, column: str, keys: Sequence[bytes]) -> Iterator[PaperLine]:
    if not keys:
        return
    found = (
        PaperLine.objects.filter(**{"appeal": appeal, f"{column}__in": keys}, state__in=STANDING)
        .exclude(gathering__state__in=[Gathering.State.REVERSED, Gathering.State.PREVIEW])
        .select_related("signature__person")
        .order_by("pk")
    )
    yield from found[:_FOUND_MOST]


def _is_asked_here(row: PaperLine, other: PaperLine) -> bool:
    """Of two lines of one gathering the later one asks."""
    return other.pk != row.pk and (other.gathering_id != row.gathering_id or other.pk < row.pk)


def _is_likely(line: _Line, other: PaperLine, why: str) -> bool:
    if why == _Why.EMAIL:
        return True
    reading = reading_of(other)
    return reading is not None and line.fits(lines.folded(reading.place))


def _drop_asked(some: Iterable[_Line]) -> None:
    """Two lines are asked about once, whichever of them asked."""
    some = list(some)
    others = {pk for line in some for pk in line.others}
    asked = PaperMatch.objects.filter(line__in=others, other__in=[line.row.pk for line in some])
    known = set(asked.values_list("other_id", "line_id"))
    for line in some:
        line.others = {pk: why for pk, why in line.others.items() if (line.row.pk, pk) not in known}
