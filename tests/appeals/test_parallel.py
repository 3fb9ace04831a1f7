"""Two texts beside each other: nothing left out, nothing out of order."""

from hypothesis import given
from hypothesis import strategies as st

from undersigned.appeals.parallel import Row, beside, paragraphs


def test_as_many_paragraphs_stand_one_by_one() -> None:
    assert beside(["a", "b"], ["x", "y"]) == [Row(("a",), ("x",)), Row(("b",), ("y",))]


def test_a_paragraph_that_was_split_stands_beside_both_parts() -> None:
    left = ["Dear all,", "One long paragraph that says two things, one after the other.", "Yours"]
    right = ["Queridos:", "Un párrafo largo que dice", "dos cosas, una tras otra.", "Vuestros"]
    assert beside(left, right) == [
        Row(left[:1] and (left[0],), (right[0],)),
        Row((left[1],), (right[1], right[2])),
        Row((left[2],), (right[3],)),
    ]


def test_what_one_text_alone_says_stands_alone() -> None:
    left = ["Dear all,", "A paragraph of some length about the ferry and the hill."]
    right = [*left, "And one more that nobody expected here, about something else."]
    assert beside(left, right)[-1] == Row((), (right[2],))


@given(st.lists(st.text(max_size=20), max_size=9), st.lists(st.text(max_size=20), max_size=9))
def test_everything_is_there_in_order(left: list[str], right: list[str]) -> None:
    rows = beside(left, right)
    assert [part for row in rows for part in row.left] == left
    assert [part for row in rows for part in row.right] == right


def test_paragraphs_are_parted_by_empty_lines() -> None:
    assert paragraphs("a\nb\n\n\nc\n") == ["a\nb", "c"]


def test_a_quotation_stands_beside_a_quotation_and_a_note_beside_no_prose() -> None:
    left = ["Dear Board,", "A long paragraph about the hill and the path in winter.[1]", "> They said so."]
    left += ["We ask for more.", "With all respect and many greetings,", "[1] The timetable of January."]
    right = ["إلى المجلس،", "فقرة أقصر عن التل في الشتاء.", "> قالوا ذلك.", "نطلب المزيد."]
    rows = beside(left, right)
    assert rows[:4] == [Row((a,), (b,)) for a, b in zip(left[:4], right, strict=True)]
    assert [row.left for row in rows[4:]] == [(left[4],), (left[5],)]


def test_as_many_paragraphs_of_other_kinds_are_paired_by_kind() -> None:
    left, right = ["> Said.", "Prose here."], ["Prosa.", "[1] Una nota."]
    assert beside(left, right) == [
        Row(("> Said.",), ()),
        Row(("Prose here.",), ("Prosa.",)),
        Row((), ("[1] Una nota.",)),
    ]
