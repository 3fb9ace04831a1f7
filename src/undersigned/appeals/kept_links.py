"""What a note says after a reference: where a kept copy is, and that a source is found no longer."""

import html
from collections.abc import Collection

from django.urls import reverse
from django.utils.translation import gettext as _

from undersigned.appeals import written_dates
from undersigned.appeals.dead_links import known
from undersigned.appeals.models import Appeal, Capture, Source
from undersigned.appeals.references.csl import is_web_address

_SHOWN = 60


def tails(appeal: Appeal, keys: Collection[str], language: str) -> tuple[tuple[str, str], ...]:
    """Key and safe HTML of each source that has an open copy or is lost; in the current language."""
    if not keys:
        return ()
    copies: dict[int, Capture] = {}
    rows = Capture.objects.filter(source__appeal=appeal, source__key__in=keys, is_open=True)
    for row in rows.order_by("captured_at", "pk"):
        copies[row.source_id] = row
    sources = appeal.sources.filter(key__in=keys).select_related("link_check").order_by("key")
    made = ((source.key, _tail(appeal, source, copies.get(source.pk), language)) for source in sources)
    return tuple((key, tail) for key, tail in made if tail)


def _tail(appeal: Appeal, source: Source, copy: Capture | None, language: str) -> str:
    looked = known(source)
    opened = _opened(appeal, source, copy, language) if copy else ""
    if looked is None or not looked.is_lost:
        return f'<span class="kept-copy">{opened}.</span>' if opened else ""
    shown = looked.url if len(looked.url) <= _SHOWN else f"{looked.url[: _SHOWN - 1]}…"
    address = f'<bdi dir="ltr">{html.escape(shown)}</bdi>'
    if is_web_address(looked.url):
        address = f'<a href="{html.escape(looked.url)}" rel="noopener noreferrer nofollow">{address}</a>'
    lost = _("No longer found at %(address)s") % {"address": address}
    return f'<span class="kept-copy lost">{", ".join(filter(None, [lost, opened]))}.</span>'


def _opened(appeal: Appeal, source: Source, copy: Capture, language: str) -> str:
    url = reverse("kept", args=[appeal.slug, source.key, copy.sha256])
    day = written_dates.written_out(copy.captured_at.date().isoformat(), language)
    words = html.escape(_("kept copy of %(date)s") % {"date": day})
    return f'<a href="{html.escape(url)}">{words}</a>'
