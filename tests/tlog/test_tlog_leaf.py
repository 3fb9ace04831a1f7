"""Leaves: one spelling each, read by patterns that agree with re-serialising."""

import hashlib
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.golden import make
from undersigned.tlog import ed25519, jcs, leaf, note

DIGEST = make.digest("anything")
KEY = note.format_vkey("peer.example/ledger/x", ed25519.public_key_of(make.PEER_SEED))

digests = st.binary(min_size=32, max_size=32).map(leaf.digest_text)
indices = st.integers(0, jcs.MAX_INTEGER)
tags = st.from_regex(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}", fullmatch=True)
names = st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True)
leaves = st.one_of(
    st.builds(leaf.Open, st.binary(min_size=16, max_size=16).map(leaf.b64u)),
    st.builds(
        leaf.TextLeaf, names, st.integers(1, 9999), digests, tags, st.sampled_from(leaf.RELATIONS),
        st.none() | indices,
    ),
    st.builds(leaf.Sign, digests, st.sampled_from(["mail", "vouched", "org"]), indices),
    st.builds(leaf.Sign, digests, st.just("paper"), indices, indices),
    st.builds(leaf.Amend, digests, indices),
    st.builds(leaf.Undo, indices, st.sampled_from(leaf.REASONS)),
    st.builds(leaf.Sheet, digests, indices),
    st.builds(leaf.Deliver, digests),
    st.sampled_from([leaf.Close(), leaf.Shred(), leaf.Key(KEY), leaf.Peer(KEY, "peer.example/ledger/x")]),
)  # fmt: skip

_SHAPES: dict[str, tuple[set[str], set[str]]] = {
    "open": ({"a", "v"}, set()), "text": ({"h", "l", "n", "r", "w"}, {"p"}), "sign": ({"c", "k", "x"}, {"s"}),
    "amend": ({"c", "r"}, set()), "undo": ({"r", "y"}, set()), "sheet": ({"d", "x"}, set()),
    "deliver": ({"d"}, set()), "close": (set(), set()), "shred": (set(), set()), "key": ({"k"}, set()),
    "peer": ({"k", "o"}, set()),
}  # fmt: skip


def _digest(value: object) -> bool:
    try:
        return isinstance(value, str) and len(leaf.unb64u(value)) == 32
    except ValueError:
        return False


def _key(value: object) -> bool:
    try:
        return (
            isinstance(value, str)
            and note.parse_vkey(value).vkey == value
            and _printable(value.split("+")[0])
        )
    except ValueError:
        return False


def _printable(value: object) -> bool:
    return (
        isinstance(value, str)
        and 0 < len(value) < 256
        and all("!" <= c <= "~" and c not in '+"\\' for c in value)
    )


def _language(value: object) -> bool:
    if not isinstance(value, str) or not value.isascii():
        return False
    first, *rest = value.split("-")
    fits = first.isalpha() and 2 <= len(first) <= 8 and len(rest) <= 8
    return fits and all(part.isalnum() and len(part) <= 8 for part in rest)


def _field_fits(type: str, name: str, value: Any) -> bool:
    number = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= jcs.MAX_INTEGER
    match name:
        case "c" | "d" | "h":
            return _digest(value)
        case "x" | "p" | "s":
            return number
        case "r" if type != "text":
            return number
        case "r":
            return value in leaf.RELATIONS
        case "n":
            return number and value > 0
        case "y":
            return value in leaf.REASONS
        case "k" if type == "sign":
            return value in leaf.KINDS
        case "a":
            return isinstance(value, str) and len(value) == 22 and len(leaf.unb64u(value)) == 16
        case "v":
            return number and value == 1
        case "k":
            return _key(value)
        case "o":
            return _printable(value)
        case "l":
            return _language(value)
    return _printable(value) and len(value) <= 64 and all(c.isalnum() or c in "-_" for c in value)


def by_reserialising(entry: bytes) -> bool:
    """Whether the entry is a leaf, found out the slow way: parse, check fields, write again, compare."""
    try:
        value = json.loads(entry)
        spelled = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
        if spelled != entry or not isinstance(value, dict) or not isinstance(value.get("t"), str):
            return False
        fields = {name: item for name, item in value.items() if name != "t"}
        if value["t"] not in _SHAPES:
            return True
        needed, allowed = _SHAPES[value["t"]]
        if not needed <= set(fields) <= needed | allowed:
            return False
        if value["t"] == "sign" and ("s" in fields) != (value["k"] == "paper"):
            return False
        return all(_field_fits(value["t"], name, item) for name, item in fields.items())
    except (ValueError, RecursionError):
        return False


def accepted(entry: bytes) -> bool:
    try:
        leaf.parse(entry)
    except leaf.LeafError:
        return False
    return True


@given(leaves)
def test_a_leaf_parses_back_to_itself(made: leaf.Leaf) -> None:
    entry = leaf.encode(made)
    assert leaf.parse(entry) == made
    assert by_reserialising(entry)
    assert jcs.dumps(json.loads(entry)) == entry


_CHANGES = st.sampled_from(
    [b"", b" ", b"0", b"1", b"-", b'"', b",", b"A", b"z", b"\n", b"+", b"}", b"e", b"\xc3"]
)


@given(leaves, st.data())
def test_patterns_agree_with_reserialising_on_damaged_leaves(made: leaf.Leaf, data: st.DataObject) -> None:
    entry = leaf.encode(made)
    place = data.draw(st.integers(0, len(entry)))
    drop = data.draw(st.integers(0, 2))
    damaged = entry[:place] + data.draw(_CHANGES) + entry[place + drop :]
    assert accepted(damaged) == by_reserialising(damaged)


@given(
    st.dictionaries(st.sampled_from("acdhklnoprstvwxy"), st.integers(0, 9) | st.sampled_from(["", "open"]))
)
def test_patterns_agree_with_reserialising_on_any_object(fields: dict[str, Any]) -> None:
    for kind in (*_SHAPES, "new"):
        entry = jcs.dumps(fields | {"t": kind})
        assert accepted(entry) == by_reserialising(entry)


@pytest.mark.parametrize(
    "entry",
    [
        b"", b"{}", b"[]", b"null", b'"t"', b'{"t":1}', b'{"t":"close"} ', b'{ "t":"close"}',
        b'{"t":"close","t":"close"}',
        b'{"t":"close","z":1}', b'{"t":"later","a":1}', b'{"a":1.0,"t":"later"}', b'{"a":1e3,"t":"later"}',
        b'{"a":9007199254740992,"t":"later"}', b'{"a":-9007199254740992,"t":"later"}',
        b'{"a":NaN,"t":"later"}',
        b'{"a":01,"t":"later"}', b'{"a":-0,"t":"later"}', b'{"a":"\\u0041","t":"later"}',
        b'{"a":"\\/","t":"later"}',
        '{"a":"é","t":"later"}'.encode(), b'{"a":"\\u00e9","t":"later"}', b'{"a":"\xff","t":"later"}',
        b'{"a":"\\ud800","t":"later"}', b"[" * 60000,
        b'{"a":' + b"[" * 30000 + b"]" * 30000 + b',"t":"later"}',
        b'{"a":' + b"9" * 6000 + b',"t":"later"}', b'{"a":"' + b"x" * 65536 + b'","t":"later"}',
        b'\xef\xbb\xbf{"t":"close"}', b'{"t":"close"}\n', b"\x00",
    ],
)  # fmt: skip
def test_a_malformed_leaf_is_refused(entry: bytes) -> None:
    with pytest.raises(leaf.LeafError):
        leaf.parse(entry)


@pytest.mark.parametrize(
    "entry",
    [
        b'{"t":"later"}', b'{"a":null,"t":"later"}',
        b'{"a":[true,false,-5,"\\n\\"\\\\/"],"t":"x","z":{"b":{}}}',
        b'{"a":"\\u001f\x7f","t":""}', b'{"T":1,"t":"OPEN"}',
    ],
)  # fmt: skip
def test_a_well_formed_leaf_of_another_type_is_unknown(entry: bytes) -> None:
    parsed = leaf.parse(entry)
    assert isinstance(parsed, leaf.Unknown)
    assert parsed.type == json.loads(entry)["t"]
    assert leaf.encode(parsed) == entry


@pytest.mark.parametrize(
    "made",
    [
        leaf.Open("short"), leaf.Open("A" * 21 + "B"), leaf.Sign("x" * 43, "mail", 1),
        leaf.Sign(DIGEST, "fax", 1),
        leaf.Sign(DIGEST, "mail", -1), leaf.Sign(DIGEST, "mail", 2**53), leaf.Sign(DIGEST, "paper", 1),
        leaf.Sign(DIGEST, "mail", 1, 2), leaf.Undo(1, "other"),
        leaf.TextLeaf("w", 0, DIGEST, "pt", "original"),
        leaf.TextLeaf("w w", 1, DIGEST, "pt", "original"), leaf.TextLeaf("w", 1, DIGEST, "p", "original"),
        leaf.TextLeaf("w", 1, DIGEST, "pt", "copy"), leaf.Key("no key"),
        leaf.Key(KEY.replace("peer", "pear")),
        leaf.Peer(KEY, "with space"), leaf.Deliver(DIGEST[:-1] + "x"),
        leaf.Unknown("other", b'{"t":"later"}'),
        leaf.Unknown("close", b'{"t":"close"}'), leaf.Peer(KEY, 'quo"te'), leaf.Peer(KEY, "é.example"),
    ],
)  # fmt: skip
def test_a_leaf_that_would_not_parse_is_never_written(made: leaf.Leaf) -> None:
    with pytest.raises(leaf.LeafError):
        leaf.encode(made)


def test_leaves_are_parsed_fast_enough() -> None:
    entries = [leaf.encode(leaf.Sign(make.digest(str(n)), "mail", 1)) for n in range(2000)] * 10
    begun = time.process_time()
    for entry in entries:
        leaf.parse(entry)
    # A million in about two seconds; five times that is still no reason to fail on a busy machine.
    assert time.process_time() - begun < 0.2


def test_a_commitment_is_built_as_the_ledger_says() -> None:
    salt, other = b"s" * 32, b"t" * 32
    d_pub = leaf.public_digest(salt, {"place": "Łódź", "name": "Ana"})
    shown = '{"name":"Ana","place":"Łódź"}'.encode()
    assert d_pub == hashlib.sha256(b"undersigned/pub/v1\0" + salt + shown).digest()
    d_priv = leaf.private_digest(other, {"e": "a@example.org"})
    assert d_priv == hashlib.sha256(b"undersigned/priv/v1\0" + other + b'{"e":"a@example.org"}').digest()
    made = leaf.commitment(d_pub, d_priv)
    assert made == hashlib.sha256(b"undersigned/commit/v1\0" + d_pub + d_priv).digest()
    assert leaf.decode_digest(leaf.digest_text(made)) == made


def test_equal_names_commit_equally_however_they_were_typed() -> None:
    salt = b"s" * 32
    assert leaf.public_digest(salt, {"name": "e\u0301"}) == leaf.public_digest(salt, {"name": "\u00e9"})


def test_short_salts_and_digests_are_refused() -> None:
    for act in (
        lambda: leaf.public_digest(b"short", {}),
        lambda: leaf.private_digest(b"", {}),
        lambda: leaf.commitment(b"x", b"y" * 32),
        lambda: leaf.digest_text(b"not thirty-two bytes"),
        lambda: leaf.decode_digest("short"),
    ):
        with pytest.raises(leaf.LeafError):
            act()


def test_canonical_json_sorts_by_utf16_and_escapes_least() -> None:
    value = {"\U0001f600": 1, "\ufb33": 2, "a": '\b\t\n\f\r"\\\x01\x7f/é', "1": [None, True, -3]}
    spelled = '{"1":[null,true,-3],"a":"\\b\\t\\n\\f\\r\\"\\\\\\u0001\x7f/é","\U0001f600":1,"\ufb33":2}'
    assert jcs.dumps(value) == spelled.encode()
    assert jcs.loads(spelled.encode()) == value


@pytest.mark.parametrize(
    "value", [1.5, float("nan"), 2**53, b"bytes", {1: 2}, "\ud800", {"\ud800": 1}, {"a": {1}}]
)
def test_what_has_no_canonical_json_is_refused(value: object) -> None:
    with pytest.raises(jcs.JcsError):
        jcs.dumps(value)
