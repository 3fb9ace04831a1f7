import time

from hypothesis import given, settings
from hypothesis import strategies as st

from undersigned.appeals.diff import Piece, flowing, word_diff

WORDS = st.lists(
    st.sampled_from(["uno", "dos", "tres", "كلمة", "信", "件", ",", " ", "\n", "\n\n", "\n \n"])
).map(" ".join)


def sides(old: str, new: str) -> tuple[str, str]:
    pieces = [piece for paragraph in word_diff(old, new) for piece in paragraph]
    return (
        "".join(piece.text for piece in pieces if piece.kind != "added"),
        "".join(piece.text for piece in pieces if piece.kind != "removed"),
    )


@settings(deadline=None)
@given(WORDS | st.text(), WORDS | st.text())
def test_both_texts_can_be_read_back_from_the_diff(old: str, new: str) -> None:
    assert sides(old, new) == (old, new)


def test_one_changed_word_is_one_piece_out_and_one_in() -> None:
    assert word_diff("We ask for bread today.", "We ask for roses today.") == [
        [
            Piece("same", "We ask for "),
            Piece("removed", "bread"),
            Piece("added", "roses"),
            Piece("same", " today."),
        ]
    ]


def test_a_new_paragraph_leaves_its_neighbours_alone() -> None:
    assert word_diff("One.\n\nThree.\n", "One.\n\nTwo is new.\n\nThree.\n") == [
        [Piece("same", "One.\n\n")],
        [Piece("added", "Two is new.\n\n")],
        [Piece("same", "Three.\n")],
    ]


def test_a_changed_paragraph_meets_its_old_self_and_not_its_neighbour() -> None:
    old = "The bakers of the port are in prison.\n\n"
    new = "Nobody asked.\n\nThe bakers of the old port are in prison.\n\n"
    assert [[piece.kind for piece in paragraph] for paragraph in word_diff(old, new)] == [
        ["added"],
        ["same", "added", "same"],
    ]


def test_chinese_is_compared_by_character() -> None:
    assert word_diff("我们要面包", "我们要玫瑰") == [
        [Piece("same", "我们要"), Piece("removed", "面包"), Piece("added", "玫瑰")]
    ]


def test_arabic_words_keep_their_vowel_signs() -> None:
    (paragraph,) = word_diff("نُطالِبُ بالخبز", "نُطالِبُ بالورد")
    assert paragraph == [Piece("same", "نُطالِبُ "), Piece("removed", "بالخبز"), Piece("added", "بالورد")]


def test_two_long_and_wholly_different_texts_take_little_time() -> None:
    old = " ".join(f"a{n}" for n in range(40_000))
    new = "\n\n".join(f"b{n}" for n in range(40_000))
    start = time.perf_counter()
    assert sides(old, new) == (old, new)
    assert time.perf_counter() - start < 5


def test_on_a_page_lines_run_on_save_where_a_break_means_something() -> None:
    old = "title: A\nlang: en\n\nOne line\nand its rest.\n\n1. first\n   goes on\n2. second\n\nhard  \nend\n"
    shown = flowing(word_diff(old, old.replace("rest", "tail")))
    assert ["".join(piece.text for piece in found if piece.kind != "added") for found in shown] == [
        "title: A\nlang: en",
        "One line and its rest.",
        "1. first goes on\n2. second",
        "hard  \nend",
    ]
