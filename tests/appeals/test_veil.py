"""Hidden names are found however they are written, and nothing else is taken."""

import pytest

from undersigned.appeals.veil import SIGN, fold, veil


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("Ramón Veiga was here", f"{SIGN} was here"),
        ("RAMON  veiga, again", f"{SIGN}, again"),
        ("Ramón\nVeiga", SIGN),
        ("Ramón-Veiga’s house", f"{SIGN}’s house"),
        ("Rámón Véigâ", SIGN),
        ("Veigason and Ramonita stay", "Veigason and Ramonita stay"),
        ("Veiga alone stays when only the whole name is hidden", None),
        ("", ""),
    ],
)
def test_a_whole_name_is_found_in_any_spelling(words: str, left: str | None) -> None:
    assert veil(["Ramón Veiga"]).over(words) == (words if left is None else left)


def test_parts_of_a_name_are_found_but_not_those_that_are_shown() -> None:
    found = veil([], parts_of=["Ramón de la Veiga"], but=["Ramón the Red"])
    assert (
        found.over("Veiga wrote; Ramón answered; de la stays") == f"{SIGN} wrote; Ramón answered; de la stays"
    )


@pytest.mark.parametrize(
    ("name", "words", "left"),
    [
        ("أحمد قاسم", "كتب إلى لأحمد قاسم رسالة", f"كتب إلى ل{SIGN} رسالة"),
        ("أحمد قاسم", "أَحْمَد قاسم", SIGN),
        ("王小明", "写给王小明的信", f"写给{SIGN}的信"),
        ("Мария Ковалёва", "МАРИЯ КОВАЛЕВА", SIGN),
        ("Νίκος Άγγελος", "ο Νικος Αγγελος", f"ο {SIGN}"),
    ],
)
def test_scripts_are_read_as_they_are_written(name: str, words: str, left: str) -> None:
    assert veil([name]).over(words) == left


def test_two_veils_find_what_either_hides_and_overlaps_once() -> None:
    both = veil(["Ana Ruiz"]) + veil(["Ruiz Soto"])
    assert both.over("Ana Ruiz Soto and Ruiz") == f"{SIGN} and Ruiz"
    assert both.hides("ana ruiz") and not both.hides("Ruiz")


def test_a_single_letter_hides_nothing() -> None:
    assert veil(["A"]).over("A boat") == "A boat"


def test_folding_drops_case_accents_and_points() -> None:
    assert fold("Ángel ÑANDÚ أَحْمَد") == "angel nandu احمد"
