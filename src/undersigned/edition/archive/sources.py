"""What the appeal leans on: its sources, the evidence that they give, and the copies that are kept of them.

A kept copy is stored byte for byte under its SHA-256. Whatever a browser could run (saved pages, SVG) ends
with `.txt`, so that it is shown as text from disk and from any server; its digest stays what it was.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from undersigned.appeals import dead_links, kept, sniff
from undersigned.appeals.case_models import StatementSource
from undersigned.appeals.evidence_models import LinkCheck
from undersigned.appeals.models import Appeal, Capture, Citation, CitedSource
from undersigned.edition import document as d
from undersigned.edition.archive import copies as compared
from undersigned.edition.archive import site as s
from undersigned.edition.archive import texts
from undersigned.edition.archive.folder import Folder
from undersigned.edition.archive.site import Site
from undersigned.edition.formats.html_text import TextWriter
from undersigned.edition.formats.marks import note_id
from undersigned.edition.formats.tags import Child, Markup, joined, tag

PATH = "sources/index.html"
DATA = "sources/sources.csl.json"
# Handed over as they are: no browser runs anything in them.
_QUIET = frozenset(
    {
        "application/pdf", "image/png", "image/jpeg", "image/gif", "image/tiff", "image/webp", "text/plain",
        "application/warc", "application/warc+gzip",
    }
)  # fmt: skip
_CHUNK = 1 << 20


class CopyMissing(Exception):
    """A kept copy that is not there, or not the bytes that its digest names."""


def published(appeal: Appeal, edition: d.Edition) -> tuple[d.Source, ...]:
    """Every source that published words, evidence or statements rest on; others stay on the desk."""
    cited = CitedSource.objects.filter(version__text__appeal=appeal)
    wanted = set(cited.values_list("state__source__key", flat=True))
    rows = Citation.objects.filter(text__appeal=appeal, text__versions__number=1, source__isnull=False)
    wanted |= set(rows.values_list("source__key", flat=True))
    shown = StatementSource.objects.filter(source__appeal=appeal, is_shown=True)
    wanted |= set(shown.values_list("source__key", flat=True))
    return tuple(source for source in edition.sources if source.key in wanted)


def write(site: Site) -> None:
    """Writes the list, the data, and the kept copies that readers may open."""
    if not site.edition.sources:
        return
    wanted = [source.key for source in site.edition.sources]
    copies: dict[str, list[Capture]] = {}
    rows = Capture.objects.filter(source__appeal=site.appeal, source__key__in=wanted).select_related("source")
    for row in rows.order_by("captured_at", "pk"):
        copies.setdefault(row.source.key, []).append(row)
        if row.is_open:
            _keep(site.out, row)
    paths = {row.pk: kept_path(row) for rows_of in copies.values() for row in rows_of}
    compared.write(site, copies, PATH, paths)
    data = [source.csl for source in site.edition.sources]
    site.out.write(DATA, json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True) + "\n")
    s.write(site, PATH, _("Sources"), _content(site, copies))


def kept_path(row: Capture) -> str:
    """Where a kept copy lies in the archive."""
    ending = sniff.EXTENSIONS.get(row.media_type, "bin")
    safe = f".{ending}" if row.media_type in _QUIET else f"-{ending}.txt"
    return f"sources/kept/{row.sha256}{safe}"


def _keep(out: Folder, row: Capture) -> None:
    digest = hashlib.sha256()
    try:
        with kept.storage().open(row.path, "rb") as file, out.open(kept_path(row)) as copy:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                copy.write(chunk)
    except FileNotFoundError as error:
        raise CopyMissing(f"the kept copy {row.sha256} of {row.source.key} is missing") from error
    if digest.hexdigest() != row.sha256:
        raise CopyMissing(f"the kept copy {row.sha256} of {row.source.key} is damaged")


def _content(site: Site, copies: Mapping[str, list[Capture]]) -> Iterator[str]:
    yield tag("h1", _("Sources"))
    yield tag("p", s.to(PATH, DATA, _("The same as data (CSL-JSON)")))
    claims = [(text, claim) for text in site.edition.texts for claim in text.evidence]
    checks = LinkCheck.objects.filter(source__appeal=site.appeal).select_related("source")
    lost = {row.source.key: row for row in checks if row.is_lost and dead_links.known(row.source)}
    for number, source in enumerate(site.edition.sources, 1):
        own = [(text, claim) for text, claim in claims if claim.source == source.key]
        yield _source(site, number, source, own, copies.get(source.key, []), lost.get(source.key))
    bare = [(text, claim) for text, claim in claims if not claim.source]
    if bare:
        items = [tag("li", _passage(text, claim), _told(claim)) for text, claim in bare]
        yield s.section("unproven", _("Claims without evidence"), tag("ul", *items))


def _source(
    site: Site,
    number: int,
    source: d.Source,
    claims: list[tuple[d.Text, d.Evidence]],
    copies: list[Capture],
    lost: LinkCheck | None,
) -> Markup:
    first = site.edition.texts[0]
    shown = TextWriter(first).inlines(source.shown) if source.shown else source.reference or source.key
    cited = [
        s.to(PATH, texts.letter(text.slug, text.version.number), f"{text.title} ({text.language_name})")
        for text in site.edition.texts
        if source.key in text.cited
    ]
    parts: list[Child] = [tag("p", shown, lang=first.language, dir="auto")]
    if cited:
        parts.append(tag("p", _("Cited in:"), " ", joined(*cited, separator=", ")))
    parts += [
        tag("div", _passage(text, claim), _quoted(text, claim), class_="evidence") for text, claim in claims
    ]
    if lost:
        address = tag("bdi", lost.url, dir="ltr")
        told = s.around(_("No longer found at %(address)s"), address=address)
        parts.append(tag("p", tag("strong", told), " (", s.day(lost.checked_at), ")", class_="lost"))
    parts += [_copy(row) for row in copies]
    for _earlier, later in compared.pairs(copies):
        words = _("What the copy of %(day)s changed") % {"day": s.written(later.captured_at)}
        parts.append(tag("p", s.to(PATH, compared.path_of(later), words)))
    return tag("section", tag("h2", source.key, id=f"source-{number}", dir="auto"), *parts)


def _passage(text: d.Text, claim: d.Evidence) -> Markup:
    path = texts.letter(text.slug, text.version.number)
    mark = d.NoteMark("evidence", claim.number)
    words = s.to(PATH, f"{path}#{note_id(mark)}", claim.exact, lang=text.language, dir=text.direction)
    return tag("p", _("Passage:"), " ", words)


def _told(claim: d.Evidence) -> Markup | None:
    return tag("p", claim.claim, dir="auto") if claim.claim else None


def _quoted(text: d.Text, claim: d.Evidence) -> Markup:
    quoted = claim.quotation and tag("q", claim.quotation, lang=claim.quotation_language or None, dir="auto")
    translated = claim.translation and tag("q", claim.translation, lang=text.language, dir="auto")
    place = joined(claim.locator, claim.shelfmark, separator=", ")
    lines = [tag("p", line) for line in (quoted, translated, place) if line]
    return joined(_told(claim), *lines)


def _copy(row: Capture) -> Markup:
    size = ngettext("%(size)s byte", "%(size)s bytes", row.size) % {"size": s.number(row.size)}
    about = joined(row.media_type, size, _("captured on"), separator=", ")
    opened = s.to(PATH, kept_path(row), _("Kept copy"), download="", type=_shown_type(row))
    name = opened if row.is_open else tag("span", _("A copy is kept and is not public"))
    told = tag("p", name, f" ({about} ", s.day(row.captured_at), ")")
    return tag("div", told, tag("p", "SHA-256 ", s.code(row.sha256), class_="digest"), class_="kept")


def _shown_type(row: Capture) -> str:
    return row.media_type if row.media_type in _QUIET else "text/plain"
