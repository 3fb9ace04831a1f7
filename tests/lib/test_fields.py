import contextlib
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from undersigned.lib import fields
from undersigned.signing import repeats
from undersigned.signing.collation import SIZE, sort_key

NAMES = [
    "Ana Sol",
    "O’Brien-Quay, Jr.",
    "فاطمة الزهراء",
    "محمد‌رضا",  # a Persian name with a zero-width non-joiner
    "王小明",
    "გიორგი მაისურაძე",
    "Nguyễn Thị Minh Khai",
    "श्रीनिवास",
    "ශ්‍රී ලාල්",  # a Sinhala name with a zero-width joiner
    "שָׁלוֹם",
    "=cmd|' /C calc'!A0",
    "Robert'); DROP TABLE signing_signature;--",
    "<script>alert(1)</script>",
    "Ana 🌊 Sol",
]


@pytest.mark.parametrize("name", NAMES)
def test_it_takes_names_of_every_script_as_they_are(name: str) -> None:
    assert fields.clean_name(name) == unicodedata.normalize("NFC", name)


@pytest.mark.parametrize("value", ["", "   ", None, "🌊🌊", "123", "\u200d" * 5, "--", "\u200f"])
def test_it_refuses_a_name_without_a_letter(value: object) -> None:
    with pytest.raises(fields.FieldError):
        fields.clean_name(value)


@pytest.mark.parametrize(
    "value",
    [
        "A\x00na",
        "A\x07na",
        "\x1b[31mAna",
        "An\x85a",
        "a\u202ena",
        "a\u2066na",
        "a" + chr(0xD800) + "na",
        "a\ufffdna",
        "a\ue000na",
        "a\ufffena",
        "a\U000e0041na",
        ["Ana"],
        {"a": 1},
        7,
        True,
        1.5,
        "Z" + "\u0301" * 30,
        "A" * 201,
        "A" * 10000,
    ],
)
def test_it_refuses_what_would_spoil_the_roll(value: object) -> None:
    with pytest.raises(fields.FieldError) as refused:
        fields.clean_name(value)
    assert str(refused.value)


def test_it_folds_white_space_and_composes() -> None:
    assert fields.clean_name("  Ana\u00a0\t \r\n Sol\u3000") == "Ana Sol"
    assert fields.clean_name("Jose\u0301") == "Jos\u00e9"
    assert fields.clean_name("\ufeffAna\u00adlia\u200b") == "Analia"
    assert fields.clean_name("\u200fA\u200fb\u200e") == "A\u200fb"


def test_a_name_may_have_exactly_two_hundred_characters() -> None:
    assert len(fields.clean_name("A" * 200)) == 200


@given(st.one_of(st.text(st.characters(), max_size=300), st.none(), st.integers(), st.lists(st.text())))
def test_no_value_raises_anything_but_a_field_error(value: object) -> None:
    for clean in (
        fields.clean_name,
        fields.clean_line,
        fields.clean_email,
        fields.clean_tick,
        fields.clean_country,
    ):
        with contextlib.suppress(fields.FieldError):
            result = clean(value)
            assert isinstance(result, bool) or result.encode("utf-8") is not None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ana.Sol@Example.ORG", "Ana.Sol@example.org"),
        (" ana@example.org\n", "ana@example.org"),
        ("ana@bücher.example", "ana@bücher.example"),
        ("ana@xn--bcher-kva.example", "ana@bücher.example"),
        ("жанна@пример.рф", "жанна@пример.рф"),
        ("ana+letters@example.org", "ana+letters@example.org"),
        ("ana@signers.test", "ana@signers.test"),
    ],
)
def test_it_keeps_an_address_as_typed_with_its_domain_in_small_letters(typed: str, kept: str) -> None:
    assert fields.clean_email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        None,
        "ana",
        "ana@",
        "@example.org",
        "ana@localhost",
        "ana@exa mple.org",
        "a@b@example.org",
        "ana@[127.0.0.1]",
        "ana@example.org\nBcc: all@example.org",
        "ana\x00@example.org",
        "ana@" + chr(0xD800) + ".org",
        "ana@example..org",
        "a" * 10000 + "@example.org",
        "a" * 65 + "@example.org",
        ["ana@example.org"],
        '"a b"@example.org',
        "\u202eana@example.org",
    ],
)
def test_it_refuses_what_is_no_address(typed: object) -> None:
    with pytest.raises(fields.FieldError):
        fields.clean_email(typed)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ana@example.org", "ANA@Example.Org"),
        ("ana@example.org", "ana+2@example.org"),
        ("ana.sol@gmail.com", "AnaSol+x@googlemail.com"),
        ("ana@bücher.example", "ana@xn--bcher-kva.example"),
        ("jos\u00e9@example.org", "jose\u0301@example.org"),
    ],
)
def test_one_mailbox_has_one_normal_form(one: str, other: str) -> None:
    assert repeats.normal(one) == repeats.normal(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ana@example.org", "ana@example.com"),
        ("a.na@example.org", "ana@example.org"),
        ("+a@x.org", "+b@x.org"),
    ],
)
def test_different_mailboxes_stay_different(one: str, other: str) -> None:
    assert repeats.normal(one) != repeats.normal(other)


@pytest.mark.parametrize(
    ("typed", "ticked"), [("on", True), (True, True), ("TRUE", True), ("", False), (None, False)]
)
def test_only_a_plain_yes_is_consent(typed: object, ticked: bool) -> None:
    assert fields.clean_tick(typed) is ticked


@pytest.mark.parametrize("typed", ["maybe", "\0", 1, [], {}, "on" * 20])
def test_anything_else_is_asked_again(typed: object) -> None:
    with pytest.raises(fields.FieldError):
        fields.clean_tick(typed)


def test_countries_are_those_of_the_standard_and_kosovo() -> None:
    assert fields.clean_country("pt") == "PT"
    assert {"PT", "GE", "XK", "PS", "TW"} <= fields.country_codes()
    assert not {"EU", "ZZ", "UN", "419"} & fields.country_codes()
    assert fields.country_names("es")["DE"] == "Alemania"
    assert fields.country_names("no such language")["DE"] == "Germany"
    with pytest.raises(fields.FieldError):
        fields.clean_country("QQ")


def test_the_roll_is_ordered_by_letters_not_by_case_or_accents() -> None:
    names = ["Zoe", "ángel", "Angela", "Émile", "Eva", "østby", "Oz", "王", "ა", "«Heron»"]
    ordered = sorted(names, key=lambda name: sort_key(name, "en"))
    assert ordered == ["ángel", "Angela", "Émile", "Eva", "«Heron»", "østby", "Oz", "Zoe", "ა", "王"]


def test_a_language_keeps_its_own_letters_in_their_place() -> None:
    assert sort_key("Ñandú", "es") > sort_key("Nuria", "es")
    assert sort_key("Ñandú", "en") < sort_key("Nuria", "en")
    assert sort_key("Åse", "nb") > sort_key("Ørjan", "nb") > sort_key("Zara", "nb")


def test_a_sort_key_fits_its_column() -> None:
    assert len(sort_key("王" * 200, "zh")) <= SIZE
    assert sort_key("🌊", "en")
