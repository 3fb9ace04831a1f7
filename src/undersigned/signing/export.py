"""The roll as a file: streamed, so that a million lines cost the memory of a few; formulas defused.

The export with personal data holds signatures that stand. An address is in it because the organisers
answer for it; whether they may write to it stands beside it, as each consent does.
"""

import csv
import json
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals.models import Appeal
from undersigned.lib import unsealing
from undersigned.lib.cells import cell
from undersigned.lib.vault import VaultError
from undersigned.signing import people
from undersigned.signing.models import Organisation, PublicLine, Signature
from undersigned.signing.organisations import roll as organisations
from undersigned.signing.organisations import sealed

FORMATS = ("csv", "json")
_CHUNK = 2000
# The letter's words would come with each of its signatures.
_WORDS = ("version__source", "version__canonical")
PUBLIC_COLUMNS = (
    "name", "pseudonym", "affiliation", "role", "place", "country", "text", "version", "kind",
    "affiliation_note", "domain", "resolved_on", "officers",
)  # fmt: skip
COLUMNS = (
    "shown_name", "display", "name", "email", "affiliation", "role", "place", "country", "text", "version",
    "kind", "state", "confirmed_on", "first_signatory", "updates", "addressee", "edition", "consent_wording",
    "affiliation_note", "domain", "resolved_on", "officers",
)  # fmt: skip
# Of a sealed appeal: what `undersigned unseal` opens with the team's key.
SEALED = "sealed"


def rows(actor: User | None, appeal: Appeal, format: str) -> Iterator[bytes]:
    """A file of all signatures that stand, with personal data; raises Forbidden before the first byte.

    Without an actor it is the operator who asks, at the machine itself.
    """
    if actor is not None:
        require(actor, "roll.export", appeal.team)
    _audit(actor, appeal, format, public=False)
    columns = (*COLUMNS, SEALED) if appeal.is_sealed else COLUMNS
    return _write(_personal(appeal), columns, format)


def public_rows(actor: User | None, appeal: Appeal, format: str) -> Iterator[bytes]:
    """A file of what stands on the public roll, in its order; raises Forbidden before the first byte."""
    if actor is not None:
        require(actor, "roll.view", appeal.team)
    _audit(actor, appeal, format, public=True)
    return _write(_public(appeal), PUBLIC_COLUMNS, format)


def _audit(actor: User | None, appeal: Appeal, format: str, *, public: bool) -> None:
    if format not in FORMATS:
        raise ValueError(f"not a format of exports: {format!r}")
    audit.record(
        team=appeal.team, actor=actor, verb="roll.export", subject=f"appeal:{appeal.slug}",
        format=format, public=public,
    )  # fmt: skip


def _public(appeal: Appeal) -> Iterator[dict[str, Any]]:
    lines: QuerySet[PublicLine] = PublicLine.objects.filter(
        appeal=appeal, listed=True, appeal__names_hidden_at__isnull=True
    )
    lines = (
        lines.select_related("signature", "version__text").defer(*_WORDS).order_by("sort_key", "signature")
    )
    for line in lines.iterator(chunk_size=_CHUNK):
        yield {
            "name": line.name,
            "pseudonym": line.signature.display == Signature.Display.PSEUDONYM,
            "affiliation": line.affiliation,
            "role": line.role,
            "place": line.place,
            "country": line.country,
            "text": line.version.text.slug,
            "version": line.version.number,
            "kind": line.signature.kind,
            **_person_only(line.affiliation),
        }
    yield from _public_organisations(appeal)


def _person_only(affiliation: str) -> dict[str, Any]:
    """What a person's line has where an organisation's has its domain; an affiliation is no signatory."""
    note = _("For identification only") if affiliation else ""
    return {"affiliation_note": note, "domain": "", "resolved_on": "", "officers": ""}


def _public_organisations(appeal: Appeal) -> Iterator[dict[str, Any]]:
    for line in organisations.every(appeal):
        yield {
            "name": line.name, "pseudonym": False, "affiliation": "", "role": "", "place": line.place,
            "country": line.country, "text": line.text, "version": line.version, "kind": "org",
            "affiliation_note": "", "domain": line.domain, "resolved_on": line.resolved_on.isoformat(),
            "officers": "; ".join(line.officers),
        }  # fmt: skip


def _organisations(appeal: Appeal) -> Iterator[dict[str, Any]]:
    """Organisations that stand, behind the people; `name` and `email` are the officer's."""
    rows = Organisation.objects.filter(appeal=appeal, state=Organisation.State.SIGNED)
    rows = rows.select_related("signature", "version__text").defer(*_WORDS).order_by("pk")
    for row in rows.iterator(chunk_size=_CHUNK):
        kept = sealed.opened(row)
        named = [officer.line for officer in (kept.officer, kept.second) if officer]
        yield {
            **dict.fromkeys((*COLUMNS, SEALED), ""),
            "shown_name": row.name, "display": "name",
            "name": kept.officer.name if kept.officer else "",
            "email": kept.officer.email if kept.officer else "",
            "role": kept.officer.role if kept.officer else "",
            "place": row.place, "country": row.country, "text": row.version.text.slug,
            "version": row.version.number, "state": row.signature.state if row.signature else "",
            "confirmed_on": row.confirmed_at.date().isoformat() if row.confirmed_at else "",
            "first_signatory": False, "updates": False, "addressee": row.for_addressee,
            "edition": row.for_edition, "consent_wording": row.consent_wording, "kind": "org",
            "domain": row.domain, "resolved_on": row.resolved_on.isoformat(), "officers": "; ".join(named),
        }  # fmt: skip


def _personal(appeal: Appeal) -> Iterator[dict[str, Any]]:
    signatures = (
        Signature.objects.filter(appeal=appeal, state__in=Signature.LIVE)
        .exclude(kind=Signature.Kind.ORG)
        .select_related("public_line", "person", "version__text")
        .defer(*_WORDS)
        .order_by("pk")
    )
    if appeal.is_sealed:
        signatures = signatures.select_related("sealed_person")
    for signature in signatures.iterator(chunk_size=_CHUNK):
        yield _signature(signature) | (_sealed(signature) if appeal.is_sealed else {})
    yield from _organisations(appeal)


def _signature(signature: Signature) -> dict[str, Any]:
    person = _person(signature)
    line = getattr(signature, "public_line", None)
    return {
        "shown_name": line.name if line else "",
        "display": signature.display,
        "name": person.get("name", ""),
        "email": person.get("email", ""),
        "affiliation": person.get("affiliation", ""),
        "role": person.get("role", ""),
        "place": person.get("place", ""),
        "country": person.get("country", ""),
        "text": signature.version.text.slug,
        "version": signature.version.number,
        "kind": signature.kind,
        "state": signature.state,
        "confirmed_on": signature.confirmed_at.date().isoformat() if signature.confirmed_at else "",
        "first_signatory": signature.first_order is not None,
        "updates": signature.wants_updates,
        "addressee": signature.for_addressee,
        "edition": signature.for_edition,
        "consent_wording": signature.consent_wording,
        **_person_only(line.affiliation if line else ""),
    }


def _sealed(signature: Signature) -> dict[str, str]:
    """What the server knows, and what it cannot read."""
    line = getattr(signature, "public_line", None)
    shown = (
        {name: getattr(line, name) for name in ("affiliation", "role", "place", "country")} if line else {}
    )
    own = getattr(signature, "sealed_person", None)
    return {**shown, SEALED: unsealing.written(bytes(own.sealed)) if own else ""}


def _person(signature: Signature) -> dict[str, str]:
    """Contact data; none where the retention period is over."""
    try:
        return people.unseal(signature.person) if hasattr(signature, "person") else {}
    except VaultError as error:
        raise VaultError(f"signature {signature.pk}: {error}") from None


def _write(items: Iterator[dict[str, Any]], columns: tuple[str, ...], format: str) -> Iterator[bytes]:
    return csv_rows(items, columns) if format == "csv" else _json(items)


class _Echo:
    """Takes what the csv module writes and hands it back."""

    def write(self, text: str) -> str:
        return text


def csv_rows(items: Iterator[dict[str, Any]], columns: tuple[str, ...]) -> Iterator[bytes]:
    """A table in UTF-8 with its head, some hundred lines at a time; formulas defused."""
    writer = csv.writer(_Echo())
    # The mark tells spreadsheets that this is UTF-8.
    yield b"\xef\xbb\xbf" + str(writer.writerow(columns)).encode()
    waiting: list[str] = []
    for item in items:
        waiting.append(str(writer.writerow([cell(item[column]) for column in columns])))
        if len(waiting) >= 500:
            yield "".join(waiting).encode()
            waiting.clear()
    yield "".join(waiting).encode()


def _json(items: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    yield b'{"signatures": ['
    before = "\n"
    for item in items:
        yield (before + json.dumps(item, ensure_ascii=False)).encode()
        before = ",\n"
    yield b"\n]}\n"
