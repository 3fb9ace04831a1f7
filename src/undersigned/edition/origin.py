"""A head's account of where its text comes from, part by part."""

import re

from undersigned.appeals import languages
from undersigned.appeals import provenance as written
from undersigned.appeals.markup import Head
from undersigned.appeals.series import Series
from undersigned.edition import document as d
from undersigned.edition.body import read_blocks, read_inlines
from undersigned.lib import env

# An archive's first part names the papers; what follows is the place that keeps them.
_FONDS = re.compile(
    r"(?:fonds?|fondos?|nachlass|bestand|legado|lascito|arxiu personal|archivo (?:de|personal)|"
    r"(?:the )?[^,]*\b(?:papers|collection|fonds|nachlass)\b)[^,]*",
    re.IGNORECASE,
)
# What a head calls the language of the original may be a tag, or words for a reader ("the Greek letter").
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
# Keys of the head that have a place of their own in the document, or are only another spelling of one.
_PLACED = frozenset(
    {
        "place", "publisher", "fonds", "shelfmark", "series-order", "introduction", "title-supplied",
        "notes-by", "unplaced", "contact", "persons", "cases",
    }
)  # fmt: skip


def addressee(head: Head) -> d.Named:
    """To whom, with the civil name behind a pseudonym."""
    known = head.addressee
    return d.Named(known.name or known.pseudonym, known.pseudonym, known.civil_name, known.note)


def provenance(head: Head, language: str, known: Series | None = None) -> d.Provenance:
    """How the words came down to us; labels are in the current language."""
    fonds, archive = _archive(head)
    source, extra = head.source, head.extra
    return d.Provenance(
        edition=d.SourceEdition(
            written=d.plain(read_inlines(written.citation(source))),
            **{
                part: getattr(source, part)
                for part in d.SourceEdition.__dataclass_fields__
                if part != "written"
            },
        ),
        translator=head.translator,
        translated_from=head.translated_from if _LANGUAGE.fullmatch(head.translated_from) else "",
        translated_from_name=(
            languages.language_name(head.translated_from, language) if head.translated_from else ""
        ),
        archive=archive,
        fonds=fonds,
        shelfmark=extra.get("shelfmark", ""),
        series=head.series,
        series_order=extra.get("series-order", ""),
        series_texts=_series(known),
        publisher=extra.get("publisher", ""),
        introduction=read_blocks(extra.get("introduction", "")),
        note=read_blocks(head.note),
        title_supplied=bool(extra.get("title-supplied")),
        further=tuple((key, value) for key, value in extra.items() if key not in _PLACED),
    )


def _series(known: Series | None) -> tuple[d.SeriesText, ...]:
    """The texts of a series; one that stands alone says nothing more than its name."""
    if known is None or len(known.pieces) < 2:
        return ()
    site = env.load().base_url.rstrip("/")
    return tuple(
        d.SeriesText(piece.title, f"{site}{piece.path}", piece.language, piece.order, place == known.place)
        for place, piece in enumerate(known.pieces)
    )


def _archive(head: Head) -> tuple[str, str]:
    """The papers and the archive that keeps them, where the line tells them apart."""
    if head.extra.get("fonds"):
        return head.extra["fonds"], head.archive
    found = _FONDS.match(head.archive)
    rest = head.archive[found.end() :].strip(" ,;") if found else ""
    return (found[0].strip(), rest) if found and rest else ("", head.archive)
