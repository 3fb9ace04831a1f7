import base64
import hashlib
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from undersigned.lib.canonical import CanonicalError, canonical_text, version_bytes, version_digest

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t \r"))
DIGESTS = [version_digest(bytes([n])) for n in range(3)]
PAGE = Path(__file__).parents[2] / "docs/reference/text-format.md"


def test_line_ends_bom_and_last_newlines_do_not_count() -> None:
    assert canonical_text("\ufeffa\r\nb\rc") == canonical_text("a\nb\nc\n\n\n") == "a\nb\nc\n"


def test_composed_and_decomposed_letters_are_the_same_text() -> None:
    assert canonical_text("cafe\u0301") == canonical_text("caf\u00e9")


def test_nothing_stays_nothing() -> None:
    assert canonical_text("") == canonical_text("\n\r\n") == ""


@pytest.mark.parametrize("character", ["\0", "\x07", "\x0b", "\x1b", "\x7f", "\x85", "\ud800"])
def test_a_control_character_is_refused_with_its_line(character: str) -> None:
    with pytest.raises(CanonicalError) as raised:
        canonical_text(f"one\r\ntwo{character}")
    assert raised.value.line == 2


@settings(deadline=None)
@given(TEXT)
def test_canonical_text_of_canonical_text_is_itself(text: str) -> None:
    once = canonical_text(text)
    assert canonical_text(once) == once == unicodedata.normalize("NFC", once)


def test_version_bytes_are_readable_and_complete() -> None:
    data = version_bytes(
        title="For the\n  bakers",
        author="Ana Ruiz",
        addressee="",
        lang="en",
        sources=[DIGESTS[2], DIGESTS[0]],
        body="Hi.\r\n",
    )
    first, second = sorted([DIGESTS[0], DIGESTS[2]])
    assert data.decode() == (
        "undersigned text v1\ntitle: For the bakers\nauthor: Ana Ruiz\naddressee:\nlang: en\n"
        f"source: {first}\nsource: {second}\n\nHi.\n"
    )


def test_a_head_value_cannot_pass_for_another_line() -> None:
    honest = version_bytes(title="a", author="b", addressee="", lang="en", body="x")
    forged = version_bytes(title="a\nauthor: b", author="", addressee="", lang="en", body="x")
    assert honest != forged
    assert forged.count(b"\n") == honest.count(b"\n")


def test_sources_are_a_set_of_digests() -> None:
    once = version_bytes(title="", author="", addressee="", lang="", sources=DIGESTS[:1], body="")
    assert once == version_bytes(title="", author="", addressee="", lang="", sources=DIGESTS[:1] * 2, body="")
    with pytest.raises(ValueError, match="digest"):
        version_bytes(title="", author="", addressee="", lang="", sources=["x\n"], body="")


@settings(deadline=None)
@given(st.binary())
def test_the_digest_is_sha256_in_43_characters(data: bytes) -> None:
    digest = version_digest(data)
    assert len(digest) == 43
    assert base64.urlsafe_b64decode(digest + "=") == hashlib.sha256(data).digest()


def test_the_documented_example_has_the_documented_digests() -> None:
    page = PAGE.read_text(encoding="utf-8")
    example = re.search(r"```text canonical\n(.*?)```", page, re.DOTALL)
    assert example
    data = example[1].encode()
    assert hashlib.sha256(data).hexdigest() in page
    assert version_digest(data) in page
    rebuilt = version_bytes(
        title="For the bakers of the old port",
        author="Ana Ruiz",
        addressee="The harbour council",
        lang="en",
        body=data.decode().split("\n\n", 1)[1],
    )
    assert rebuilt == data
