"""Cases from a file: previewed, then taken all or not at all; and the same file written again."""

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals import case_fields, case_history, case_sealed, case_shown, cases
from undersigned.appeals.case_files import Record, StatementRecord, UpdateRecord, in_case
from undersigned.appeals.case_history import Cited
from undersigned.appeals.case_models import Case, CaseStatement, StatementSource
from undersigned.appeals.case_sealed import Consent, Name
from undersigned.appeals.models import Appeal
from undersigned.lib.table import LineError


class OnClash(StrEnum):
    """What happens to a case of the file that stands here with other data."""

    REFUSE = "refuse"
    UPDATE = "update"
    KEEP = "keep"


@dataclass(frozen=True)
class Planned:
    """What would become of one case of the file."""

    record: Record
    what: str

    @property
    def level(self) -> str:
        """How it may be named, in words."""
        return str(Case.Level(self.record.consent.level).label)


class NotTaken(Exception):
    """A file that cannot be taken as it is; nothing was changed, `problems` say why, line by line."""

    def __init__(self, problems: list[LineError]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


def export(*, actor: User, appeal: Appeal, format: str) -> list[Record]:
    """Every case with all that is known of it, withheld names as well: for the team; raises Forbidden."""
    require(actor, "appeal.edit", appeal.team)
    found = _records(appeal)
    audit.record(
        team=appeal.team, actor=actor, verb="case.export", subject=f"appeal:{appeal.slug}", format=format
    )
    return found


def _records(appeal: Appeal) -> list[Record]:
    cites = Prefetch("cites", StatementSource.objects.select_related("source"))
    statements = Prefetch("statements", CaseStatement.objects.prefetch_related(cites))
    rows = appeal.cases.prefetch_related(statements, "updates", "consents")
    return [record_of(case) for case in rows]


def record_of(case: Case) -> Record:
    """A case as a file holds it."""
    about = case_sealed.about(case)
    consents = list(case.consents.all())
    return Record(
        ref=case.ref,
        kind=case.kind,
        names=about.names,
        note=about.note,
        consent=case_sealed.consented(consents[-1]) if consents else Consent(case.level),
        is_published=case.is_published,
        statements=tuple(_statement(row) for row in sorted(case.statements.all(), key=lambda row: row.pk)),
        updates=tuple(
            UpdateRecord(row.on.isoformat(), case_sealed.told(row))
            for row in sorted(case.updates.all(), key=lambda row: row.pk)
        ),
    )


def _statement(row: CaseStatement) -> StatementRecord:
    said = case_sealed.said(row)
    cites = tuple(Cited(cite.source.key, cite.locator) for cite in row.cites.all())
    return StatementRecord(row.state, said.date, said.place, said.note, cites)


def plan(appeal: Appeal, found: list[Record], on_clash: OnClash = OnClash.REFUSE) -> list[Planned]:
    """What taking these would do: “new”, “same”, “update” or “keep”; raises NotTaken for what is wrong."""
    known = {record.ref: record for record in _records(appeal)}
    keys = set(appeal.sources.values_list("key", flat=True))
    planned, problems = [], []
    for number, record in enumerate(found, 1):
        problems += _problems(record, number, keys)
        before = known.get(record.ref)
        if before is None:
            what = "new"
        elif before == record:
            what = "same"
        else:
            what = str(on_clash)
            if on_clash == OnClash.REFUSE:
                clash = _("The case “%(case)s” stands here with other data.") % {"case": record.ref[:40]}
                problems.append(_at(record.line, number, clash))
        planned.append(Planned(record, what))
    if problems:
        raise NotTaken(problems)
    return planned


def _at(line: int, number: int, problem: str) -> LineError:
    return LineError(line, problem) if line else LineError(0, in_case(number, problem))


def _problems(record: Record, number: int, keys: set[str]) -> list[LineError]:
    """What an act would refuse, said before anything is done."""
    found: list[LineError] = []

    def check(line: int, *reads: Any) -> None:
        for read in reads:
            try:
                read()
            except ValidationError as error:
                found.append(_at(line, number, " ".join(error.messages)))

    check(
        record.line,
        lambda: case_fields.kind(record.kind),
        lambda: case_fields.about(record.names, record.note),
        lambda: case_fields.consent(record.consent),
    )
    for one in record.statements:
        check(
            one.line or record.line,
            lambda one=one: case_fields.state(one.state),
            lambda one=one: case_fields.statement(one.date, one.place, one.note),
        )
        for cited in one.sources:
            if cited.key not in keys:
                missing = _("There is no source with the key “%(key)s”.") % {"key": cited.key[:80]}
                found.append(_at(one.line or record.line, number, missing))
    for update in record.updates:
        check(update.line or record.line, lambda update=update: case_fields.day("on", update.on))
    return found


@transaction.atomic
def import_cases(
    *, actor: User, appeal: Appeal, found: list[Record], on_clash: OnClash = OnClash.REFUSE
) -> list[Planned]:
    """Takes every case or none; raises Forbidden, NotTaken."""
    require(actor, "appeal.edit", appeal.team)
    planned = plan(appeal, found, on_clash)
    existing = {case.ref: case for case in appeal.cases.select_related("appeal__team")}
    problems: list[LineError] = []
    for number, one in enumerate(planned, 1):
        try:
            if one.what == "new":
                _enter(actor, appeal, one.record)
            elif one.what == "update":
                _replace(actor, existing[one.record.ref], one.record)
        except ValidationError as error:
            problems.append(_at(one.record.line, number, " ".join(error.messages)))
    if problems:
        raise NotTaken(problems)
    case_shown.show(appeal)
    return planned


def _enter(actor: User, appeal: Appeal, record: Record) -> None:
    case = cases.add_case(
        actor=actor, appeal=appeal, names=record.names, kind=record.kind, note=record.note,
        consent=record.consent, ref=_free_ref(record.ref), show=False,
    )  # fmt: skip
    _fill(actor, case, record)


def _free_ref(ref: str) -> str:
    """A name as this program gives them stays, so that a file finds its cases again; others get one."""
    ours = len(ref) == 22 and all(char.isascii() and (char.isalnum() or char in "-_") for char in ref)
    return ref if ours and not Case.objects.filter(ref=ref).exists() else ""


def _replace(actor: User, case: Case, record: Record) -> None:
    cases.change_case(
        actor=actor, case=case, names=record.names, kind=record.kind, note=record.note, show=False
    )
    last = case.consents.last()
    if (case_sealed.consented(last) if last else Consent(case.level)) != record.consent:
        cases.set_consent(actor=actor, case=case, consent=record.consent, show=False)
    case.statements.all().delete()
    case.updates.all().delete()
    _fill(actor, case, record)


def _fill(actor: User, case: Case, record: Record) -> None:
    for one in record.statements:
        case_history.add_statement(
            actor=actor, case=case, state=one.state, date=one.date, place=one.place, note=one.note,
            sources=one.sources, show=False,
        )  # fmt: skip
    for update in record.updates:
        case_history.add_update(actor=actor, case=case, on=update.on, text=update.text, show=False)
    cases.publish_case(actor=actor, case=case, published=record.is_published, show=False)


def as_plain(found: list[Record]) -> list[dict[str, Any]]:
    """Records that travel with a page from its preview to the act."""
    return [asdict(record) for record in found]


def from_plain(found: list[dict[str, Any]]) -> list[Record]:
    """The same again."""
    return [_record_from(dict(item)) for item in found]


def _record_from(item: dict[str, Any]) -> Record:
    item["names"] = tuple(Name(**name) for name in item["names"])
    item["consent"] = Consent(**item["consent"])
    statements = tuple(StatementRecord(**one) for one in item["statements"])
    item["statements"] = tuple(
        replace(one, sources=tuple(Cited(**cited) for cited in one.sources))  # type: ignore[arg-type]
        for one in statements
    )
    item["updates"] = tuple(UpdateRecord(**one) for one in item["updates"])
    return Record(**item)
