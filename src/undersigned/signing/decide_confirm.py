"""Deciding on confirmations, one after the other over what their addresses left; no reads, no writes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from undersigned.appeals.models import Appeal, Version
from undersigned.mailroom.address import normal
from undersigned.signing import mails, opening, people
from undersigned.signing.models import Signature

PENDING_FOR = timedelta(days=mails.PENDING_DAYS)
_PENDING, _CONFIRMED = Signature.State.PENDING.value, Signature.State.CONFIRMED.value
_HELD = Signature.State.HELD.value
_LIVE = frozenset(state.value for state in Signature.LIVE)
_MOVABLE = frozenset({_CONFIRMED, Signature.State.RECORDED.value})


class Outcome(StrEnum):
    """What became of a confirmation."""

    RECORDED_SOON = "recorded_soon"
    ALREADY = "already"
    MOVED = "moved"
    EXPIRED = "expired"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Asked:
    """A confirmation by the link's token or by a typed code."""

    token: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """The signature that now stands for the person: its row's number and the nonce of its links."""

    pk: int
    nonce: bytes

    def __eq__(self, other: object) -> bool:
        """Whether it is the same row, in whatever form."""
        return isinstance(other, Standing | Signature) and self.pk == other.pk

    def __hash__(self) -> int:
        return hash(self.pk)


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A confirmation's outcome, and the signature that now stands for the person (None where none does)."""

    signature: Standing | None
    outcome: Outcome


class Waiting(Protocol):
    """What says whether a signature can be confirmed: a row of either kind."""

    @property
    def state(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def first_order(self) -> int | None: ...
    @property
    def appeal(self) -> Appeal: ...


@dataclass(slots=True)
class Row:
    """A signature as far as confirming asks; `sealed` and `line` only where they exist."""

    pk: int
    appeal: Appeal
    version: Version
    state: str
    nonce: bytes
    first_order: int | None
    wants_updates: bool
    created_at: datetime
    confirmed_at: datetime | None
    sealed: bytes | None
    shown: tuple[str, ...]
    # Of a sealed appeal: the digest that binds the person, and the keyed hash of the address as typed.
    private_digest: bytes | None = None
    spelling: bytes | None = None

    @property
    def standing(self) -> Standing:
        return Standing(self.pk, self.nonce)


@dataclass(slots=True)
class Stands:
    """A row that counts from now on, and the proven address; `moved` is what it takes the place of."""

    row: Row
    email: str
    moved: Row | None


@dataclass(slots=True)
class Changes:
    """What the decisions of one batch come to; no row is in it twice."""

    stand: list[Stands] = field(default_factory=list)
    drop: list[Row] = field(default_factory=list)


def hindrance(signature: Waiting, at: datetime) -> Outcome | None:
    """What stands in the way of confirming a signature now; None when nothing does."""
    if signature.state != _PENDING:
        return Outcome.RECORDED_SOON if signature.state == _CONFIRMED else Outcome.ALREADY
    if signature.created_at + PENDING_FOR <= at:
        return Outcome.EXPIRED
    if signature.appeal.state == Appeal.State.DRAFT:
        # Before the opening only first signatories are asked.
        return None if signature.first_order is not None else Outcome.CLOSED
    if not opening.accepts_confirmation(signature.appeal, signed_at=signature.created_at, at=at):
        return Outcome.CLOSED
    return None


def _state(row: Row) -> str:
    """What a signature is once confirmed: where organisers look at each one, it waits for them."""
    reviewed = row.appeal.reviewed_since is not None and row.first_order is None
    return _HELD if reviewed else _CONFIRMED


class Decider:
    """Decides for one batch; `family` is all that an address has in an appeal and is changed with each."""

    def __init__(self, at: datetime, opened: Callable[[bytes | memoryview], str]) -> None:
        self.at = at
        self.changes = Changes()
        self._opened = opened

    def confirm(self, family: dict[int, Row], pk: int) -> Confirmed:
        """What becomes of this confirmation; the first of an address wins."""
        row = family.get(pk)
        if row is None:
            return Confirmed(None, Outcome.EXPIRED)
        against = hindrance(row, self.at)
        if against is not None:
            gone = against in (Outcome.EXPIRED, Outcome.CLOSED)
            return Confirmed(None if gone else row.standing, against)
        email = self._email(row)
        old = next((one for one in family.values() if one.state in _LIVE), None)
        if old is not None:
            if not self._proven(row, email, old):
                self._drop(family, [row])
                return Confirmed(None, Outcome.EXPIRED)
            if old.version.pk == row.version.pk or old.state not in _MOVABLE:
                self._drop(family, [row])
                return Confirmed(old.standing, Outcome.ALREADY)
            email = self._email(old)
            row.first_order = old.first_order if row.first_order is None else row.first_order
            if old.state == _CONFIRMED:
                # No leaf speaks of it yet: nothing of it is kept, and its link finds nothing any more.
                del family[old.pk]
            old.state = Signature.State.MOVED.value
        row.state, row.confirmed_at = _state(row), self.at
        self.changes.stand.append(Stands(row, email, old))
        self._drop(family, [one for one in family.values() if one.state == _PENDING])
        return Confirmed(row.standing, Outcome.MOVED if old else Outcome.RECORDED_SOON)

    def _drop(self, family: dict[int, Row], rows: Iterable[Row]) -> None:
        for row in rows:
            del family[row.pk]
            self.changes.drop.append(row)

    def _email(self, row: Row) -> str:
        if row.private_digest is not None:
            # Sealed to the organisers: no address is known, and none is needed.
            return ""
        if row.sealed is None:
            raise people.Gone
        return people.email(self._opened(row.sealed))

    def _proven(self, row: Row, email: str, old: Row) -> bool:
        """Whether this link went to the mailbox that the standing signature was confirmed from.

        Since that signature stands, mail for a repeat goes to its own address. A link that is older went to
        the address as typed, which a plus sign or a dot may make somebody else's. Of a sealed appeal the
        proven address is not known: only a link to the very same spelling proves anything.
        """
        if row.appeal.is_sealed:
            return row.spelling is not None and row.spelling == old.spelling
        if old.confirmed_at is not None and row.created_at > old.confirmed_at:
            return True
        return normal(email) == normal(self._email(old))
