"""What a sheet shows: the text as whole as it fits, what signing means, and lines to sign on."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from undersigned.appeals import languages, parallel, reading
from undersigned.appeals.answers import speaking
from undersigned.appeals.models import Appeal, Version
from undersigned.circulation import on_paper, pictures
from undersigned.circulation.models import Sheet
from undersigned.circulation.sheets import Layout
from undersigned.lib import env, printer

# No page holds more paragraphs, and no opening is shorter than this many characters.
_PARAGRAPHS, _SHORTEST = 60, 600


@dataclass(frozen=True)
class Plan:
    """How much of the text a sheet shows: all of it above the lines, all on its front, or its opening."""

    front: bool = True
    small: bool = False
    # How many paragraphs, and how many characters of the only one; 0 is all.
    opening: int = 0
    cut: int = 0
    # Sides of one sheet, where that is known.
    sides: int = 0


def link(sheet: Sheet) -> str:
    """What a sheet's code says: an address that names nobody and leads to the text."""
    return env.load().base_url + reverse("sheet", args=[sheet.public_id])


def pdf(sheets: Sequence[Sheet]) -> bytes:
    """Sheets as one PDF, each on leaves of its own; raises printer.Unavailable, printer.Busy."""
    known: dict[tuple[int, Layout], Plan] = {}
    for sheet in sheets:
        key = (sheet.version_id, layout_of(sheet))
        known[key] = known.get(key) or _plan(*key, _around(sheet.appeal))
    return printer.pdf(
        document(sheets, [known[(sheet.version_id, layout_of(sheet))] for sheet in sheets]), on_paper.style()
    )


def layout_of(sheet: Sheet) -> Layout:
    """The layout that a sheet was issued with."""
    return Layout(sheet.paper, sheet.lines, sheet.asks_email)


def _around(appeal: Appeal) -> tuple[str, ...]:
    """What else takes room on a sheet and may change after the version was frozen."""
    return env.load().base_url, appeal.slug, appeal.controller, appeal.controller_contact


@lru_cache(maxsize=256)
def _plan(version_number: int, layout: Layout, _words: tuple[str, ...]) -> Plan:
    """The plan that shows most of the text, found by laying one sheet out."""
    version = Version.objects.select_related("text__appeal").get(pk=version_number)
    trial = Sheet(
        public_id="A" * 22, appeal=version.text.appeal, version=version, number=1000,
        paper=layout.paper, lines=layout.lines, asks_email=layout.asks_email,
    )  # fmt: skip
    lines = printer.fitting([(document([trial], [None]), 0)], on_paper.style()).sides
    plans = [Plan(front=False), Plan(), Plan(small=True), *_openings(version)]
    room = [1, *[lines + 1] * (len(plans) - 1)]
    found = printer.fitting(
        [(document([trial], [plan]), most) for plan, most in zip(plans, room, strict=True)], on_paper.style()
    )
    plan = plans[found.choice]
    return Plan(plan.front, plan.small, plan.opening, plan.cut, found.sides)


def _openings(version: Version) -> list[Plan]:
    parts = parallel.paragraphs(reading.document(version).rendered.plain)
    most = min(len(parts), _PARAGRAPHS)
    return [
        *(Plan(small=True, opening=number) for number in range(most, 0, -1) if number < len(parts)),
        *(Plan(small=True, opening=1, cut=times * _SHORTEST) for times in (4, 3, 2, 1)),
    ]


def document(sheets: Sequence[Sheet], plans: Sequence[Plan | None]) -> str:
    """Sheets as a page of HTML to be laid out; a sheet without a plan shows its lines alone."""
    with speaking(sheets[0].version.language):
        return render_to_string(
            "circulation/sheets_document.html",
            {
                "title": _("Signature sheets: %(title)s") % {"title": sheets[0].version.title},
                "lang": translation.get_language(),
                "dir": "rtl" if translation.get_language_bidi() else "ltr",
                "sheets": shown(sheets, plans),
            },
        )


def shown(sheets: Sequence[Sheet], plans: Sequence[Plan | None], *, inline: bool = False) -> list[SafeString]:
    """Each sheet as a section of HTML in the language of its text; `inline` draws the code in the page."""
    texts: dict[tuple[int, Plan | None], dict[str, object]] = {}
    made = []
    for sheet, plan in zip(sheets, plans, strict=True):
        key = (sheet.version_id, plan)
        with speaking(sheet.version.language):
            texts[key] = texts.get(key) or _text(sheet.version, plan)
            made.append(render_to_string("circulation/sheet.html", texts[key] | _facts(sheet, plan, inline)))
    return made


def _text(version: Version, plan: Plan | None) -> dict[str, object]:
    found = reading.document(version)
    opening = _cut(parallel.paragraphs(found.rendered.plain), plan) if plan and plan.opening else []
    return {
        "title": found.head.title or version.title,
        "author": found.head.author,
        "addressee": found.head.addressee.name,
        "text_lang": version.language,
        "text_dir": languages.direction(version.language),
        "html": on_paper.bare(found.html) if plan and not opening else "",
        "opening": opening,
    }


def _cut(parts: Sequence[str], plan: Plan) -> list[str]:
    shown = list(parts[: plan.opening])
    if plan.cut and len(shown[-1]) > plan.cut:
        shown[-1] = shown[-1][: plan.cut].rsplit(" ", 1)[0] + " …"
    return shown


def _facts(sheet: Sheet, plan: Plan | None, inline: bool) -> dict[str, object]:
    appeal, base = sheet.appeal, env.load().base_url
    address = link(sheet)
    text = sheet.version.text
    return {
        "sheet": sheet,
        "appeal": appeal,
        "plan": plan,
        "version": sheet.version,
        "digest": sheet.version.digest_hex,
        "lang": translation.get_language(),
        "dir": "rtl" if translation.get_language_bidi() else "ltr",
        "address": address,
        "code": "" if inline else pictures.qr_picture(address),
        "drawn": pictures.qr_svg(address, label=_("QR code of this sheet")) if inline else "",
        "letter": base + reverse("version", args=[appeal.slug, text.slug, sheet.version.number]),
        "privacy": base + reverse("privacy", args=[appeal.slug]),
        "rows": range(1, sheet.lines + 1),
    }
