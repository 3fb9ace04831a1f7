"""What is known of a case over time: dated statements with their sources, and short updates."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals import case_fields, case_sealed, case_shown
from undersigned.appeals.case_models import Case, CaseStatement, CaseUpdate, StatementSource
from undersigned.appeals.models import Source
from undersigned.lib import clock

STATEMENTS_MAX = 500
UPDATES_MAX = 500
SOURCES_MAX = 20


@dataclass(frozen=True)
class Cited:
    """A source by its key, with the place in it."""

    key: str
    locator: str = ""


@transaction.atomic
def add_statement(
    *,
    actor: User,
    case: Case,
    state: str = "",
    date: str = "",
    place: str = "",
    note: str = "",
    sources: Iterable[Cited] = (),
    show: bool = True,
) -> CaseStatement:
    """Adds to the history of a case; raises Forbidden, ValidationError.

    `date` is EDTF or words such as “spring 1936”; it is kept as typed and sorted by what is known of it.
    """
    require(actor, "appeal.edit", case.appeal.team)
    said = case_fields.statement(date, place, note)
    if not (case_fields.state(state) or said.place or said.note):
        raise ValidationError({"state": _("Say at least a state, a place or a note.")})
    if case.statements.count() >= STATEMENTS_MAX:
        raise ValidationError(_("A case has at most %(most)d statements.") % {"most": STATEMENTS_MAX})
    edtf, key = case_fields.dated(said.date)
    row = CaseStatement.objects.create(
        case=case,
        state=state,
        edtf=edtf,
        date_key=key,
        sealed=case_sealed.seal(said),
        created_at=clock.now(),
        created_by=actor,
    )
    StatementSource.objects.bulk_create(_cites(case, row, sources))
    _record(actor, case, "case.state", state=state)
    if show:
        case_shown.show(case.appeal, [case])
    return row


@transaction.atomic
def remove_statement(*, actor: User, statement: CaseStatement) -> None:
    """Takes a statement out of a history; raises Forbidden."""
    case = statement.case
    require(actor, "appeal.edit", case.appeal.team)
    _record(actor, case, "case.unstate", state=statement.state)
    statement.delete()
    case_shown.show(case.appeal, [case])


@transaction.atomic
def add_update(*, actor: User, case: Case, on: str, text: str, show: bool = True) -> CaseUpdate:
    """Adds a short dated text for readers; raises Forbidden, ValidationError."""
    require(actor, "appeal.edit", case.appeal.team)
    day, words = case_fields.day("on", on), case_fields.words("text", text)
    if not words:
        raise ValidationError({"text": _("Please fill in this field.")})
    if case.updates.count() >= UPDATES_MAX:
        raise ValidationError(_("A case has at most %(most)d updates.") % {"most": UPDATES_MAX})
    row = CaseUpdate.objects.create(
        case=case, on=day, sealed=case_sealed.seal(words), created_at=clock.now(), created_by=actor
    )
    _record(actor, case, "case.update")
    if show:
        case_shown.show(case.appeal, [case])
    return row


@transaction.atomic
def remove_update(*, actor: User, update: CaseUpdate) -> None:
    """Takes an update back; raises Forbidden."""
    case = update.case
    require(actor, "appeal.edit", case.appeal.team)
    _record(actor, case, "case.unupdate")
    update.delete()
    case_shown.show(case.appeal, [case])


def _cites(case: Case, row: CaseStatement, sources: Iterable[Cited]) -> list[StatementSource]:
    wanted = list(dict.fromkeys(sources))
    if len(wanted) > SOURCES_MAX:
        raise ValidationError({"sources": _("At most %(most)d sources.") % {"most": SOURCES_MAX}})
    known = {
        one.key: one for one in Source.objects.filter(appeal=case.appeal_id, key__in=[c.key for c in wanted])
    }
    missing = [cited.key for cited in wanted if cited.key not in known]
    if missing:
        raise ValidationError(
            {"sources": _("There is no source with the key “%(key)s”.") % {"key": missing[0][:80]}}
        )
    return [
        StatementSource(
            statement=row, source=known[cited.key], locator=case_fields.line("sources", cited.locator, 100)
        )
        for cited in wanted
    ]


def _record(actor: User, case: Case, verb: str, **detail: str) -> None:
    audit.record(
        team=case.appeal.team, actor=actor, verb=verb, subject=f"case:{case.appeal.slug}/{case.ref}", **detail
    )
