"""CSL-JSON for citing the edition itself, and the sources that it leans on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, BinaryIO

from undersigned.edition.document import Edition, Named, Text


def write(edition: Edition, text: Text, out: BinaryIO) -> None:
    """Writes a list of CSL items, the edition's own first."""
    items = [item(edition, text), *(source.csl for source in edition.sources_of(text))]
    out.write(json.dumps(items, ensure_ascii=False, indent=2, sort_keys=True).encode("utf-8") + b"\n")


def item(edition: Edition, text: Text) -> Mapping[str, Any]:
    """The edition as a work that can be cited."""
    known = text.provenance
    found: dict[str, Any] = {
        "id": f"{edition.slug}-{text.slug}",
        "type": "personal_communication" if text.addressee else "document",
        "title": text.title,
        "author": _names(text.author),
        "recipient": [{"literal": _recipient(text.addressee)}] if text.addressee else [],
        "translator": _names(known.translator),
        "original-date": _date(text.date),
        "issued": {"date-parts": [[text.version.published.year, text.version.published.month,
                                   text.version.published.day]]},
        "language": text.language,
        "URL": text.url,
        "container-title": edition.title if edition.title != text.title else "",
        "publisher": edition.publisher,
        "collection-title": known.series,
        "collection-number": known.series_order,
        "archive": known.archive,
        "archive_collection": known.fonds,
        "archive_location": known.shelfmark,
        "version": str(text.version.number),
        "source": known.edition.written,
        "note": f"SHA-256: {text.version.sha256}",
    }  # fmt: skip
    return {key: value for key, value in found.items() if value}


def _names(written: str) -> list[dict[str, str]]:
    return [{"literal": name.strip()} for name in written.split(";") if name.strip()]


def _recipient(addressee: Named) -> str:
    return addressee.name or addressee.pseudonym or addressee.civil_name


def _date(edtf: str) -> dict[str, Any]:
    """A CSL date of an EDTF string; a span has two parts."""
    if not edtf:
        return {}
    circa = {"circa": True} if edtf.endswith(("~", "?", "%")) else {}
    ends = [
        [int(part) for part in end.split("-")]
        for end in edtf.rstrip("~?%").split("/")
        if not end.startswith("-")
    ]
    if not ends:
        return {"literal": edtf}
    season = {"season": ends[0][1] - 20} if len(ends[0]) == 2 and ends[0][1] > 20 else {}
    return {"date-parts": [end[:1] if season else end for end in ends], **season, **circa}
