"""What a bundle holds, written into one ZIP file; everything in it is of one moment."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from undersigned import __version__
from undersigned.appeals import languages
from undersigned.edition import document as d
from undersigned.edition.archive import ledger
from undersigned.edition.delivery.letter import Facts, files
from undersigned.edition.delivery.packed import Counted, Packed, Sink
from undersigned.edition.gather import one_text
from undersigned.ledger.published import Published, published
from undersigned.signing import export
from undersigned.signing.delivery import names
from undersigned.signing.delivery.making import Made
from undersigned.signing.models import Delivery
from undersigned.tlog.encoding import b64, b64u

CSV, MANIFEST, README, WORDS = "signatories.csv", "delivery.json", "README.txt", "words.txt"
COLUMNS = (
    "name", "pseudonym", "affiliation", "role", "place", "country", "text", "version", "first_signatory",
)  # fmt: skip
_EVERY = 2000

# What is being done, how many lines are written, and of how many.
Progress = Callable[[str, int, int], None]


class NoCheckpoint(Exception):
    """The appeal has no signed checkpoint: there is nothing to prove."""


def write(delivery: Delivery, moment: datetime, out: Sink, progress: Progress) -> Made:
    """Writes the bundle, in `one_moment`; raises NoCheckpoint, NothingPublished, LogIncomplete, OSError."""
    appeal = delivery.appeal
    log = published([appeal.public_id]).get(appeal.public_id)
    if log is None or log.checkpoint is None:
        raise NoCheckpoint(appeal.slug)
    edition = one_text(appeal, delivery.text)
    size = log.checkpoint.size
    total = names.count(appeal, size)
    facts = Facts(delivery.recipient, moment, edition.counts.signatures, total, len(log.versions) > 1)
    counted = Counted(out)
    packed = Packed(counted, f"{appeal.slug}-{moment:%Y-%m-%d}", moment)
    packed.stream(CSV, export.csv_rows(_rows(names.lines(appeal, size), total, progress), COLUMNS))
    progress("letter", 0, 0)
    for file in files(edition, facts, names.lines(appeal, size)):
        packed.write(file.name, file.data)
    packed.write(WORDS, edition.texts[0].canonical)
    progress("log", 0, 0)
    ledger.write(appeal, log, packed)
    packed.write(MANIFEST, _manifest(delivery, edition, facts, log, packed.digests))
    packed.close(edition, {README: _read_me(edition, facts)})
    return Made(
        moment=moment,
        size=counted.size,
        digest=b64u(counted.digest.digest()),
        names=total,
        signatures=edition.counts.signatures,
        log_size=size,
        log_root=b64(log.checkpoint.root),
    )


def _rows(lines: Iterable[names.Line], total: int, progress: Progress) -> Iterator[dict[str, Any]]:
    for done, line in enumerate(lines):
        if done % _EVERY == 0:
            progress("names", done, total)
        yield {**line._asdict(), "first_signatory": line.first}


def _manifest(
    delivery: Delivery, edition: d.Edition, facts: Facts, log: Published, digests: dict[str, str]
) -> str:
    """What was handed over, for programs; checksums of the log's files stand in the bag's manifest."""
    text = edition.texts[0]
    found = {
        "generator": f"undersigned {__version__}",
        "delivery": delivery.public_id,
        "appeal": {"id": edition.id, "slug": edition.slug, "title": edition.title, "url": edition.url},
        "recipient": delivery.recipient,
        "moment": facts.day.isoformat(timespec="seconds"),
        "signatures": {"recorded": facts.signatures, "named": facts.names},
        "text": {
            "text": text.slug, "id": text.id, "language": text.language, "version": text.version.number,
            "digest": text.version.digest, "sha256": text.version.sha256,
        },
        "versions": [
            {"text": identity, "version": number, "signatures": count.signatures}
            for (identity, number), count in sorted(log.versions.items())
        ],
        "log": {
            "origin": log.log.origin, "vkey": log.log.vkey, "checkpoint": log.log.checkpoint,
            "size": edition.log.size if edition.log else 0, "root": edition.log.root if edition.log else "",
        },
        "files": {path: digest for path, digest in sorted(digests.items()) if _is_told(path)},
    }  # fmt: skip
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def _is_told(path: str) -> bool:
    return "/ledger/" not in path and "/verifier/" not in path


def _read_me(edition: d.Edition, facts: Facts) -> str:
    text = edition.texts[0]
    with translation.override(languages.interface_language(text.language)):
        parts = [
            f"{text.title}\n{'=' * min(len(text.title), 79)}",
            _("For: %(recipient)s") % {"recipient": facts.recipient},
            _(
                "%(count)s signatures were recorded when this was made (%(moment)s, UTC). %(named)s of them "
                "are named here: those whose signers agreed that their name is given to the addressee. "
                "Please use the names for nothing but this letter."
            )
            % {
                "count": facts.signatures, "named": facts.names,
                "moment": f"{facts.day:%Y-%m-%d %H:%M}",
            },
            _("What lies in the folder data:"),
            "\n".join(f"  {name:<18}{told}" for name, told in _contents()),
            _("To check every file and count the signatures again, in this folder:"),
            "  python3 data/verifier/verify.py",
            _(
                "It proves that this number of signatures belongs to exactly these words. It does not prove "
                "that each signature is a distinct person. The digest of the whole file that you were given "
                "stands in the same log; this page tells it:"
            ),
            f"  {edition.url}delivery/",
        ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _contents() -> list[tuple[str, str]]:
    return [
        ("letter.pdf", _("the letter with its signatories; long lists go on in names-….pdf")),
        (CSV, _("the same names as a table")),
        (WORDS, _("the words that were signed, byte by byte")),
        (MANIFEST, _("what was handed over, for programs")),
        ("ledger/", _("the public log of all signatures, without names")),
        ("verifier/", _("the program that checks all this; it needs Python and no network")),
    ]
