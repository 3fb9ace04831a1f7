"""What is known around a text: who and whence, its variants, its evidence, those for whom it speaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from undersigned.edition.nodes import Blocks, Inlines, Note

Relation = Literal["original", "translation", "adaptation"]


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody as the text names them, with what stands behind the name."""

    name: str = ""
    pseudonym: str = ""
    civil_name: str = ""
    # “1890-1947”, or whatever else is known in a few words.
    note: str = ""
    # The id of a Person of the edition, empty where there is none.
    person: str = ""

    def __bool__(self) -> bool:
        return bool(self.name or self.pseudonym or self.civil_name)


@dataclass(frozen=True, slots=True)
class SourceEdition:
    """Where the text was taken from: in one line (`written`), and part by part."""

    written: str = ""
    part: str = ""
    author: str = ""
    editor: str = ""
    title: str = ""
    volume: str = ""
    period: str = ""
    publisher: str = ""
    place: str = ""
    year: str = ""
    pages: str = ""

    def __bool__(self) -> bool:
        return bool(self.written)


@dataclass(frozen=True, slots=True)
class SeriesText:
    """A text of the series, in its order; `here` is the text itself."""

    title: str
    url: str
    language: str
    order: str = ""
    here: bool = False


@dataclass(frozen=True, slots=True)
class Provenance:
    """How these words came down to us; every part may be empty."""

    edition: SourceEdition = SourceEdition()
    translator: str = ""
    # BCP 47, and its name in the text's language.
    translated_from: str = ""
    translated_from_name: str = ""
    archive: str = ""
    fonds: str = ""
    shelfmark: str = ""
    series: str = ""
    # Place of the text in its series, as a number or as it is written.
    series_order: str = ""
    # All texts of the series that are published on this site, this one among them.
    series_texts: tuple[SeriesText, ...] = ()
    publisher: str = ""
    introduction: Blocks = ()
    # The editors' note; its own language is the text's.
    note: Blocks = ()
    title_supplied: bool = False
    # Further keys of the head, as typed.
    further: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Derivation:
    """What a derived text follows, why it was made, by whom, and who answers for it."""

    text: str
    version: int
    reason: str = ""
    made_by: str = ""
    attested_by: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that the base has too (“same”), has alone (“added”) or lacks (“removed”)."""

    kind: Literal["same", "added", "removed"]
    text: str


@dataclass(frozen=True, slots=True)
class Witness:
    """A version of a text of the family; `sigil` names it within this apparatus, such as `en-1`."""

    sigil: str
    text: str
    version: int
    language: str
    digest: str
    published: date
    relation: Relation = "original"
    # Whether its words are compared with the base; a text in another language is only listed.
    collated: bool = False


@dataclass(frozen=True, slots=True)
class Variant:
    """Where a witness differs from the base in one paragraph.

    `number` is the leaf of the base; 0 stands before the first. Where `beside` is false the witness has a
    whole paragraph of its own after that leaf.
    """

    witness: str
    number: int
    pieces: tuple[Piece, ...]
    beside: bool = True


@dataclass(frozen=True, slots=True)
class Apparatus:
    """Witnesses of a text and their differences; the base is the version that the edition prints."""

    base: str = ""
    witnesses: tuple[Witness, ...] = ()
    variants: tuple[Variant, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage that claims something, and what it rests on; without a source the claim has no evidence.

    Its mark is `NoteMark("evidence", number)`, at the end of the passage.
    """

    number: int
    exact: str
    # Leaf in which the passage ends; 0 where it was changed since, so that no mark stands in the text.
    leaf: int = 0
    claim: str = ""
    source: str = ""
    quotation: str = ""
    quotation_language: str = ""
    translation: str = ""
    locator: str = ""
    shelfmark: str = ""


@dataclass(frozen=True, slots=True)
class KeptCopy:
    """A copy of a source that the appeal keeps, known by its digest."""

    sha256: str
    media_type: str
    size: int
    captured: date
    name: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A cited work as CSL data; `reference` is how it reads in the appeal's style, `shown` the same set."""

    key: str
    csl: Mapping[str, Any] = field(hash=False)
    digest: str = ""
    reference: str = ""
    shown: Inlines = ()
    copies: tuple[KeptCopy, ...] = ()


@dataclass(frozen=True, slots=True)
class OtherName:
    """A further name of a person or case: pseudonym, initials, civil name, transliteration."""

    kind: str
    name: str
    language: str = ""
    # EDTF.
    dates: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who matters to the edition; `identifiers` are pairs such as ("viaf", "9847974")."""

    id: str
    name: str
    names: tuple[OtherName, ...] = ()
    # EDTF.
    born: str = ""
    died: str = ""
    note: str = ""
    roles: tuple[str, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()
    # Of the name: what kind it is, its language, and when it was used (EDTF).
    kind: str = "name"
    language: str = ""
    dates: str = ""
    # The note with its markup read.
    told: Blocks = ()
    # Birth and death in words, by language of the texts.
    life: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def all_names(self) -> set[str]:
        """Every name, to be compared with one that is written somewhere."""
        return {name.casefold() for name in (self.name, *(other.name for other in self.names))}


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """A statement about a case: its state from a date on, where, and the sources for it."""

    # Empty where it changes none.
    state: str
    # The state in other words than the format's own.
    shown: str = ""
    # EDTF; as typed where it is no date.
    date: str = ""
    place: str = ""
    note: str = ""
    # Keys of sources of the edition.
    sources: tuple[str, ...] = ()
    # The date in words, by language of the texts.
    written: Mapping[str, str] = field(default_factory=dict, hash=False)
    # For each of the sources, the place in it.
    locators: tuple[str, ...] = ()

    def when(self, language: str) -> str:
        """The date as readers of a language write it."""
        return self.written.get(language, self.date)


@dataclass(frozen=True, slots=True)
class CaseUpdate:
    """A short dated text about a case."""

    on: date
    text: str


@dataclass(frozen=True, slots=True)
class Case:
    """Somebody, or a group, for whom the appeal speaks; a name that is withheld is no part of it.

    Without a name the case is one whose name is withheld.
    """

    id: str
    name: str
    kind: Literal["person", "group"] = "person"
    names: tuple[OtherName, ...] = ()
    state: str = ""
    shown: str = ""
    place: str = ""
    note: str = ""
    history: tuple[CaseEvent, ...] = ()
    updates: tuple[CaseUpdate, ...] = ()
    # The language of the name, where it is known, and what kind of name it is.
    language: str = ""
    name_kind: str = "name"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter of the correspondence around the appeal, with its writer's consent."""

    id: str
    sender: Named
    addressee: Named
    language: str
    blocks: Blocks
    kind: Literal["covering", "answer", "update", "other"] = "other"
    title: str = ""
    place: str = ""
    # EDTF; and as a reader of its language writes it.
    date: str = ""
    date_written: str = ""
    direction: Literal["ltr", "rtl"] = "ltr"
    # As it was typed in Markdown; empty for one that holds no markup.
    source: str = ""
    notes: tuple[Note, ...] = ()
