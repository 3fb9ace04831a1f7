"""Who stands under an edition, as one neutral list: people, organisations apart from them, and the counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import date


@dataclass(frozen=True, slots=True)
class Signatory:
    """One signature as it chose to be shown; the person consented to the permanent edition."""

    name: str
    # For identification only: the person signs, not whoever is named here.
    affiliation: str = ""
    role: str = ""
    place: str = ""
    # ISO 3166-1 alpha-2.
    country: str = ""
    pseudonym: bool = False
    # The signed version of the text in whose list the line stands.
    version: int = 1
    # One of those who signed before the appeal was opened.
    first: bool = False
    # The public name of the carrier who vouched, empty where it is not told; None where nobody had to.
    vouched_by: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Roll:
    """Signatories in the order of the roll, first signatories first; read anew each time, never all held."""

    count: int = 0
    read: Callable[[], Iterator[Signatory]] = lambda: iter(())

    def __iter__(self) -> Iterator[Signatory]:
        return self.read()

    def __len__(self) -> int:
        return self.count


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation that signed by its officers and asked to be kept; its web domain was checked."""

    name: str
    place: str
    # ISO 3166-1 alpha-2.
    country: str
    domain: str
    # How the domain was checked: `mail` or `dns`.
    check: str
    resolved_on: date
    # Those officers who wished to be named.
    officers: tuple[str, ...] = ()
    text: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True)
class Counts:
    """Signatures as the ledger counts them; `signatures` is net of what was undone."""

    signatures: int = 0
    own: int = 0
    struck: int = 0
    moved: int = 0
    # Of `signatures`: confirmed by a carrier's word, on paper, and by organisations.
    vouched: int = 0
    paper: int = 0
    org: int = 0

    @classmethod
    def of(cls, counted: object) -> Counts:
        """The numbers of whatever counts by these names."""
        return cls(*(getattr(counted, one.name) for one in fields(cls)))

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Counts)))

    @property
    def people(self) -> int:
        """Signatures of persons: an organisation is none."""
        return self.signatures - self.org

    @property
    def mail(self) -> int:
        """Signatures of persons who confirmed by mail themselves."""
        return self.people - self.vouched - self.paper
