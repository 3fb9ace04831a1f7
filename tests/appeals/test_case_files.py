"""Cases as files: what is written is read again without loss; an error takes nothing and has its line."""

import json

import pytest

from tests.appeals.awkward import AWKWARD
from tests.appeals.cased import HIDDEN, enter, hidden
from tests.appeals.sourced import add
from tests.cast import Cast
from undersigned.accounts.permissions import Forbidden
from undersigned.appeals import case_files, case_history, cases, import_cases
from undersigned.appeals.case_files import Record
from undersigned.appeals.case_history import Cited
from undersigned.appeals.case_models import Case, PublicCase
from undersigned.appeals.case_sealed import Consent, Name
from undersigned.appeals.import_cases import NotTaken, OnClash
from undersigned.appeals.models import Appeal

pytestmark = pytest.mark.django_db

FORMATS = {"csv": case_files.as_csv, "json": case_files.as_json}
ODD = "=1+1; 'quoted', \"twice\"\n+ a second line; with; semicolons\n\n\u200f- نداء"


@pytest.fixture
def full(cast: Cast, draft_appeal: Appeal) -> Appeal:
    """Cases with everything that a case may hold, spreadsheets' traps included."""
    add(cast.owner, draft_appeal)
    add(cast.owner, draft_appeal, "b:2.x")
    cites = (Cited("ruiz1936", "fol. 2; 3\\4"), Cited("ruiz1936"), Cited("b:2.x", "=p, 3"))
    hidden(cast.owner, draft_appeal, sources=cites)
    case = cases.add_case(
        actor=cast.owner, appeal=draft_appeal, kind="group", note=ODD,
        names=[Name("name", "'=The sixty"), Name("name", "-Ana"), Name("transliteration", "Ана", "ru-Cyrl")],
        consent=Consent("named", "@Her", "spring 1936", ODD.partition("\n")[0]),
    )  # fmt: skip
    for date in ("before the war", "1936-07-06", "1936/.."):
        case_history.add_statement(
            actor=cast.owner, case=case, state="deported", date=date, place="-Port", note=ODD, sources=cites
        )
    case_history.add_statement(actor=cast.owner, case=case, note="No state")
    case_history.add_update(actor=cast.owner, case=case, on="2026-01-01", text=ODD)
    case_history.add_update(actor=cast.owner, case=case, on="2026-01-01", text="Again")
    return draft_appeal


def exported(cast: Cast, appeal: Appeal) -> list[Record]:
    return import_cases.export(actor=cast.owner, appeal=appeal, format="csv")


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_is_read_as_it_was_written(cast: Cast, full: Appeal, format: str) -> None:
    before = exported(cast, full)
    parsed = case_files.read(FORMATS[format](before))
    assert parsed.problems == [] and parsed.records == before
    assert {one.what for one in import_cases.plan(full, parsed.records)} == {"same"}


@pytest.mark.parametrize("format", FORMATS)
def test_what_was_erased_comes_back_whole_from_a_file(cast: Cast, full: Appeal, format: str) -> None:
    before = exported(cast, full)
    data = FORMATS[format](before)
    public = sorted(json.dumps(row.data, sort_keys=True) for row in PublicCase.objects.all())
    for case in Case.objects.select_related("appeal__team"):
        cases.remove_case(actor=cast.owner, case=case)
    import_cases.import_cases(actor=cast.owner, appeal=full, found=case_files.read(data).records)
    assert exported(cast, full) == before
    assert public == sorted(json.dumps(row.data, sort_keys=True) for row in PublicCase.objects.all())


def test_no_cell_is_a_formula(cast: Cast, full: Appeal) -> None:
    text = case_files.as_csv(exported(cast, full)).decode("utf-8-sig")
    rows = case_files.csv.reader(text.splitlines(keepends=True))
    cells = [cell for row in rows for cell in row]
    assert [cell for cell in cells if cell.lstrip(" \u200f").startswith(("=", "+", "-", "@", "\t"))] == []


def test_a_plain_list_is_read(cast: Cast, draft_appeal: Appeal) -> None:
    data = "case,text,state,date,place\n1,Ana Ruiz,imprisoned,c. 1936,Fort\n2,Bela,dead,1937,\n"
    parsed = case_files.read(data.encode())
    import_cases.import_cases(actor=cast.owner, appeal=draft_appeal, found=parsed.records)
    assert [record.statements[0].state for record in exported(cast, draft_appeal)] == ["imprisoned", "dead"]
    # Nobody in a list has consented by standing in it.
    assert {case.level for case in Case.objects.all()} == {"withheld"}
    assert not PublicCase.objects.exists()


def test_a_semicolon_list_of_a_spreadsheet_is_read(cast: Cast) -> None:
    parsed = case_files.read("\ufeffCase;Text\r\n1;Ana Ruiz\r\n".encode())
    assert [record.names for record in parsed.records] == [(Name("name", "Ana Ruiz"),)]


@pytest.mark.parametrize(
    ("data", "line", "words"),
    [
        (b"", 0, "empty"),
        (b"name\nAna\n", 0, "first line"),
        (b"case\n", 0, "no case"),
        (b"case,part\n1,ship\n", 2, "no such part"),
        (b"case,part\n1,case\n1,case\n", 3, "twice"),
        (b"case,part,text\n1,name,Ana\n", 2, "must stand before"),
        (b"case,text,published\n1,Ana,perhaps\n", 2, "yes or no"),
        (b'case,text\n1,"Ana\n', 0, "quotation mark"),
        (b'{"cases": [', 1, "not JSON"),
        (b'{"cases": 3}', 0, "list"),
        (b'{"cases": [3]}', 0, "Case 1"),
        (b'{"cases": [{"names": [{"text": 3}]}]}', 0, "Case 1"),
        (b"[" * 100_000, 0, "JSON"),
        (b"case\n\x00\x01", 0, "not a text file"),
    ],
)
def test_a_broken_file_says_what_is_wrong(data: bytes, line: int, words: str) -> None:
    problems = case_files.read(data).problems
    assert (problems[0].line, words in str(problems[0])) == (line, True), problems


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("1,Ana,ship,,,,,", "possibilities"),
        ("1,,person,,,,,", "at least one name"),
        ("1,Ana,person,lost,,,,", "possibilities"),
        ("1,Ana,person,dead,1936-02-31,,,", "1936-02-31"),
        ("1,Ana,person,dead,,nowhere,,", "nowhere"),
        ("1,Ana,person,,,,named,", "Say who consented"),
        ("1,Ana,person,,,,perhaps,", "possibilities"),
    ],
)
def test_one_bad_line_takes_nothing(cast: Cast, draft_appeal: Appeal, row: str, words: str) -> None:
    data = f"case,text,kind,state,date,sources,consent,by\n0,Good One,person,,,,,\n{row}\n"
    parsed = case_files.read(data.encode())
    with pytest.raises(NotTaken) as refusal:
        import_cases.import_cases(actor=cast.owner, appeal=draft_appeal, found=parsed.records)
    assert [problem.line for problem in refusal.value.problems] == [3]
    assert words in str(refusal.value.problems[0])
    assert not Case.objects.exists()


@pytest.mark.parametrize("typed", AWKWARD)
def test_whatever_stands_in_a_cell_is_taken_or_refused_with_its_line(
    cast: Cast, draft_appeal: Appeal, typed: str
) -> None:
    record = Record("1", names=(Name("name", typed),), note=typed)
    parsed = case_files.read(case_files.as_csv([record]))
    if parsed.problems:
        return
    lines: list[int] = []
    try:
        import_cases.import_cases(actor=cast.owner, appeal=draft_appeal, found=parsed.records)
    except NotTaken as refusal:
        lines = [problem.line for problem in refusal.problems]
    assert (Case.objects.count(), lines[:1]) in [(1, []), (0, [2])]


def test_a_clash_is_refused_replaced_or_kept(cast: Cast, draft_appeal: Appeal) -> None:
    case = enter(cast.owner, draft_appeal)
    (before,) = exported(cast, draft_appeal)
    changed = case_files.replace(before, names=(Name("name", "Other Name"),))
    with pytest.raises(NotTaken):
        import_cases.import_cases(actor=cast.owner, appeal=draft_appeal, found=[changed])
    import_cases.import_cases(actor=cast.owner, appeal=draft_appeal, found=[changed], on_clash=OnClash.KEEP)
    assert exported(cast, draft_appeal) == [before]
    import_cases.import_cases(actor=cast.owner, appeal=draft_appeal, found=[changed], on_clash=OnClash.UPDATE)
    assert exported(cast, draft_appeal) == [changed]
    assert Case.objects.get().pk == case.pk


def test_a_file_that_withholds_a_name_takes_it_from_readers(cast: Cast, draft_appeal: Appeal) -> None:
    case = enter(cast.owner, draft_appeal, HIDDEN)
    (before,) = exported(cast, draft_appeal)
    withheld = case_files.replace(before, consent=Consent())
    import_cases.import_cases(
        actor=cast.owner, appeal=draft_appeal, found=[withheld], on_clash=OnClash.UPDATE
    )
    row = PublicCase.objects.get(case=case)
    assert row.data["names"] == [] and row.public_id != case.public_id


@pytest.mark.parametrize("role", ["moderator", "viewer", "outsider"])
def test_only_editors_read_and_write_files(cast: Cast, draft_appeal: Appeal, role: str) -> None:
    actor = getattr(cast, role)
    with pytest.raises(Forbidden):
        import_cases.export(actor=actor, appeal=draft_appeal, format="csv")
    with pytest.raises(Forbidden):
        import_cases.import_cases(actor=actor, appeal=draft_appeal, found=[])
