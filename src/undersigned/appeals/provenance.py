"""Where a text was taken from, in one line."""

import re

from django.utils.translation import gettext as _

from undersigned.appeals.markup import Source

_NUMERAL = re.compile(r"[0-9IVXLCM]+\Z")


def citation(source: Source) -> str:
    """The edition in one line: author, part, title, volume, publisher, place, year, pages."""
    volume = (
        _("volume %(volume)s") % {"volume": source.volume} if _NUMERAL.match(source.volume) else source.volume
    )
    pages = _("p. %(pages)s") % {"pages": source.pages} if source.pages else ""
    parts = [
        source.author,
        f"“{source.part}”" if source.part else "",
        source.title,
        _("edited by %(editor)s") % {"editor": source.editor} if source.editor else "",
        volume,
        source.period,
        source.publisher,
        source.place,
        source.year,
        pages,
    ]
    return ", ".join(part for part in parts if part) or source.text
