"""Citations in a text: [@key, p. 3] and what is none."""

import pytest

from undersigned.appeals.markup import (
    Cite,
    Cluster,
    Evidence,
    check,
    cited_keys,
    plain_text,
    render,
    words_of,
)
from undersigned.appeals.markup.citations import read_cluster


def cites(typed: str) -> tuple[Cite, ...]:
    cluster = read_cluster(typed)
    assert cluster is not None
    return cluster.cites


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("[@a]", Cite("a")),
        ("[@a, p. 3]", Cite("a", label="page", locator="3")),
        ("[@a, 33-35]", Cite("a", label="page", locator="33-35")),
        ("[@a, pp. 3–5 and passim]", Cite("a", label="page", locator="3–5", suffix="and passim")),
        ("[see @a, fol. 2r]", Cite("a", prefix="see", label="folio", locator="2r")),
        ("[@a, cap. IV]", Cite("a", label="chapter", locator="IV")),
        ("[@a, ¶ 4]", Cite("a", label="paragraph", locator="4")),
        ("[@a, end of the letter]", Cite("a", suffix="end of the letter")),
        ("[@a in his letter]", Cite("a", suffix="in his letter")),
        ("[-@a]", Cite("a", without_author=True)),
        ("[@doe:1936.b-2]", Cite("doe:1936.b-2")),
        ("[@a.]", Cite("a", suffix=".")),
        ("[@王小明1936, p. 2]", Cite("王小明1936", label="page", locator="2")),
    ],
)
def test_a_citation_is_read(typed: str, expected: Cite) -> None:
    assert cites(typed) == (expected,)


def test_one_bracket_cites_several() -> None:
    assert [cite.key for cite in cites("[see @a, p. 3; @b; cf. @c]")] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "typed", ["[ana@quay.example]", "[write to ana@quay.example]", "[@]", "[@a; and so on]", "[a]"]
)
def test_what_is_no_citation_stays_text(typed: str) -> None:
    assert read_cluster(typed) is None
    assert typed in render(f"One {typed} two.", id_prefix="t", lang="en", reference=lambda c: "x").html


def reference(cluster: Cluster) -> str | None:
    keys = [cite.key for cite in cluster.cites]
    return f"<i>{', '.join(keys)}</i>" if "gone" not in keys else None


BODY = "The ovens [@a, p. 3] are *cold*.[^1] No flour [@b] came [@gone].\n\n[^1]: Since May [@a].\n"


def test_a_mark_leads_to_its_note_and_back() -> None:
    rendered = render(BODY, id_prefix="t", lang="en", reference=reference)
    assert [one.cluster and one.cluster.typed for one in rendered.citations] == ["[@a, p. 3]", "[@b]", "[@a]"]
    for cited in rendered.citations:
        assert f'href="#{cited.note_id}" id="{cited.mark_id}"' in rendered.html
        assert f'id="{cited.note_id}" role="doc-footnote"' in rendered.html
        assert f'href="#{cited.mark_id}" class="back"' in rendered.html
    assert "came [@gone]" in rendered.html


def test_without_sources_a_citation_stays_as_typed() -> None:
    html = render(BODY, id_prefix="t", lang="en").html
    assert "ovens [@a, p. 3] are" in html and "t-source" not in html
    assert "[@a, p. 3]" in plain_text(BODY)


def test_setting_a_mark_moves_no_passage() -> None:
    bare = "The ovens are *cold*. No flour came.\n"
    assert words_of(bare) == "The ovens are cold. No flour came."
    assert words_of(BODY.replace(" [@gone]", "")).startswith(words_of(bare))


def test_evidence_gets_its_mark_where_the_passage_ends() -> None:
    words = words_of(BODY)
    ends = [words.index(" are cold"), words.index(" came"), len("The")]
    evidence = [Evidence(end, f"note {i}", str(i)) for i, end in enumerate(ends)]
    rendered = render(BODY, id_prefix="t", lang="en", reference=reference, evidence=evidence)
    assert [one.evidence for one in rendered.citations if one.evidence] == ["2", "0", "1"]
    assert "The<sup" in rendered.html and "<p>note 2 " in rendered.html
    assert render(BODY, id_prefix="t", lang="en", reference=reference, evidence=evidence) == rendered


def test_evidence_that_has_no_place_harms_nothing() -> None:
    evidence = [Evidence(end, "note", "1") for end in (0, 10**6)]
    assert render(BODY, id_prefix="t", lang="en", evidence=evidence).citations == ()


def test_unknown_keys_are_named_with_their_line() -> None:
    body = "One\ntwo [@a].\n\nThree\n[see @gone, p. 3; @a].\n"
    assert [(p.line, p.code, p.params["key"]) for p in check(body, {"a"})] == [(5, "cite-unknown", "gone")]
    assert check(body) == []
    assert cited_keys(body) == ["a", "gone"]


def test_code_cites_nothing() -> None:
    assert cited_keys("`[@a]` and\n\n    [@b]\n") == []


def test_many_brackets_cost_no_time() -> None:
    assert check("[@" * 9_000) == []
    assert cited_keys("[x@" * 9_000 + "]") == []
