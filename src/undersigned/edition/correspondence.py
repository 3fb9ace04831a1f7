"""The letters around an appeal as the document prints them: agreed to, and chosen by the editors."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

from django.db.models import Max, QuerySet

from undersigned.appeals import languages, written_dates
from undersigned.appeals.models import Appeal
from undersigned.circulation.correspondence import letters
from undersigned.circulation.models import EditionLetter
from undersigned.edition import document as d
from undersigned.edition.body import read_blocks


def of_appeal(appeal: Appeal) -> tuple[d.Letter, ...]:
    """Every letter that may be printed, in the order of their dates, undated ones last."""
    rows = _printed(appeal).select_related("carrier")
    found = [_letter(row) for row in rows.order_by("pk")]
    return tuple(sorted(found, key=lambda letter: (not letter.date, letter.date)))


def changed(appeal: Appeal) -> datetime | None:
    """When the last of them was chosen; None where there is none."""
    found: datetime | None = _printed(appeal).aggregate(at=Max("included_at"))["at"]
    return found


def _printed(appeal: Appeal) -> QuerySet[EditionLetter]:
    return EditionLetter.objects.filter(
        appeal=appeal, consent=EditionLetter.Consent.YES, included_at__isnull=False
    )


def _letter(row: EditionLetter) -> d.Letter:
    content = letters.printed(row)
    return d.Letter(
        # An id on a page begins with a letter and holds no underscore.
        id=f"letter-{row.pk}",
        sender=d.Named(content.sender),
        addressee=d.Named(content.addressee),
        language=row.language,
        direction="rtl" if languages.direction(row.language) == "rtl" else "ltr",
        blocks=read_blocks(content.words) if content.markup else tuple(_plain(content.words)),
        kind=cast(Any, row.kind),
        title=content.title,
        place=content.place,
        date=row.date,
        date_written=written_dates.written_out(row.date, row.language),
        source=content.words if content.markup else "",
    )


def _plain(words: str) -> Iterator[d.Paragraph]:
    """Paragraphs and lines as they were typed: nothing in a plain letter is markup."""
    for paragraph in words.strip().split("\n\n"):
        inlines: list[d.Inline] = []
        for line in paragraph.strip("\n").split("\n"):
            inlines += [d.LineBreak()] if inlines else []
            inlines.append(d.Str(line))
        yield d.Paragraph(tuple(inlines), 0)
