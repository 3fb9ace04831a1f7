"""What the next batch of an appeal's log holds: texts, signatures in no order, changes of older ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_bytes
from typing import TypeVar

from django.db.models import Min

from undersigned.appeals.models import Appeal, Version
from undersigned.ledger import read
from undersigned.ledger.errors import LedgerError
from undersigned.ledger.models import AdoptedCommitment, Log
from undersigned.signing import repeats, rhythm
from undersigned.signing.models import Amendment, Gathering, PaperLine, RecordedVersion, Signature, Undo
from undersigned.tlog import leaf as leaves_of

LIMIT = 5000
_T = TypeVar("_T")


def _shuffle(rows: list[_T]) -> None:
    """Any order is as likely as another: each row gets 128 bits of the system's chance, asked for at once."""
    chance = token_bytes(16 * len(rows))
    places = sorted(range(len(rows)), key=lambda place: chance[16 * place : 16 * place + 16])
    rows[:] = [rows[place] for place in places]


@dataclass(slots=True)
class Row:
    """A confirmed signature, as far as the log needs to know it."""

    pk: int
    version_id: int
    kind: str
    commitment: str
    unlisted: bool
    repeat_key: bytes | None
    # What brought it in, of a signature on paper.
    gathering: int | None = None


@dataclass
class Batch:
    """Rows in the order of their leaves: the leaf of `signs[i]` follows all texts, and so on."""

    texts: list[Version] = field(default_factory=list)
    # Sheets and lists whose first signatures these are.
    sheets: list[Gathering] = field(default_factory=list)
    signs: list[Row] = field(default_factory=list)
    # Amendments and undos, mixed.
    changes: list[Amendment | Undo] = field(default_factory=list)
    # Where each version's text leaf stands, those of this batch included.
    places: dict[int, int] = field(default_factory=dict)
    # The same of each sheet.
    sheet_places: dict[int, int] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        """Whether more may be waiting than one batch takes."""
        return max(len(self.signs), len(self.changes)) >= LIMIT

    def leaves(self) -> list[leaves_of.Leaf]:
        """The leaves of the batch in their order."""
        return [
            *(self._text(version) for version in self.texts),
            *(self.sheet(gathering) for gathering in self.sheets),
            *(self._sign(row) for row in self.signs),
            *(_change(row) for row in self.changes),
        ]

    def sheet(self, gathering: Gathering) -> leaves_of.Sheet:
        """The leaf of a sheet or list."""
        return leaves_of.Sheet(gathering.digest, self.places[gathering.version_id])

    def _sign(self, row: Row) -> leaves_of.Sign:
        place = self.places[row.version_id]
        if row.gathering is None:
            return leaves_of.Sign(row.commitment, row.kind, place)
        return leaves_of.Sign(row.commitment, row.kind, place, self.sheet_places[row.gathering])

    def _text(self, version: Version) -> leaves_of.TextLeaf:
        text = version.text
        parent = text.parent_id if version.number == 1 else _previous(version).pk
        return leaves_of.TextLeaf(
            text=text.public_id,
            version=version.number,
            digest=version.digest,
            language=version.language,
            relation=text.relation if version.number == 1 else "revision",
            parent=None if parent is None else self.places[parent],
        )


def _previous(version: Version) -> Version:
    return Version.objects.only("pk").get(text_id=version.text_id, number=version.number - 1)


def _change(row: Amendment | Undo) -> leaves_of.Leaf:
    if isinstance(row, Undo):
        return leaves_of.Undo(row.sign_leaf, row.why)
    return leaves_of.Amend(row.commitment, row.sign_leaf)


def unrecorded(appeal: Appeal) -> list[Version]:
    """Published versions that have no text leaf yet, each behind those it derives from."""
    versions = Version.objects.filter(text__appeal=appeal, recorded__isnull=True)
    # What derives from a version was published after it.
    return list(versions.select_related("text").order_by("pk"))


def is_due(appeal: Appeal, log: Log, now: datetime, *, hurry: bool) -> bool:
    """Whether the appeal's rhythm lets its signatures and changes be recorded now.

    `hurry` leaves out the minute of an open appeal: somebody asked for a run.
    """
    last = log.appended_at if _has_counted(log) else None
    if hurry and appeal.profile == Appeal.Profile.OPEN:
        last = None
    if not rhythm.rested(appeal.profile, last_published=last, now=now):
        return False
    signs = Signature.objects.filter(appeal=appeal, state=Signature.State.CONFIRMED)
    amends = Amendment.objects.filter(appeal=appeal, leaf_index__isnull=True)
    undos = Undo.objects.filter(appeal=appeal, leaf_index__isnull=True)
    # A moved signature is one person's with its new one: it adds nobody to the crowd.
    others = undos.exclude(why="moved")
    waiting = sum(rows[:LIMIT].count() for rows in (signs, amends, others))
    since = [
        signs.aggregate(at=Min("confirmed_at"))["at"],
        amends.aggregate(at=Min("requested_at"))["at"],
        undos.aggregate(at=Min("requested_at"))["at"],
    ]
    oldest = min((at for at in since if at is not None), default=None)
    if oldest is not None:
        waiting = max(waiting, 1)
    return rhythm.due(appeal.profile, waiting=waiting, oldest=oldest, last_published=last, now=now)


def _has_counted(log: Log) -> bool:
    total = read.totals(log)
    return total.signatures + total.own + total.struck + total.moved > 0


def gather(appeal: Appeal, log: Log, *, with_signatures: bool) -> Batch:
    """The next batch; the log's row must be locked, so that no other publisher takes the same rows."""
    recorded = RecordedVersion.objects.filter(version__text__appeal=appeal)
    batch = Batch(texts=unrecorded(appeal), places=dict(recorded.values_list("version_id", "leaf_index")))
    _adopt_texts(batch, log)
    for offset, version in enumerate(batch.texts):
        batch.places[version.pk] = log.size + offset
    if with_signatures:
        batch.signs = _confirmed(appeal)
        _shuffle(batch.signs)
        _find_sheets(batch, log)
        batch.changes = _changes(appeal, log, batch.signs)
        _shuffle(batch.changes)
    return batch


def _adopt_texts(batch: Batch, log: Log) -> None:
    """Text leaves that the log has and the rows do not know were adopted after a loss of the database."""
    if not batch.texts:
        return
    known = read.text_leaves(log)
    for version in list(batch.texts):
        index = known.get((version.text.public_id, version.number))
        if index is None:
            continue
        entry = log.leaves.values_list("entry", flat=True).get(index=index)
        leaf = leaves_of.parse(bytes(entry))
        if not isinstance(leaf, leaves_of.TextLeaf) or leaf.digest != version.digest:
            raise LedgerError(
                f"{log.origin}: version {version.number} of {version.text.slug} was published in other words"
            )
        RecordedVersion.objects.create(version=version, leaf_index=index)
        batch.places[version.pk] = index
        batch.texts.remove(version)


def _confirmed(appeal: Appeal) -> list[Row]:
    # A row that its signer is changing at this moment waits for the next batch.
    rows = (
        Signature.objects.select_for_update(skip_locked=True)
        .filter(appeal=appeal, state=Signature.State.CONFIRMED)
        .order_by("pk")
        .values_list("pk", "version_id", "kind", "commitment", "display", "repeat_key")
    )
    return [
        Row(
            pk,
            version,
            kind,
            made,
            display == Signature.Display.UNLISTED,
            None if key is None else bytes(key),
        )
        for pk, version, kind, made, display, key in rows[:LIMIT]
    ]


def _find_sheets(batch: Batch, log: Log) -> None:
    """Each signature on paper learns its sheet; sheets that the log does not have yet come before them."""
    paper = {row.pk: row for row in batch.signs if row.kind == Signature.Kind.PAPER}
    numbers = list(paper)
    for start in range(0, len(numbers), 900):
        found = PaperLine.objects.filter(signature__in=numbers[start : start + 900])
        for signature, gathering in found.values_list("signature_id", "gathering_id"):
            paper[signature or 0].gathering = gathering
    wanted = sorted({row.gathering for row in paper.values() if row.gathering is not None})
    sheets: dict[int, Gathering] = {}
    for start in range(0, len(wanted), 900):
        sheets |= Gathering.objects.in_bulk(wanted[start : start + 900])
    _adopt_sheets(batch, log, sheets)
    batch.sheets = [sheets[pk] for pk in wanted if sheets[pk].leaf_index is None]
    batch.sheet_places = {pk: one.leaf_index for pk, one in sheets.items() if one.leaf_index is not None}
    first = log.size + len(batch.texts)
    batch.sheet_places |= {one.pk: first + place for place, one in enumerate(batch.sheets)}


def _adopt_sheets(batch: Batch, log: Log, sheets: Mapping[int, Gathering]) -> None:
    """Sheet leaves that the log has and the rows do not know were adopted after a loss of the database."""
    new = [one for one in sheets.values() if one.leaf_index is None]
    if not new or not AdoptedCommitment.objects.filter(log=log).exists():
        return
    for one in new:
        same = log.leaves.filter(adopted=True, entry=leaves_of.encode(batch.sheet(one)))
        one.leaf_index = same.order_by("-index").values_list("index", flat=True).first()
        one.save(update_fields=["leaf_index"])


def _changes(appeal: Appeal, log: Log, signs: Sequence[Row]) -> list[Amendment | Undo]:
    # Locked: who changes a name again at this moment asks for a leaf of its own.
    queued = Undo.objects.select_for_update().filter(appeal=appeal, leaf_index__isnull=True).order_by("pk")
    undos = _together(appeal, list(queued[:LIMIT]), signs)
    renamed = Amendment.objects.select_for_update().filter(appeal=appeal, leaf_index__isnull=True)
    amends = list(renamed.order_by("pk")[:LIMIT])
    named = [undo.sign_leaf for undo in undos] + [amend.sign_leaf for amend in amends]
    dead = read.dead_leaves(log, named)
    undos = [undo for undo in undos if not _adopted(undo, log, dead)]
    return [*undos, *_last_only(amends, dead | {undo.sign_leaf for undo in undos})]


def _last_only(amends: Sequence[Amendment], gone: set[int]) -> list[Amendment]:
    """One amendment for a signature that stands, the last: what was said before it is no longer true."""
    last = {amend.sign_leaf: amend for amend in amends if amend.sign_leaf not in gone}
    kept = {amend.pk for amend in last.values()}
    superseded = [amend.pk for amend in amends if amend.pk not in kept]
    for start in range(0, len(superseded), 900):
        Amendment.objects.filter(pk__in=superseded[start : start + 900]).delete()
    return list(last.values())


def _adopted(undo: Undo, log: Log, dead: set[int]) -> bool:
    """Whether an adopted leaf undid this already; the row then learns where."""
    if undo.sign_leaf not in dead:
        return False
    entries = [leaves_of.encode(leaves_of.Undo(undo.sign_leaf, why)) for why in leaves_of.REASONS]
    index = log.leaves.filter(entry__in=entries).values_list("index", flat=True).first()
    Undo.objects.filter(pk=undo.pk).update(leaf_index=index)
    return True


def _together(appeal: Appeal, undos: Sequence[Undo], signs: Sequence[Row]) -> list[Undo]:
    """A moved signature leaves in the batch in which its new one comes, and is the person's own otherwise."""
    keys = _keys(appeal, [undo for undo in undos if undo.why == "moved"])
    if not keys:
        return list(undos)
    coming = {row.repeat_key for row in signs if row.repeat_key is not None}
    standing = _standing(appeal, {key for key in keys.values() if key is not None})
    ready = []
    for undo in undos:
        key = keys.get(undo.sign_leaf)
        if undo.why == "moved" and (key is None or key not in coming):
            if key in standing:
                continue
            # The new signature was taken back before it was recorded: nothing is left to move to.
            undo.why = "own"
            undo.save(update_fields=["why"])
        ready.append(undo)
    return ready


def is_moving(appeal: Appeal) -> bool:
    """Whether a moved signature waits for its undo, and not for a moderator who holds its successor."""
    moved = list(Undo.objects.filter(appeal=appeal, leaf_index__isnull=True, why="moved"))
    keys = _keys(appeal, moved)
    standing = _standing(appeal, {key for key in keys.values() if key is not None})
    return any(keys[undo.sign_leaf] not in standing for undo in moved)


def _keys(appeal: Appeal, moved: Sequence[Undo]) -> Mapping[int, bytes | None]:
    found: dict[int, bytes | None] = {undo.sign_leaf: None for undo in moved}
    leaves = list(found)
    for start in range(0, len(leaves), 900):
        rows = Signature.objects.filter(appeal=appeal, leaf_index__in=leaves[start : start + 900])
        for index, key in rows.values_list("leaf_index", "repeat_key"):
            if index is not None and key is not None:
                found[index] = bytes(key)
    return found


def _standing(appeal: Appeal, keys: set[bytes]) -> set[bytes | None]:
    """Which of these addresses have a signature that stands and is not recorded yet."""
    found: set[bytes | None] = set()
    wanted = list(keys)
    for start in range(0, len(wanted), 900):
        rows = Signature.objects.filter(
            appeal=appeal, repeat_key__in=wanted[start : start + 900], leaf_index__isnull=True
        )
        found.update(
            bytes(key) for key in repeats.live(rows).values_list("repeat_key", flat=True) if key is not None
        )
    return found
