"""The list of an edition's files with their digests, and of what could not be made."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from undersigned import __version__
from undersigned.edition.document import Edition, Text

NAME = "manifest.json"
# The kind of the file that lists them, and its key in the manifest.
ORGANISATIONS = "organisations"


@dataclass(frozen=True)
class Written:
    """A file of the edition."""

    name: str
    format: str
    media_type: str
    size: int
    # In hexadecimal, as `sha256sum` prints it.
    sha256: str


@dataclass(frozen=True)
class Missing:
    """A file that could not be made here, and why."""

    name: str
    format: str
    reason: str


def manifest(
    edition: Edition,
    written: Sequence[tuple[Text, Written]],
    missing: Sequence[Missing],
    around: Sequence[Written] = (),
    data: Sequence[Written] = (),
) -> dict[str, Any]:
    """What the edition holds; the same for the same appeal, whenever it is made."""
    return {
        "generator": f"undersigned {__version__}",
        "appeal": {
            "slug": edition.slug,
            "id": edition.id,
            "title": edition.title,
            "url": edition.url,
            "state": edition.state,
        },
        "changed": edition.changed.isoformat(),
        "signatures": asdict(edition.counts)
        | {"named": edition.signatories.count, "organisations_named": len(edition.organisations)},
        "log": asdict(edition.log) if edition.log else None,
        "texts": [
            _text(text, [file for own, file in written if own.slug == text.slug]) for text in edition.texts
        ],
        # The letters around the appeal, and the list of all letters.
        "correspondence": [asdict(file) for file in around if file.format != ORGANISATIONS],
        ORGANISATIONS: [asdict(file) for file in around if file.format == ORGANISATIONS],
        # Persons and cases.
        "data": [asdict(file) for file in data],
        "missing": [asdict(file) for file in missing],
    }


def _text(text: Text, files: Sequence[Written]) -> dict[str, Any]:
    return {
        "text": text.slug,
        "id": text.id,
        "title": text.title,
        "language": text.language,
        "relation": text.relation,
        "signatures": text.signatures,
        "kinds": {kind: getattr(text.counts, kind) for kind in ("mail", "vouched", "paper", "org")},
        "named": text.signatories.count,
        "organisations_named": len(text.organisations),
        "versions": [
            {
                "version": version.number,
                "digest": version.digest,
                "sha256": version.sha256,
                "published": version.published.isoformat(),
                "signatures": version.signatures,
            }
            for version in text.versions
        ],
        "files": [asdict(file) for file in files],
    }


def as_bytes(found: dict[str, Any]) -> bytes:
    """The manifest as its file holds it."""
    return json.dumps(found, ensure_ascii=False, indent=2).encode("utf-8") + b"\n"
