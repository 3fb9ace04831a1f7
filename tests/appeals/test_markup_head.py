import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from undersigned.appeals.markup import Addressee, Head, MarkupError, Source, join, split
from undersigned.lib.canonical import canonical_text

CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n:#-'\"|>&*!%@`{}[], ")
VALUE = st.text(CHARACTERS, max_size=40).map(lambda text: canonical_text(text).strip())
BODY = (st.text(CHARACTERS) | st.sampled_from(["---\nx", "---\n\nx", "---", "..."])).map(
    lambda text: canonical_text(text).lstrip("\n")
)
HEADS = st.builds(
    Head,
    **dict.fromkeys(
        ("title", "author", "date", "archive", "translator", "translated_from", "note", "series"), VALUE
    ),
    lang=st.sampled_from(["", "es", "pt-BR", "no"]),
    addressee=st.builds(Addressee, *[VALUE] * 4),
    source=st.builds(Source, *[VALUE] * 11),
    extra=st.dictionaries(st.sampled_from(["shelfmark", "no", "1", "a: b"]), VALUE),
)

LETTER = """---
title: For the bakers
author: [Ana Ruiz, Bo Lind]
date: 1936-07-06
lang: no
addressee:
  name: L. Arce
  pseudonym: Lino Arce
  civil-name: Lucía Arceniega
  shoe-size: 38
source: Harbour letters, p. 4
translated-from: pt
shelfmark: 0012
tags: [a, b]
---

Dear friend,
"""


def test_every_key_lands_in_its_field_as_typed() -> None:
    head, body = split(LETTER)
    assert head == Head(
        title="For the bakers",
        author="Ana Ruiz; Bo Lind",
        date="1936-07-06",
        lang="no",
        addressee=Addressee("L. Arce", "Lino Arce", "Lucía Arceniega"),
        source=Source("Harbour letters, p. 4"),
        translated_from="pt",
        extra={"addressee.shoe-size": "38", "shelfmark": "0012", "tags": '["a", "b"]'},
    )
    assert body == "Dear friend,\n"


@settings(deadline=None)
@given(HEADS, BODY)
def test_what_is_joined_is_split_again_the_same(head: Head, body: str) -> None:
    again, body_again = split(join(head, body))
    assert (again.extra, body_again) == (head.extra, body)
    assert again == head


def test_a_text_without_head_is_all_body() -> None:
    assert split("Dear friend,\r\n") == (Head(), "Dear friend,\n")
    assert split("---\n\nafter a rule") == (Head(), "---\n\nafter a rule\n")


BROKEN = {
    "head-unclosed": ("---\ntitle: a\n\nbody\n", 1),
    "head-broken": ("---\ntitle: a\nauthor: [b\n---\n", 4),
    "head-key-twice": ("---\ntitle: a\nlang: es\ntitle: b\n---\n", 4),
    "head-alias": ("---\ntitle: &a [x]\nnote: *a\n---\n", 2),
    "head-not-mapping": ("---\n- a\n- b\n---\n", 2),
    "head-value": ("---\nlang: es\ntitle: {a: {b: c}}\n---\n", 3),
    "head-lang": ("---\ntitle: a\nlang: Spanish please\n---\n", 3),
    "head-deep": ("---\na: " + "[" * 5000 + "\n---\n", 2),
    "head-too-long": ("---\na: " + "x" * 70_000 + "\n---\n", 1),
    "too-long": ("x" * 400_001, 0),
    "control": ("---\ntitle: a\x07\n---\n", 2),
}


@pytest.mark.parametrize("code", BROKEN)
def test_a_broken_head_is_refused_with_its_line(code: str) -> None:
    source, line = BROKEN[code]
    with pytest.raises(MarkupError) as raised:
        split(source)
    assert (raised.value.code, raised.value.line) == (code, line)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system [id]", "!x y", "!!binary aGk="])
def test_a_tag_is_never_acted_upon(tag: str) -> None:
    with pytest.raises(MarkupError, match="tags"):
        split(f"---\ntitle: {tag}\n---\n")


def test_an_alias_bomb_costs_nothing() -> None:
    bomb = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9) if n else 'x'}]\n" for n in range(30))
    start = time.perf_counter()
    with pytest.raises(MarkupError):
        split(f"---\n{bomb}---\n")
    assert time.perf_counter() - start < 1
