"""What readers may see of a case, written anew whenever anything changes: the one way out of the desk.

Every hidden name of the appeal is taken out of every word here, and a source that holds one is left out.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from undersigned.appeals import case_sealed, veil
from undersigned.appeals.case_models import Case, CaseMention, CaseStatement, PublicCase, StatementSource
from undersigned.appeals.models import Appeal, Source, Text
from undersigned.lib import clock
from undersigned.lib.collation import sort_key
from undersigned.lib.tokens import public_id

# Behind every name.
_NAMELESS = b"\xff"
_WRITTEN = [
    "public_id", "sort_key", "kind", "state", "updated_on", "places", "words", "data", "changed_at",
]  # fmt: skip


@dataclass
class _Known:
    """A case opened once."""

    case: Case
    about: case_sealed.About
    shown: list[case_sealed.Name]
    hidden: list[case_sealed.Name]


class _Hidden:
    """The hidden names of all cases of an appeal."""

    def __init__(self, known: list[_Known]) -> None:
        self._names = {one.case.pk: [name.text for name in one.hidden] for one in known}
        self._all = [name for names in self._names.values() for name in names]
        self._plain = {name.casefold() for name in self._all}
        # Built once: it is the same for nearly every case.
        self._whole = veil.veil(self._all)

    def veil(self, known: _Known) -> veil.Veil:
        """What is kept out of the words about a case."""
        shown = [name.text for name in known.shown]
        taken = {name.casefold() for name in shown}
        # Another's hidden name may be this one's own: then it is no secret here.
        whole = self._whole
        if taken & self._plain:
            whole = veil.veil(name for name in self._all if name.casefold() not in taken)
        own = case_sealed.parted(known.hidden) if known.case.kind == Case.Kind.PERSON else []
        return whole + veil.veil((), parts_of=own, but=shown)


def show(appeal: Appeal, cases: Iterable[Case] | None = None) -> None:
    """Writes what readers see of these cases, or of all, in the caller's transaction.

    All, whenever a name or a consent changed: the words of one case may name another.
    """
    # One after the other: what was read before another's consent was recorded must not be written after it.
    Appeal.objects.select_for_update(no_key=True).filter(pk=appeal.pk).first()
    known = [_opened(case) for case in appeal.cases.all()]
    hidden = _Hidden(known)
    wanted = None if cases is None else {case.pk for case in cases}
    chosen = [one for one in known if wanted is None or one.case.pk in wanted]
    published = [one for one in chosen if one.case.is_published]
    gone = [one.case.pk for one in chosen if not one.case.is_published]
    taken, _counts = PublicCase.objects.filter(case__in=gone).delete()
    StatementSource.objects.filter(statement__case__in=gone, is_shown=True).update(is_shown=False)
    written = _write(appeal, published, hidden)
    judged = _judge_mentions(chosen)
    if taken or written or judged:
        touch(appeal)


def touch(appeal: Appeal) -> None:
    """Marks every page that shows this appeal's cases as out of date."""
    Appeal.objects.filter(pk=appeal.pk).update(cases_changed_at=clock.now())


def rename(case: Case) -> None:
    """Gives a case another address for readers: who knew it under a name does not find it again."""
    case.public_id = public_id()


def _opened(case: Case) -> _Known:
    about = case_sealed.about(case)
    return _Known(
        case,
        about,
        case_sealed.shown_names(about.names, case.level),
        case_sealed.hidden_names(about.names, case.level),
    )


def _write(appeal: Appeal, published: list[_Known], hidden: _Hidden) -> int:
    """How many rows were written: those that readers see as before are left alone."""
    if not published:
        return 0
    language = _language(appeal)
    full = _with_history(published)
    before = {
        row.case_id: row for row in PublicCase.objects.filter(case__in=[one.case.pk for one in published])
    }
    rows = [_row(one, full[one.case.pk], hidden.veil(one), language) for one in published]
    _mark_sources(full.values(), rows)
    changed = [row for row in rows if not _same(before.get(row.case_id), row)]
    PublicCase.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["case"],
        update_fields=_WRITTEN,
        batch_size=500,
    )
    return len(changed)


def _mark_sources(cases: Iterable[Case], rows: Iterable[PublicCase]) -> None:
    """Notes which sources readers see with these cases."""
    shown = {
        (row.case_id, cite["key"]) for row in rows for said in row.data["history"] for cite in said["sources"]
    }
    for case in cases:
        cites = [cite for statement in case.statements.all() for cite in statement.cites.all()]
        for cite in cites:
            is_shown = (case.pk, cite.source.key) in shown
            if cite.is_shown != is_shown:
                StatementSource.objects.filter(pk=cite.pk).update(is_shown=is_shown)


def _language(appeal: Appeal) -> str:
    found = appeal.texts.filter(relation=Text.Relation.ORIGINAL).values_list("language", flat=True).first()
    return str(found or "en")


def _with_history(published: list[_Known]) -> dict[int, Case]:
    cites = Prefetch("cites", StatementSource.objects.select_related("source"))
    statements = Prefetch("statements", CaseStatement.objects.prefetch_related(cites))
    rows = Case.objects.filter(pk__in=[one.case.pk for one in published])
    return {case.pk: case for case in rows.prefetch_related(statements, "updates")}


def _same(before: PublicCase | None, row: PublicCase) -> bool:
    if before is None:
        return False
    return (before.public_id, before.kind, before.state, bytes(before.sort_key), before.data) == (
        row.public_id, row.kind, row.state, row.sort_key, row.data,
    )  # fmt: skip


def _row(known: _Known, case: Case, over: veil.Veil, language: str) -> PublicCase:
    history = [_statement(row, over) for row in in_order(case.statements.all())]
    updates = [
        {"on": row.on.isoformat(), "text": over.over(case_sealed.told(row))} for row in case.updates.all()
    ]
    names = [{"kind": name.kind, "text": name.text, "language": name.language} for name in known.shown]
    note = over.over(known.about.note)
    stated = [row for row in history if row["state"]]
    places = [row["place"] for row in history if row["place"]]
    words = [name.text for name in known.shown] + [note, *places, *(row["note"] for row in history)]
    data: dict[str, Any] = {
        "level": case.level,
        "names": names,
        "note": note,
        "place": places[-1] if places else "",
        "history": history,
        "updates": updates,
    }
    return PublicCase(
        case=case,
        appeal_id=case.appeal_id,
        public_id=case.public_id,
        sort_key=sort_key(names[0]["text"], language) if names else _NAMELESS,
        kind=case.kind,
        state=stated[-1]["state"] if stated else CaseStatement.State.UNKNOWN.value,
        updated_on=max((row.on for row in case.updates.all()), default=None),
        places=veil.fold("\n".join(dict.fromkeys(places))),
        words=veil.fold("\n".join([*words, *(row["text"] for row in updates)])),
        data=data,
        changed_at=clock.now(),
    )


def in_order(statements: Iterable[CaseStatement]) -> list[CaseStatement]:
    """Statements as time runs; those without any year stand last, as they were entered."""
    return sorted(statements, key=lambda row: (not row.date_key, row.date_key, row.pk))


def _statement(row: CaseStatement, over: veil.Veil) -> dict[str, Any]:
    said = case_sealed.said(row)
    return {
        "state": row.state,
        "date": over.over(said.date),
        "edtf": row.edtf,
        "place": over.over(said.place),
        "note": over.over(said.note),
        "sources": [
            {"key": cite.source.key, "locator": over.over(cite.locator)}
            for cite in row.cites.all()
            if not over.hides(_words_of(cite.source))
        ],
    }


def _words_of(source: Source) -> str:
    return f"{source.key}\n{json.dumps(source.csl, ensure_ascii=False)}"


def _judge_mentions(chosen: list[_Known]) -> int:
    """A link from words that name who is not to be named would tell everything: it is not shown.

    How many links changed.
    """
    by_pk = {one.case.pk: one for one in chosen}
    changed = 0
    for mention in CaseMention.objects.filter(case__in=by_pk):
        known = by_pk[mention.case_id]
        own = [name.text for name in known.hidden]
        parts = case_sealed.parted(known.hidden)
        over = veil.veil(own, parts_of=parts, but=[name.text for name in known.shown])
        # Without any name that is shown, whatever the words say would say who it is.
        is_shown = known.case.is_published and bool(known.shown) and not over.hides(mention.exact)
        if mention.is_shown != is_shown:
            changed += CaseMention.objects.filter(pk=mention.pk).update(is_shown=is_shown)
    return changed
