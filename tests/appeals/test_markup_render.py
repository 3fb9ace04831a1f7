import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from undersigned.appeals.markup import Labels, check, plain_text, render

LETTER = """# Uno

Estimada *amiga*, escribo sobre **esto**[^a] y aquello.[^b] Véase [@gaceta_1927, p. 3].

### Tres

> Cita con [enlace](https://faro.example/x)
> y más.[^a]

- pan
- rosas

[^a]: Nota *primera*.

    Segundo párrafo.

[^b]: Otra.
"""


def test_a_letter_becomes_paragraphs_with_emphasis_and_direction() -> None:
    page = render(LETTER, id_prefix="t1", lang="es").html
    assert '<p dir="auto">Estimada <em>amiga</em>, escribo sobre <strong>esto</strong>' in page
    assert page.startswith('<div class="text-body" lang="es" dir="ltr">')
    assert 'dir="rtl"' in render("مرحبا", id_prefix="t1", lang="ar-EG").html


def test_footnotes_link_both_ways_and_say_what_they_are() -> None:
    rendered = render(LETTER, id_prefix="t1", lang="es", labels=Labels("Nota {number}", "Volver a {number}"))
    assert (
        '<sup><a href="#t1-note-1" id="t1-mark-1" role="doc-noteref" aria-label="Nota 1">1</a></sup>'
        in rendered.html
    )
    assert '<a href="#t1-mark-1-2" class="back" role="doc-backlink" aria-label="Volver a 1">' in rendered.html
    assert 'id="t1-note-1" role="doc-footnote" aria-label="Nota 1"' in rendered.html
    assert [(note.number, note.mark) for note in rendered.footnotes] == [(1, "a"), (2, "b")]
    ids = re.findall(r' id="([^"]*)"', rendered.html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]*)"', rendered.html)) <= set(ids)


def test_two_texts_on_one_page_share_no_id() -> None:
    first, second = (
        set(re.findall(r' id="([^"]*)"', render(LETTER, id_prefix=p, lang="es").html)) for p in ("a", "b")
    )
    assert first
    assert not first & second


def test_headings_start_below_the_title_and_skip_no_level() -> None:
    rendered = render(LETTER, id_prefix="t1", lang="es")
    assert [(heading.level, heading.text) for heading in rendered.headings] == [(2, "Uno"), (3, "Tres")]
    assert (
        '<h2 dir="auto" id="t1-h-uno">' in rendered.html or '<h2 id="t1-h-uno" dir="auto">' in rendered.html
    )
    twice = render("# A\n\n# A\n", id_prefix="t1", lang="en").headings
    assert twice[0].id != twice[1].id


def test_a_citation_stays_as_it_was_written() -> None:
    assert "[@gaceta_1927, p. 3]" in render(LETTER, id_prefix="t1", lang="es").html
    assert "[see @a_b_c, p. _3_]" in render("x [see @a_b_c, p. _3_]", id_prefix="t1", lang="es").html


def test_plain_text_reads_well_in_a_mail() -> None:
    assert plain_text(LETTER) == (
        "Uno\n\nEstimada amiga, escribo sobre esto[1] y aquello.[2] Véase [@gaceta_1927, p. 3].\n\nTres\n\n"
        "> Cita con enlace (https://faro.example/x) y más.[1]\n\n- pan\n\n- rosas\n\n"
        "[1] Nota primera.\n\n    Segundo párrafo.\n\n[2] Otra.\n"
    )


def test_words_are_counted_in_any_script() -> None:
    assert render("Dear friend, it's us.", id_prefix="t", lang="en").words == 4
    assert render("我们要面包", id_prefix="t", lang="zh").words == 5
    assert render("نُطالِبُ بالخبز", id_prefix="t", lang="ar").words == 2


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](&#106;avascript:alert(1))",
    "![x](https://tracker.example/p.png)",
    "<a href='https://a.example' onclick='x()'>x</a>",
    "[x]: vbscript:x\n\n[x]",
    "[x](https://a.example \"a' onmouseover='x\")",
]


@pytest.mark.parametrize("body", HOSTILE)
def test_hostile_markup_reaches_no_page(body: str) -> None:
    page = render(body, id_prefix="t", lang="en").html
    tags = re.findall(r"<[^>]*>", page)
    assert not [tag for tag in tags if re.search(r"<(?:script|img)|\son\w+=\"?x|script:|data:", tag)]


def test_links_do_not_tell_where_the_reader_came_from() -> None:
    assert 'rel="noopener noreferrer"' in render("[x](https://a.example)", id_prefix="t", lang="en").html


@settings(deadline=None)
@given(
    st.text(
        st.sampled_from("ab \n[](){}*_`<>!^#:-1&;\\\"'/@") | st.characters(exclude_categories=["Cs", "Cc"])
    )
)
def test_any_text_can_be_rendered_and_checked(body: str) -> None:
    page = render(body, id_prefix="t", lang="en").html
    assert not re.search(r"<(?:script|img|style|iframe)", page)
    assert all(problem.message for problem in check(body))


BAD = """Uno <b>dos</b>
tres ![foto](foto.png) [^x]

[^a]: una
[^a]: dos[^b]
[^b]: tres

<div>
x
</div>

[mal](javascript:x) ^[dentro]
"""


def test_check_names_every_obstacle_with_its_line() -> None:
    assert [(problem.line, problem.code) for problem in check(BAD)] == [
        (1, "raw-html"),
        (1, "raw-html"),
        (2, "image"),
        (2, "note-undefined"),
        (4, "note-unused"),
        (5, "note-twice"),
        (8, "raw-html"),
        (12, "link"),
        (12, "note-inline"),
    ]


def test_a_clean_letter_has_no_obstacle() -> None:
    assert check(LETTER) == []
    assert check("2 < 3 & 4 > 1, `<b>` and <mailto:a@b.example>") == []


def test_a_control_character_is_an_obstacle_with_its_line() -> None:
    (problem,) = check("a\nb\x07")
    assert (problem.line, str(problem)) == (
        2,
        "Line 2: The control character U+0007 cannot be part of a text.",
    )


def test_an_id_prefix_is_not_a_way_in() -> None:
    with pytest.raises(ValueError, match="id_prefix"):
        render("x", id_prefix='"><script>', lang="en")
    assert "<script" not in render("x", id_prefix="t", lang='"><script>').html


PATHOLOGICAL = [
    ">",
    "[",
    "*a ",
    "- ",
    "*a**b",
    "[a](<b",
    "[^a",
    "![[",
    "[^a]: ",
    "<a ",
    "&",
    "\\",
    "[a @",
    "`a",
    "[[@a]",
    "(",
    "a\n\n",
]


@pytest.mark.parametrize("unit", PATHOLOGICAL)
@pytest.mark.parametrize("size", [20_000, 400_000])
def test_pathological_nesting_takes_no_time(unit: str, size: int) -> None:
    body = (unit * size)[:size] + "\n\n[^1]: x"
    start = time.process_time()
    render(body, id_prefix="t", lang="en")
    check(body)
    assert time.process_time() - start < 2


def test_a_draft_too_dense_to_parse_is_shown_as_typed_and_refused() -> None:
    body = "<b>[" * 30_000
    assert "&lt;b&gt;[" in render(body, id_prefix="t", lang="en").html
    assert [problem.code for problem in check(body)] == ["too-dense"]
