"""The picture of states over time: well-formed, with its words, from right to left where that is the way."""

import re
from xml.etree import ElementTree

import pytest

from undersigned.appeals.case_timeline import WIDTH, Row, Span, draw, year
from undersigned.appeals.references.dates import date_key, read_date

SVG = "{http://www.w3.org/2000/svg}"
STATES = {"imprisoned": "in prison", "deported": "deported", "dead": "dead", "released": "free"}


def span(state: str, date: str) -> Span:
    return Span(state, date_key(read_date(date)), f"{state} {date}")


def made(*rows: Row, rtl: bool = False) -> ElementTree.Element:
    drawn = draw(rows, ident="t", title="Timeline", states=STATES, rtl=rtl)
    return ElementTree.fromstring(drawn)


ANA = Row('Ana <&> "Ruiz"', (span("imprisoned", "1936-07"), span("deported", "1938"), span("dead", "1941")))


def bars(picture: ElementTree.Element) -> list[tuple[float, float]]:
    # Those of the key below are twelve high.
    found = [rect for rect in picture.iter(f"{SVG}rect") if rect.get("height") == "14"]
    return [(float(rect.get("x", "")), float(rect.get("width", ""))) for rect in found]


def test_whoever_sees_no_picture_has_it_in_words() -> None:
    picture = made(ANA)
    assert picture.get("role") == "img"
    assert picture.get("aria-labelledby") == "t-title t-desc"
    words = "".join(picture.find(f"{SVG}desc").itertext())  # type: ignore[union-attr]
    assert words == 'Ana <&> "Ruiz": imprisoned 1936-07; deported 1938; dead 1941.'


def test_bars_follow_each_other_and_stay_in_the_picture() -> None:
    found = bars(made(ANA, Row("Bela", (span("released", "1930"),))))
    assert [x for x, _width in found[:3]] == sorted(x for x, _width in found[:3])
    assert all(x >= 0 and x + width <= WIDTH for x, width in found)


def test_it_runs_from_right_to_left() -> None:
    left, right = bars(made(ANA)), bars(made(ANA, rtl=True))
    assert [round(x + width) for x, width in right] == [round(WIDTH - x) for x, _width in left]


@pytest.mark.parametrize(
    "dates", [("1936",), ("1936", "1936"), ("1936-07-06", "1936-07-07"), ("0300", "2026")]
)
def test_any_stretch_of_time_can_be_drawn(dates: tuple[str, ...]) -> None:
    picture = made(Row("x", tuple(span("imprisoned", date) for date in dates)))
    years = [text.text for text in picture.iter(f"{SVG}text") if re.fullmatch(r"\d+", text.text or "")]
    assert 1 <= len(years) <= 6


def test_nothing_dated_draws_nothing() -> None:
    assert draw([Row("x", ())], ident="t", title="", states=STATES) == ""


def test_states_are_told_apart_without_colour() -> None:
    fills = {rect.get("fill") for rect in made(ANA).iter(f"{SVG}rect")}
    assert {"currentColor", "url(#t-stripes)", "url(#t-cross)"} <= fills


def test_a_date_is_a_number_of_years() -> None:
    assert year(date_key(read_date("1936"))) == 1936
    assert 1936.5 < year(date_key(read_date("1936-07-06"))) < 1936.6
    assert 1936.1 < year(date_key(read_date("spring 1936"))) < 1936.3
