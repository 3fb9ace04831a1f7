"""The edition as one neutral document: what every format is written from, and nothing of any format.

Everything here is frozen and has its order, so that the same appeal gives the same bytes. Formats take all
names from this module; `nodes`, `known` and `signed` are its parts. Words that a format adds (“Notes”,
“Signatories”) come from `Text.say`, in the language of the text; see `undersigned.edition.wording`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from undersigned.edition.known import (
    Apparatus,
    Case,
    CaseEvent,
    CaseUpdate,
    Derivation,
    Evidence,
    KeptCopy,
    Letter,
    Named,
    OtherName,
    Person,
    Piece,
    Provenance,
    Relation,
    SeriesText,
    Source,
    SourceEdition,
    Variant,
    Witness,
)
from undersigned.edition.nodes import (
    Block,
    Blocks,
    Citation,
    Cite,
    Code,
    Emph,
    Heading,
    Inline,
    Inlines,
    LineBreak,
    Link,
    ListBlock,
    Mention,
    Note,
    NoteKind,
    NoteMark,
    Paragraph,
    Preformatted,
    Quote,
    Separator,
    Str,
    Strong,
    Verse,
    leaves,
    plain,
    plain_leaf,
)
from undersigned.edition.signed import Counts, Organisation, Roll, Signatory
from undersigned.edition.wording import WORDS

__all__ = [
    "Apparatus",
    "Block",
    "Blocks",
    "Case",
    "CaseEvent",
    "CaseUpdate",
    "Citation",
    "Cite",
    "Code",
    "Counts",
    "Derivation",
    "Edition",
    "Emph",
    "Evidence",
    "Heading",
    "Inline",
    "Inlines",
    "KeptCopy",
    "Letter",
    "LineBreak",
    "Link",
    "ListBlock",
    "Log",
    "Mention",
    "Named",
    "Note",
    "NoteKind",
    "NoteMark",
    "Organisation",
    "OtherName",
    "Paragraph",
    "Person",
    "Piece",
    "Preformatted",
    "Provenance",
    "Quote",
    "Relation",
    "Roll",
    "Separator",
    "SeriesText",
    "Signatory",
    "Source",
    "SourceEdition",
    "Str",
    "Strong",
    "Text",
    "Variant",
    "Verse",
    "VersionLine",
    "Witness",
    "leaves",
    "plain",
    "plain_leaf",
]

# Frozen, and so the same for every text.
_NOBODY = Named()
_UNKNOWN = Provenance()
_ALONE = Apparatus()
_EMPTY = Roll()
_NONE = Counts()


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version of a text: its number, the digest that was signed, the day, and its counts (net)."""

    number: int
    # base64url, 43 characters, as the ledger holds it; and as `sha256sum` prints it.
    digest: str
    sha256: str
    published: date
    signatures: int = 0
    own: int = 0
    struck: int = 0
    moved: int = 0
    # Of `signatures`, those of other kinds than people who confirmed by mail.
    vouched: int = 0
    paper: int = 0
    org: int = 0


@dataclass(frozen=True, slots=True)
class Log:
    """The appeal's log at its last signed checkpoint."""

    origin: str
    vkey: str
    size: int
    # base64 as in the checkpoint.
    root: str


@dataclass(frozen=True, slots=True)
class Text:
    """One text of the family in the version that the edition prints: the newest."""

    slug: str
    id: str
    url: str
    language: str
    language_name: str
    direction: Literal["ltr", "rtl"]
    relation: Relation
    title: str
    author: str
    # In their order; the last is the one printed.
    versions: tuple[VersionLine, ...]
    # The version's Markdown with its head as corrected since; canonical bytes give the digest again.
    markdown: str
    canonical: bytes
    blocks: Blocks
    notes: tuple[Note, ...] = ()
    editor_notes: tuple[Note, ...] = ()
    derived_from: Derivation | None = None
    addressee: Named = _NOBODY
    # EDTF; and as a reader of the text's language writes it.
    date: str = ""
    date_written: str = ""
    place: str = ""
    salutation: str = ""
    provenance: Provenance = _UNKNOWN
    apparatus: Apparatus = _ALONE
    evidence: tuple[Evidence, ...] = ()
    signatories: Roll = _EMPTY
    # Apart from people, in alphabetical order.
    organisations: tuple[Organisation, ...] = ()
    # Keys of the sources cited in the words, in the order of their first citation.
    cited: tuple[str, ...] = ()
    # What the text cites, in the state that was signed, and what its evidence rests on, as it is now.
    sources: tuple[Source, ...] = ()
    words: Mapping[str, str] = field(default_factory=lambda: WORDS, hash=False)

    @property
    def version(self) -> VersionLine:
        """The version that the edition prints."""
        return self.versions[-1]

    @property
    def signatures(self) -> int:
        """Signatures of all versions of this text, net."""
        return self.counts.signatures

    @property
    def counts(self) -> Counts:
        """All versions of this text together, kind by kind."""
        return sum((Counts.of(version) for version in self.versions), Counts())

    def say(self, word: str, **values: object) -> str:
        """A word or sentence that a format adds, in the text's language: `say("volume", volume="10")`."""
        return self.words.get(word, WORDS[word]).format(**values)


@dataclass(frozen=True, slots=True)
class Edition:
    """An appeal as it remains: all its texts, what they rest on, and who stands under them."""

    slug: str
    id: str
    title: str
    url: str
    # The site's name and address.
    site: str
    publisher: str
    state: str
    # The newest date in the data: an edition without a clock.
    changed: datetime
    texts: tuple[Text, ...]
    counts: Counts = _NONE
    log: Log | None = None
    sources: tuple[Source, ...] = ()
    persons: tuple[Person, ...] = ()
    cases: tuple[Case, ...] = ()
    correspondence: tuple[Letter, ...] = ()
    # All texts together, in the order of the roll.
    signatories: Roll = _EMPTY
    organisations: tuple[Organisation, ...] = ()

    def person_called(self, name: str) -> str:
        """The id of the person who bears a name; empty where nobody of the list does."""
        wanted = name.casefold()
        return next((one.id for one in self.persons if wanted in one.all_names), "")

    def sources_of(self, text: Text) -> tuple[Source, ...]:
        """The sources that a text cites or rests on, set in its own language."""
        return text.sources
