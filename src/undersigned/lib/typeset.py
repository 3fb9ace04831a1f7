"""Pages of HTML laid out as tagged PDF by WeasyPrint, which leans on the system's Pango.

It is a program of its own, started by `lib.printer`: nothing that serves readers loads these libraries, and a
long layout takes time from nobody. A module that lays out by itself may import it, too; where Pango is not
installed that raises an ImportError which says what to install.
"""

import contextlib
import gc
import hashlib
import io
import json
import logging
import os
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

# Its steps, page by page, are nobody's news; the first are told while it loads.
for _name in ("weasyprint.progress", "fontTools"):
    logging.getLogger(_name).setLevel(logging.WARNING)

try:
    # Where a library is missing, WeasyPrint prints a paragraph before it raises.
    with contextlib.redirect_stdout(io.StringIO()):
        import cssselect2
        import pydyf
        import weasyprint
except OSError as error:
    _NEEDS = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core fonts-droid-fallback"
    raise ImportError(f"Pango is not installed (Debian: apt-get install {_NEEDS})") from error

VARIANT = "pdf/ua-1"


def _page_references(file: Any) -> tuple[bytes, ...]:
    """Where each page of a PDF stands, told anew only when a page was added.

    Every tagged element asks for all of them to take one: pages times elements, the square of a long roll.
    """
    pages = file.pages["Kids"][::3]
    known: tuple[bytes, ...] = file.__dict__.get("_known_references", ())
    if len(known) != len(pages):
        known = file._known_references = tuple(b"%d 0 R" % number for number in pages)
    return known


pydyf.PDF.page_references = property(_page_references)

__all__ = [
    "VARIANT",
    "boxes",
    "cssselect2",
    "fetch_nothing",
    "identifier",
    "main",
    "pydyf",
    "uncollected",
    "weasyprint",
    "without_glyph",
]


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """Without the collector of cycles, which walks all boxes again and again for a tenth of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class _Boxes(logging.Filter):
    """Takes the news of signs that no font has, one by one, out of the log, which is no place for names."""

    def __init__(self) -> None:
        super().__init__()
        self.signs: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a line is something else."""
        if not record.msg.startswith(".notdef glyph"):
            return True
        self.signs.update(str(argument) for argument in record.args or () if isinstance(argument, str))
        return False


@contextlib.contextmanager
def boxes() -> Iterator[set[str]]:
    """The signs for which no font here has a glyph: they are printed as empty boxes."""
    found = _Boxes()
    logger = logging.getLogger("weasyprint")
    logger.addFilter(found)
    try:
        yield found.signs
    finally:
        logger.removeFilter(found)


def without_glyph(signs: Iterable[str]) -> str:
    """What to install for these signs, told by script alone: a name is nobody's business here."""
    found = list(signs)
    scripts = sorted({unicodedata.name(sign, "OTHER").split()[0].split("-")[0] for sign in found})
    return (
        f"{len(found)} signs are printed as empty boxes, for no font here has them ({', '.join(scripts)}): "
        "install fonts of these scripts (Debian: fonts-noto-core, fonts-droid-fallback or fonts-noto-cjk)"
    )


def fetch_nothing() -> Any:
    """Fetches nothing from anywhere: a page holds all that it shows."""
    return weasyprint.urls.URLFetcher(allowed_protocols=("data",))


def identifier(page: str) -> bytes:
    """Names a PDF by what it was made from: the same page gives the same file."""
    return hashlib.sha256(page.encode("utf-8")).hexdigest()[:32].encode("ascii")


def first_fit(choices: Sequence[tuple[str, int]], style: str) -> tuple[int, Any]:
    """The first of some pages, each shorter than the one before, that needs no more sides than it may.

    The last one is taken in any case.
    """
    fetcher = fetch_nothing()
    sheet = weasyprint.CSS(string=style, url_fetcher=fetcher)
    made: dict[int, Any] = {}
    low, high = 0, len(choices) - 1
    while low < high:
        middle = (low + high) // 2
        made = {middle: _laid_out(choices[middle][0], sheet, fetcher)}
        if len(made[middle].pages) <= choices[middle][1]:
            high = middle
        else:
            low = middle + 1
    return low, made.get(low) or _laid_out(choices[low][0], sheet, fetcher)


def _laid_out(page: str, sheet: Any, fetcher: Any) -> Any:
    html = weasyprint.HTML(string=page, url_fetcher=fetcher)
    return html.render(stylesheets=[sheet], pdf_variant=VARIANT)


def main() -> None:
    """Reads `{"style", "choices": [[page, sides], …]}`; writes a line of JSON, then the PDF."""
    os.nice(10)
    asked = json.load(sys.stdin)
    choices = [(str(page), int(sides)) for page, sides in asked["choices"]]
    with uncollected():
        choice, document = first_fit(choices, asked["style"])
        out = io.BytesIO()
        document.write_pdf(out, pdf_variant=VARIANT, pdf_identifier=identifier(choices[choice][0]))
    facts = {"choice": choice, "sides": len(document.pages)}
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n" + out.getvalue())


if __name__ == "__main__":
    main()
