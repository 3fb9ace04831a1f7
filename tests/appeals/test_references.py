"""References as data: three formats in, one canonical form, dates and names as people write them."""

import json

import pytest

from undersigned.appeals.references import csl, dates, names
from undersigned.appeals.references.found import ITEMS_MAX
from undersigned.appeals.references.problems import BadReference
from undersigned.appeals.references.read import read_references

BIBTEX = rb"""
@string{pg = "Port Gazette"}
@article{ruiz1936,
  author = {Ruiz, Ana and {Committee of Bakers and Millers} and Jos{\'e} de la Garc\'ia},
  title = {The {Bread} of \"Ubermorgen: 50\% more},
  year = 1936, month = jul,
  journal = pg,
  pages = {3--5},
  number = 4,
  weather = {rain},
}

@book{tides, title = {Tides}, date = {1936-21}, publisher = {Quay Press}, address = {Porto}}
"""


def test_it_reads_bibtex_and_loses_nothing() -> None:
    parsed = read_references(BIBTEX)
    assert parsed.problems == []
    first, second = parsed.items
    assert (first.line, first.key, second.line, second.key) == (3, "ruiz1936", 13, "tides")
    assert first.csl["author"] == [
        {"family": "Ruiz", "given": "Ana"},
        {"literal": "Committee of Bakers and Millers"},
        {"family": "de la García", "given": "José"},
    ]
    assert first.csl["title"] == "The Bread of Übermorgen: 50% more"
    assert first.csl["container-title"] == "Port Gazette"
    assert (first.csl["page"], first.csl["issue"]) == ("3–5", "4")
    assert first.csl["issued"] == {"date-parts": [[1936, 7]]}
    assert first.csl["custom"]["bibtex:weather"] == "rain"
    assert r"\"Ubermorgen" in first.csl["custom"]["bibtex:title"]
    assert second.csl["issued"] == {"date-parts": [[1936]], "season": 1}


@pytest.mark.parametrize(
    ("data", "line", "sentence"),
    [
        (
            b"@book{a, title = {x}}\n\n@book{b,\n title = {Foo\n}\n@book{c, title={y}}\n",
            3,
            "a brace, a quote",
        ),
        (b"@book{a title={Y}}\n", 1, "a brace, a quote or a comma"),
        (b"\n@book{a, title={Y}, title={Z}}", 2, "the field “title” twice"),
        (b"@book{a, title={Y}}\n@misc{a, title={Z}}", 2, "The key “a” stands in the file twice"),
        (b"TY  - BOOK\nTI  - x\n", 1, "never closed"),
        (b"TY  - BOOK\nTI  - x\nTY  - BOOK\nTI  - y\nER  - \n", 1, "never closed"),
        (b"hello\nTY  - BOOK\nTI  - x\nER  - \n", 1, "outside any reference"),
        (b'[{"id": "a",\n "title" "x"}]', 2, "not valid JSON"),
        (b'[{"id": "a", "title": "x"},\n {"id": "b", "title": ["x"]}]', 2, "“title” does not have the form"),
        (b'[{"id": "a", "title": "x"},\n 7]', 2, "a list of objects"),
        (b'[{"id": "a", "publisher": "x"}]', 1, "needs a title"),
        (b"@book{a, title = {a\x01b}}", 1, "control character U+0001"),
        (b"", 0, "holds no reference"),
        (b"  \n", 0, "holds no reference"),
        (b"just words", 0, "neither BibTeX nor RIS nor CSL-JSON"),
        ("@book{a, title={Año}}".encode("latin-1"), 0, "not UTF-8"),
        (b"@book{a, title={" + b"x" * 1_000_000 + b"}}", 0, "larger than 1000 kB"),
        (b"[" * 100_000, 0, "not valid JSON"),
    ],
)
def test_it_names_the_line_of_what_cannot_be_read(data: bytes, line: int, sentence: str) -> None:
    problems = read_references(data).problems
    assert problems and problems[0].line == line
    assert sentence in problems[0].message


def test_it_takes_so_many_at_once_and_no_more() -> None:
    items = [{"id": f"k{number}", "title": "x"} for number in range(ITEMS_MAX + 1)]
    assert read_references(json.dumps(items).encode()).problems[0].code == "too-many"
    assert len(read_references(json.dumps(items[1:]).encode()).items) == ITEMS_MAX


def test_it_reads_ris_and_loses_nothing() -> None:
    data = (
        "TY  - NEWS\nAU  - Ruiz, Ana\nAU  - 王小明\nTI  - No flour\nTI  - Again\nXX  - odd\n"
        "PY  - 1936/07/06/\nSP  - 3\nEP  - 5\nER  - \n\nTY  - PCOMM\nID  - tide\nA1  - Lund, Ole\n"
        "DA  - 1936///spring\nER  - \n"
    )
    first, second = read_references(data.encode("utf-8-sig")).items
    assert first.key == "ruiz1936" and first.csl["type"] == "article-newspaper"
    assert first.csl["author"] == [{"family": "Ruiz", "given": "Ana"}, {"literal": "王小明"}]
    assert first.csl["issued"] == {"date-parts": [[1936, 7, 6]]} and first.csl["page"] == "3–5"
    assert first.csl["custom"] == {"ris:TI": ["Again"], "ris:XX": "odd"}
    assert (second.line, second.key) == (12, "tide")
    assert second.csl["issued"] == {"date-parts": [[1936]], "season": 1, "raw": "spring 1936"}


def test_it_reads_csl_json_and_keeps_what_csl_does_not_know() -> None:
    item = {
        "id": "a b'c",
        "type": "zine",
        "title": " Two  words ",
        "issued": {"date-parts": [["1936", 7]]},
        "mood": 1.5,
        "URL": "javascript:alert(1)",
        "author": [{"family": "Ruiz", "given": "Ana", "parse-names": True}],
    }
    found = read_references(json.dumps([item]).encode()).items[0]
    assert found.key == "a-b-c"
    assert found.csl == {
        "id": "a-b-c",
        "type": "document",
        "title": "Two words",
        "issued": {"date-parts": [[1936, 7]]},
        "author": [{"family": "Ruiz", "given": "Ana"}],
        "custom": {
            "citation-key": "a b'c",
            "type": "zine",
            "mood": "1.5",
            "URL": "javascript:alert(1)",
        },
    }


def test_references_without_a_key_get_one_as_people_write_them() -> None:
    items = [{"title": "x", "author": [{"family": "Ruiz"}], "issued": "1936"}] * 3
    data = json.dumps([*items, {"title": "夜間渡船"}, {"title": "new", "id": "new"}]).encode()
    keys = [item.key for item in read_references(data).items]
    assert keys == ["ruiz1936", "ruiz1936-2", "ruiz1936-3", "夜間渡船", "new-2"]


ANY_YEAR = "11936-00-00"


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("1936", ANY_YEAR),
        ("c. 1936", ANY_YEAR),
        ("ca 1936", ANY_YEAR),
        ("hacia 1936", ANY_YEAR),
        ("1936~", ANY_YEAR),
        ("1936?", ANY_YEAR),
        ("1936/1938", ANY_YEAR),
        ("1936–38", ANY_YEAR),
        ("in 1936, late", ANY_YEAR),
        ("193X", "11930-00-00"),
        ("1930s", "11930-00-00"),
        ("spring 1936", "11936-03-00"),
        ("1936-21", "11936-03-00"),
        ("primavera de 1936", "11936-03-00"),
        ("شتاء 1936", "11936-12-00"),
        ("1936-07", "11936-07-00"),
        ("July 1936", "11936-07-00"),
        ("6 de julio de 1936", "11936-07-06"),
        ("1936-07-06", "11936-07-06"),
        ("-0044", "09956-00-00"),
        ("before the war", ""),
        ("", ""),
    ],
)
def test_a_date_is_taken_as_written_and_sorted(typed: str, key: str) -> None:
    date = dates.read_date(typed)
    assert dates.date_key(date) == key
    assert dates.typed(date) == typed
    assert dates.read_date(dates.typed(date)) == date


@pytest.mark.parametrize("typed", ["1936-02-31", "1936-13", "1936-00-10"])
def test_a_day_that_does_not_exist_is_refused(typed: str) -> None:
    with pytest.raises(BadReference, match="no date that exists"):
        dates.read_date(typed)


@pytest.mark.parametrize(
    "line",
    [
        "Ruiz, Ana",
        "王小明",
        "Νίκος Καββαδίας",
        "ندى الحاج",
        "Ахматова, Анна",
        "{Bakers, Millers and Co}",
        "Madonna",
    ],
)
def test_a_name_in_any_script_stays_as_typed(line: str) -> None:
    name = names.read_name(line)
    assert name is not None and names.read_name(names.typed_name(name)) == name
    assert line.strip("{}").split(",")[0] in names.shown_name(name)


def test_the_digest_is_of_the_canonical_item() -> None:
    one = csl.clean("a", {"title": "Caf\u0065\u0301", "type": "book"})
    other = csl.clean("a", {"type": "book", "title": "Café ", "note": ""})
    assert csl.digest_of(one) == csl.digest_of(other)
    assert csl.canonical_csl(one) == '{"id":"a","title":"Café","type":"book"}'.encode()
    assert csl.digest_of(csl.clean("b", one)) != csl.digest_of(one)


@pytest.mark.parametrize("key", ["", " ", "a b", "-a", "a/b", "a]", "new", "k" * 81, "a@b", "../x"])
def test_a_key_that_cannot_stand_in_a_text_is_refused(key: str) -> None:
    with pytest.raises(BadReference):
        csl.check_key(key)


@pytest.mark.parametrize(
    "item",
    [
        '{"id": "k", "title": "t", "issued": {"date-parts": [[' + "9" * 5000 + "]]}}",
        '{"id": "k", "title": "t", "issued": {"date-parts": [[1e400]]}}',
        '{"id": "k", "title": "t", "issued": {"literal": "x", "season": "' + "9" * 5000 + '"}}',
        '{"id": "k", "title": "t", "odd": ' + "[" * 450 + "]" * 450 + "}",
        '{"id": "k", "title": "t", "odd": [NaN, Infinity, 1e400]}',
    ],
)
def test_numbers_and_depths_out_of_range_are_a_line_and_no_error(item: str) -> None:
    found = read_references(f"[{item}]".encode())
    assert len(found.items) + len(found.problems) == 1
