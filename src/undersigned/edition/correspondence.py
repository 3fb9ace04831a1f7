"""The letters around an appeal as the document prints them: agreed to, and chosen by the editors."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

from django.db.models import Max, QuerySet

from undersigned.appeals import languages, written_dates
from undersigned.appeals.models import Appeal
from undersigned.circulation.correspondence import letters
from undersigned.circulation.models import EditionLetter
from undersigned.edition import document as d
from undersigned.edition.body import read_blocks
from undersigned.signing.models import Update


def of_appeal(appeal: Appeal) -> tuple[d.Letter, ...]:
    """Every letter that may be printed, updates too, in the order of their dates, undated ones last."""
    rows = _printed(appeal).select_related("carrier")
    found = [_letter(row) for row in rows.order_by("pk")]
    sender = appeal.controller or appeal.team.name
    found += [_update(row, sender) for row in _updates(appeal).order_by("number")]
    return tuple(sorted(found, key=lambda letter: (not letter.date, letter.date)))


def changed(appeal: Appeal) -> datetime | None:
    """When the last of them was chosen or published; None where there is none."""
    moments = (
        _printed(appeal).aggregate(at=Max("included_at"))["at"],
        _updates(appeal).aggregate(at=Max("published_at"))["at"],
    )
    return max((at for at in moments if at), default=None)


def _printed(appeal: Appeal) -> QuerySet[EditionLetter]:
    return EditionLetter.objects.filter(
        appeal=appeal, consent=EditionLetter.Consent.YES, included_at__isnull=False
    )


def _updates(appeal: Appeal) -> QuerySet[Update]:
    return Update.objects.filter(appeal=appeal, number__isnull=False, taken_down_at__isnull=True)


def _update(row: Update, sender: str) -> d.Letter:
    """What the team told all its signers: its words were published by it, and name nobody else's consent."""
    date = row.published_at.astimezone(UTC).date().isoformat() if row.published_at else ""
    return d.Letter(
        id=f"update-{row.number}",
        sender=d.Named(sender),
        addressee=d.Named(),
        language=row.language,
        direction="rtl" if languages.direction(row.language) == "rtl" else "ltr",
        blocks=read_blocks(row.words),
        kind="update",
        title=row.title,
        date=date,
        date_written=written_dates.written_out(date, row.language),
        source=row.words,
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
