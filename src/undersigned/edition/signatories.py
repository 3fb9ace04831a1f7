"""Who stands under the edition: recorded, listed, and asked to be kept in it; nobody else."""

from collections.abc import Iterator
from typing import Any

from django.db.models import F, QuerySet

from undersigned.appeals.models import Appeal, Text
from undersigned.edition.document import Organisation, Roll, Signatory
from undersigned.signing.models import PublicLine, Signature
from undersigned.signing.organisations import roll

_CHUNK = 2000
_COLUMNS = (
    "name", "affiliation", "role", "place", "country", "signature__display", "version__number", "first_order",
    "signature__kind", "signature__vouching__voucher__public_name",
)  # fmt: skip


def of_appeal(appeal: Appeal) -> Roll:
    """All who signed a text of the appeal."""
    return _roll(PublicLine.objects.filter(appeal=appeal))


def of_text(text: Text) -> Roll:
    """Those who signed a version of this very text."""
    return _roll(PublicLine.objects.filter(version__text=text))


def organisations(appeal: Appeal, text: Text | None = None) -> tuple[Organisation, ...]:
    """The organisations that signed the appeal, or this text of it, and asked to be kept."""
    return tuple(
        Organisation(
            line.name, line.place, line.country, line.domain, line.check, line.resolved_on, line.officers,
            line.text, line.version,
        )
        for line in roll.kept(appeal, text)
    )  # fmt: skip


def _roll(lines: QuerySet[PublicLine]) -> Roll:
    """Read anew by each format, a few thousand lines at a time."""
    kept = lines.filter(
        listed=True,
        signature__state=Signature.State.RECORDED,
        signature__for_edition=True,
        appeal__names_hidden_at__isnull=True,
    ).exclude(name="")
    ordered = kept.order_by(F("first_order").asc(nulls_last=True), "sort_key", "signature")
    rows = ordered.values_list(*_COLUMNS)

    def read() -> Iterator[Signatory]:
        return map(_line, rows.iterator(chunk_size=_CHUNK))

    return Roll(kept.count(), read)


def _line(row: tuple[Any, ...]) -> Signatory:
    name, affiliation, role, place, country, display, version, first, kind, carrier = row
    return Signatory(
        name=name,
        affiliation=affiliation,
        role=role,
        place=place,
        country=country,
        pseudonym=display == Signature.Display.PSEUDONYM,
        version=version,
        first=first is not None,
        vouched_by=carrier or "" if kind == Signature.Kind.VOUCHED else None,
    )
