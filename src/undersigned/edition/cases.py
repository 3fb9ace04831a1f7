"""For whom the appeal speaks, as readers may know them: nothing that is withheld ever gets here."""

from collections.abc import Iterable

from django.utils import translation

from undersigned.appeals import case_reading, languages
from undersigned.appeals.case_reading import Shown, Statement
from undersigned.appeals.models import Appeal
from undersigned.edition import document as d


def of_appeal(appeal: Appeal, spoken: Iterable[str]) -> tuple[d.Case, ...]:
    """The published cases in the order of the list, their dates in words of these languages."""
    if appeal.cases_changed_at is None:
        return ()
    tags = sorted(spoken)
    return tuple(_case(shown, tags) for shown in case_reading.everybody(appeal))


def _case(shown: Shown, tags: list[str]) -> d.Case:
    return d.Case(
        id=shown.id,
        name=shown.name,
        kind="group" if shown.kind == "group" else "person",
        names=tuple(d.OtherName(name["kind"], name["text"], name["language"]) for name in shown.others),
        state=shown.state,
        place=shown.since.place if shown.since else "",
        note=shown.note,
        history=tuple(_event(row, tags) for row in shown.history),
        updates=tuple(d.CaseUpdate(day, text) for day, text in shown.updates),
        language=shown.language,
        name_kind=shown.names[0]["kind"] if shown.names else "name",
    )


def _event(row: Statement, tags: list[str]) -> d.CaseEvent:
    return d.CaseEvent(
        state=row.state,
        date=row.edtf or row.date,
        place=row.place,
        note=row.note,
        sources=tuple(cite["key"] for cite in row.sources),
        locators=tuple(cite["locator"] for cite in row.sources),
        written={tag: _in_words(row, tag) for tag in tags},
    )


def _in_words(row: Statement, tag: str) -> str:
    with translation.override(languages.interface_language(tag)):
        return row.in_words(tag)
