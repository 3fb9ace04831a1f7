"""The enclosed text as a PDF: laid out once for each state of its words, and kept on disk by their digest.

Layout takes a second: it is never done inside a transaction, which would keep signers waiting.
"""

import contextlib
import hashlib
import logging
import os
import secrets
import time
from pathlib import Path

from django.template.loader import render_to_string
from django.utils import translation

from undersigned.appeals import languages
from undersigned.appeals.answers import speaking
from undersigned.circulation import on_paper
from undersigned.circulation.enclosed import Enclosed
from undersigned.lib import env, printer

MEDIA_TYPE = "application/pdf"
# After so long nobody waits for a letter that encloses it.
_KEPT = 60 * 24 * 3600.0
# What could not be laid out is not tried again with every letter.
_REST = 600.0
_failed: dict[str, float] = {}
_log = logging.getLogger(__name__)


def file_name(found: Enclosed) -> str:
    """What the enclosed PDF is called."""
    return f"{found.text.appeal.slug}-{found.text.slug}.pdf"


def made(found: Enclosed) -> bytes | None:
    """The PDF of these words if it was laid out before, else None; costs one look at the disk."""
    path = _path(_page(found))
    try:
        data = path.read_bytes()
        os.utime(path)
    except FileNotFoundError:
        return None
    return data


def make(found: Enclosed) -> bool:
    """Lays the PDF out unless that was done; whether there is one. Raises printer.Busy.

    Where none can be made the letter goes with the text alone.
    """
    page = _page(found)
    path = _path(page)
    if path.exists():
        return True
    if _failed.get(path.name, 0) > time.monotonic():
        return False
    try:
        data = printer.pdf(page, on_paper.style())
    except printer.Unavailable as error:
        _log.warning("The enclosed text goes without a PDF: %s", error)
        _failed[path.name] = time.monotonic() + _REST
        return False
    _keep(path, data)
    return True


def drop_unused() -> None:
    """Deletes PDFs that no letter took for two months."""
    with contextlib.suppress(FileNotFoundError):
        for path in _folder().iterdir():
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < time.time() - _KEPT:
                    path.unlink()


def _keep(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    temporary.write_bytes(data)
    temporary.rename(path)


def _folder() -> Path:
    return env.load().data / "printed"


def _path(page: str) -> Path:
    digest = hashlib.sha256(b"\0".join((page.encode(), on_paper.style().encode()))).hexdigest()
    return _folder() / f"{digest}.pdf"


def _page(found: Enclosed) -> str:
    with speaking(found.language):
        return render_to_string(
            "circulation/enclosed_document.html",
            {
                "enclosed": found,
                "html": on_paper.bare(found.html),
                "direction": languages.direction(found.language),
                "lang": translation.get_language(),
                "dir": "rtl" if translation.get_language_bidi() else "ltr",
            },
        )
