"""Signatures gathered elsewhere come in as a table: read whole, shown first, all lines or none.

The file is kept sealed beside the scans; its digest goes into the log under a salt, since a short list
could be guessed.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals.models import Version
from undersigned.circulation.fields import looks_like_formula
from undersigned.lib import clock, table
from undersigned.lib.fields import FieldError, clean_line
from undersigned.lib.table import LineError
from undersigned.signing.models import Gathering, PaperLine
from undersigned.signing.paper import lines, matches, scans, wipe
from undersigned.signing.paper.keep import digest_text, refuse_known, subject
from undersigned.signing.paper.refusals import NotPossible
from undersigned.signing.paper.standing import locked, refuse_sealed, require_open

BYTES_MAX = 20_000_000
ENTRIES_MAX = 50_000
_ERRORS_MOST = 1000
_CHUNK = 1000
# Header cells in English, Spanish, French and Arabic, without case, accents and punctuation.
_HEADERS = {
    "name": "name|full name|nombre|nombre completo|nombre y apellidos|nom|nom complet|nom et prenom"
    "|prenom et nom|الاسم|الاسم الكامل",
    "email": "email|e mail|mail|email address|e mail address|correo|correo electronico|courriel"
    "|adresse e mail|adresse email|adresse electronique|البريد الالكتروني|البريد",
    "affiliation": "affiliation|organisation|organization|institution|afiliacion|organizacion|institucion"
    "|organisme|appartenance|الجهة",
    "role": "role|position|title|function|occupation|profession|cargo|funcion|profesion|ocupacion|fonction"
    "|المهنة|الصفة",
    "place": "place|city|town|lugar|ciudad|localidad|lieu|ville|المكان|المدينة",
    "country": "country|pais|pays|البلد",
    "public": "public|publico|publique|show name|علني",
    "addressee": "addressee|destinatario|destinataire|المرسل اليه",
    "edition": "edition|edicion|الطبعة",
}
_COLUMNS = table.columns_by_word(_HEADERS)


@dataclass(frozen=True)
class List:
    """What a file holds: lines with their numbers, what is wrong, what the reader should look at."""

    entries: list[tuple[int, lines.Reading]] = field(default_factory=list)
    errors: list[LineError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Unacceptable(Exception):
    """A list that cannot be taken, none of it; `errors` say which lines and why."""

    def __init__(self, errors: list[LineError]) -> None:
        super().__init__("; ".join(str(error) for error in errors[:5]))
        self.errors = errors


def read_csv(data: bytes) -> List:
    """Lines and errors of a file, for any bytes at all; a file with one error must not be taken."""
    found = List()
    hint = _(
        "The first line must name the columns: “name” and, as far as there are, “email”, “place”, “country”, "
        "“affiliation”, “role”, “public”, “addressee”, “edition”."
    )
    try:
        text = table.decoded(data, found.notes, most=BYTES_MAX)
        _take(table.records(text, _COLUMNS, needed=("name",), hint=hint), found)
    except table.Unreadable as error:
        return List(errors=[LineError(0, str(error))])
    return found


def _take(records: Iterator[tuple[int, dict[str, str]]], found: List) -> None:
    formulas = []
    for line, cells in records:
        if len(found.entries) >= ENTRIES_MAX:
            message = _("A list can hold at most %(most)d people: split it.") % {"most": ENTRIES_MAX}
            found.errors.append(LineError(line, message))
            return
        if len(found.errors) >= _ERRORS_MOST:
            return
        if any(looks_like_formula(cell) for cell in cells.values()):
            formulas.append(str(line))
        try:
            found.entries.append((line, lines.read(_values(cells))))
        except lines.Unfit as error:
            labels = lines.labels()
            found.errors.extend(LineError(line, f"{labels[k]}: {v}") for k, v in error.messages.items())
    if not found.entries and not found.errors:
        found.errors.append(LineError(0, _("Below the first line the file names nobody.")))
    if formulas:
        message = _("What begins like a formula is taken as plain text; look at lines %(lines)s.")
        more = " …" if len(formulas) > 10 else ""
        found.notes.append(message % {"lines": ", ".join(formulas[:10]) + more})


_NO = frozenset({"no", "n", "0", "false", "non", "لا"})
_YES = frozenset({"yes", "y", "1", "true", "x", "si", "sí", "oui", "نعم"})


def _values(cells: dict[str, str]) -> dict[str, object]:
    """Cells as a line's values; a box counts as ticked only where the table plainly says so."""
    values: dict[str, object] = dict(cells)
    for name in ("addressee", "edition"):
        values[name] = _tick(cells.get(name, ""))
    public = cells.get("public", "").strip().lower()
    # A column that says whether to show a name must say yes.
    values["unlisted"] = "public" in cells and public not in _YES
    if public and public not in _YES | _NO:
        values["unlisted"] = public
    return values


def _tick(cell: str) -> object:
    word = cell.strip().lower()
    if word in _YES:
        return True
    return False if not word or word in _NO else cell


def preview(
    *, actor: User, version: Version, data: IO[bytes], origin: str, basis: str, at: datetime | None = None
) -> Gathering:
    """Keeps a list to be looked at; none of it counts before `take`. Raises Forbidden, ValidationError,
    Unacceptable with what is wrong line by line, NotPossible.
    """
    appeal = version.text.appeal
    require(actor, "paper.list", appeal.team)
    refuse_sealed(appeal)
    now = at or clock.now()
    origin, basis = _said(origin, basis)
    content = data.read(BYTES_MAX + 1)
    found = read_csv(content)
    if found.errors:
        raise Unacceptable(found.errors)
    refuse_known(appeal, hashlib.sha256(content).hexdigest())
    data.seek(0)
    stored = scans.store(appeal, data, most=BYTES_MAX)
    try:
        return _keep(actor, version, stored, found, origin, basis, now)
    except BaseException:
        scans.destroy(stored.mark)
        raise


def _said(origin: str, basis: str) -> tuple[str, str]:
    found, wrong = {}, {}
    for name, value, most in (("origin", origin, 300), ("basis", basis, 500)):
        try:
            found[name] = clean_line(value, required=True, limit=most)
        except FieldError as error:
            wrong[name] = str(error)
    if wrong:
        raise ValidationError(wrong)
    return found["origin"], found["basis"]


def _keep(
    actor: User, version: Version, stored: scans.Stored, found: List, origin: str, basis: str, now: datetime
) -> Gathering:
    appeal, salt = version.text.appeal, os.urandom(32)
    digest = hashlib.sha256(b"undersigned/list/v1\0" + salt + bytes.fromhex(stored.sha256)).digest()
    with transaction.atomic():
        require_open(appeal, now)
        refuse_known(appeal, stored.sha256)
        try:
            with transaction.atomic():
                made = Gathering.objects.create(
                    mark=stored.mark, appeal=appeal, version=version, state=Gathering.State.PREVIEW,
                    origin=origin, basis=basis, notes=found.notes, media_type="text/csv", size=stored.size,
                    sha256=stored.sha256, digest=digest_text(digest), salt=salt,
                    claimed=len(found.entries), transcribed=len(found.entries), kept_by=actor, kept_at=now,
                )  # fmt: skip
        except IntegrityError:
            refuse_known(appeal, stored.sha256)
            raise
    try:
        _write(made, found)
    except BaseException:
        wipe.drop(made)
        raise
    return made


def _write(gathering: Gathering, found: List) -> None:
    """Chunk by chunk, so that nobody who signs waits; a list whose last line is missing is never taken."""
    keys = matches.Keys(gathering.appeal)
    for start in range(0, len(found.entries), _CHUNK):
        PaperLine.objects.bulk_create(
            PaperLine(
                gathering=gathering,
                appeal=gathering.appeal,
                number=number,
                state=PaperLine.State.READY,
                sealed=lines.seal(reading),
                name_key=keys.name(reading.name),
                email_key=keys.email(reading.email),
            )
            for number, reading in found.entries[start : start + _CHUNK]
        )


def take(*, actor: User, gathering: Gathering, at: datetime | None = None) -> Gathering:
    """Takes a list that was looked at: duplicates are looked for, then it is counted like a sheet.

    Twice is as once. Raises Forbidden, NotPossible.
    """
    require(actor, "paper.list", gathering.appeal.team)
    current = _take_over(actor, gathering, at or clock.now())
    if current.state == Gathering.State.CHECKING:
        matches.look(current)
    return current


@transaction.atomic
def _take_over(actor: User, gathering: Gathering, now: datetime) -> Gathering:
    require_open(gathering.appeal, now)
    current = locked(gathering)
    if current.state != Gathering.State.PREVIEW:
        return current
    if PaperLine.objects.filter(gathering=current).count() != current.claimed:
        raise NotPossible(_("The list was broken off when it came in: drop it and choose the file again."))
    current.state = Gathering.State.CHECKING
    current.save(update_fields=["state"])
    audit.record(
        team=current.appeal.team, actor=actor, verb="paper.list", subject=subject(current),
        sha256=current.sha256, size=current.size, lines=current.claimed,
    )  # fmt: skip
    return current


def discard(*, actor: User, gathering: Gathering) -> None:
    """Drops a list that was looked at and not taken; nothing of it stays. Raises Forbidden."""
    require(actor, "paper.list", gathering.appeal.team)
    wipe.drop(gathering)
