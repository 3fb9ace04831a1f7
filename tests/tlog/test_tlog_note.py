"""Signed notes, keys, cosignatures and Ed25519, against published cases and against themselves."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from undersigned.tlog import checkpoint, ed25519, note
from undersigned.tlog.encoding import EncodingError, b64u, decimal, unb64, unb64u

SEED = hashlib.sha256(b"a key for tests only").digest()
OTHER_SEED = hashlib.sha256(b"another key for tests only").digest()
NAME = "example.org/log"
VERIFIER = note.parse_vkey(note.format_vkey(NAME, ed25519.public_key_of(SEED)))
TEXT = "first line\n\nlast line\n"
NOTE = note.sign_note(TEXT, NAME, SEED)


def test_a_signed_note_opens_to_its_text() -> None:
    for given_note in (NOTE, NOTE.encode()):
        opened = note.open_note(given_note, [VERIFIER])
        assert opened.text == TEXT
        assert opened.verified_by(VERIFIER)
        assert opened.unverified == ()
        assert f"{TEXT}\n{opened.verified[0].line}" == NOTE


def test_unknown_keys_are_ignored_and_known_bad_ones_are_not() -> None:
    other = note.sign_note(TEXT, "example.org/other", OTHER_SEED).rpartition("\n\n")[2]
    opened = note.open_note(NOTE + other, [VERIFIER])
    assert [signature.name for signature in opened.unverified] == ["example.org/other"]
    bad = note.signature_line(NAME, VERIFIER.key_id, b"\0" * 64)
    for spoiled in (NOTE + bad, f"{TEXT}\n{bad}", f"{TEXT}\n{bad}{other}"):
        with pytest.raises(note.NoteError, match="signature is wrong"):
            note.open_note(spoiled, [VERIFIER])
    with pytest.raises(note.NoteError, match="no signature of a known key"):
        note.open_note(f"{TEXT}\n{other}", [VERIFIER])


def test_a_key_of_the_same_name_or_id_alone_is_another_key() -> None:
    same_name = note.signature_line(NAME, b"\1\2\3\4", b"x" * 64)
    same_id = note.signature_line("example.org/x", VERIFIER.key_id, b"x" * 64)
    assert len(note.open_note(NOTE + same_name + same_id, [VERIFIER]).unverified) == 2


def test_no_more_than_a_hundred_signature_lines_are_read() -> None:
    line = NOTE.rpartition("\n\n")[2]
    assert note.open_note(NOTE + line * 99, [VERIFIER]).text == TEXT
    with pytest.raises(note.NoteError, match="more than 100"):
        note.open_note(NOTE + line * 100, [VERIFIER])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda good: good[:-1], lambda good: good + "\n", lambda good: good.replace("\u2014", "-"),
        lambda good: good.replace("\u2014 ", "\u2014"), lambda good: good.replace("first", "fi\trst"),
        lambda good: good.replace("first", "fi\x00rst"), lambda good: good.replace("\n", "\r\n"),
        lambda good: good + "tail\n", lambda good: good.replace("\n\n\u2014", "\n\u2014"),
        lambda good: good.replace(NAME, NAME + "+x"), lambda good: good.replace(NAME, "exa\u00a0mple"),
        lambda good: good[:-2] + "\n", lambda good: good[:-1] + "=\n", lambda good: good[:-1] + " \n",
        lambda good: good.replace("first", "\ud800"), lambda good: good + "\u2014 name AAAA\n",
        lambda good: TEXT, lambda good: "", lambda good: "\n", lambda good: good + "x" * 1_000_000,
    ],
)  # fmt: skip
def test_a_malformed_note_is_refused(spoil: Any) -> None:
    with pytest.raises(note.NoteError):
        note.open_note(spoil(NOTE), [VERIFIER])


def test_bytes_that_are_not_utf8_are_refused() -> None:
    with pytest.raises(note.NoteError):
        note.open_note(b"\xff" + NOTE.encode(), [VERIFIER])


def test_only_a_note_that_would_open_is_signed() -> None:
    for text, name in (("no newline", NAME), ("tab\t\n", NAME), ("good\n", "a b"), ("good\n", "")):
        with pytest.raises(note.NoteError):
            note.sign_note(text, name, SEED)


def test_a_vkey_has_one_spelling() -> None:
    vkey = VERIFIER.vkey
    assert note.parse_vkey(vkey) == VERIFIER
    name, identity, key = vkey.split("+", 2)
    neutral = (1).to_bytes(32, "little")
    wrong = [
        "", "+", name, f"{name}+{identity}", f"{name}+{identity.upper()}+{key}", f"{name}+00000000+{key}",
        f"other+{identity}+{key}", f"{name}+{identity}+{key}=", f"{name}+{identity}+{key[:-1]}", vkey + "\n",
        f" {vkey}", note.format_vkey(name, ed25519.public_key_of(SEED), 2), f"+{identity}+{key}",
        note.format_vkey(name, b"\xff" * 32), note.format_vkey(name, neutral),
        note.format_vkey(name, b"x" * 31),
        f"\ud800+{identity}+{key}",
    ]  # fmt: skip
    for text in wrong:
        with pytest.raises(note.NoteError):
            note.parse_vkey(text)


def test_a_cosignature_covers_text_and_time() -> None:
    witness = note.parse_vkey(note.format_vkey("w.example/1", ed25519.public_key_of(OTHER_SEED), 4))
    line = note.cosign(TEXT, "w.example/1", OTHER_SEED, 1_700_000_000)
    opened = note.open_note(NOTE + line, [VERIFIER, witness])
    assert opened.verified_by(witness)
    assert opened.verified_by(VERIFIER)
    signature = next(item for item in opened.verified if item.name == "w.example/1").signature
    assert signature[:8] == (1_700_000_000).to_bytes(8, "big")
    for spoiled in (b"\0" * 8 + signature[8:], signature[:-1], signature[:-1] + b"\0", signature + b"\0"):
        assert not witness.verify(TEXT, spoiled)
    assert not witness.verify(TEXT + "x\n", signature)


def test_the_cases_of_the_go_module_agree(vectors: Path) -> None:
    data = json.loads((vectors / "gomod" / "note.json").read_text())
    assert note.parse_vkey(data["vkey"]).name == "PeterNeumann"
    assert note.parse_vkey(data["enoch_vkey"]).vkey == data["enoch_vkey"]
    for vkey in data["bad_vkeys"]:
        with pytest.raises(note.NoteError):
            note.parse_vkey(vkey)
    assert len(data["open"]) == 13
    for case in data["open"]:
        verifiers = [note.parse_vkey(vkey) for vkey in case["vkeys"]]
        try:
            opened = note.open_note(case["note_latin1"].encode("latin-1"), verifiers)
            assert case["want_ok"], case["desc"]
            assert len(opened.verified) == case["want_verified"]
        except note.NoteError:
            assert not case["want_ok"], case["desc"]


def test_the_go_module_signs_the_same_bytes(vectors: Path) -> None:
    data = json.loads((vectors / "gomod" / "note.json").read_text())
    seed = base64.b64decode(data["skey"].split("+", 4)[4])[1:]
    case = data["open"][0]["note_latin1"].encode("latin-1").decode()
    text, signatures = note.parse_note(case)
    assert note.sign_note(text, "PeterNeumann", seed) == f"{text}\n{signatures[0].line}"


def test_the_examples_of_the_specifications_parse(vectors: Path) -> None:
    examples = json.loads((vectors / "c2sp" / "spec-examples.json").read_text())
    signed = examples["signed_note"]
    opened = note.open_note(signed["note"], [note.parse_vkey(signed["vkey"])])
    assert opened.text == "This is an example message.\n"
    text, signatures = note.parse_note(examples["signed_note_poem"])
    assert text.count("\n") == 4
    assert len(signatures) == 1
    parsed = checkpoint.parse_checkpoint(note.parse_note(examples["checkpoint"])[0])
    assert (parsed.origin, parsed.size) == ("example.com/behind-the-sofa", 20852163)
    cosigned = note.parse_note(examples["cosigned_checkpoint"])
    assert [len(signature.signature) for signature in cosigned[1]] == [64, 72]
    assert checkpoint.parse_checkpoint(cosigned[0]) == parsed
    header, _, body = examples["witness_request"].partition("\n\n")
    assert decimal(header.split("\n")[0].removeprefix("old ")) == 20852014
    assert all(len(unb64(line)) == 32 for line in header.split("\n")[1:])
    assert checkpoint.parse_checkpoint(note.parse_note(body)[0]) == parsed


@settings(max_examples=25, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=100), st.integers(0, 511))
def test_both_ed25519_verifiers_agree(seed: bytes, message: bytes, bit: int) -> None:
    public, signature = ed25519.public_key_of(seed), ed25519.sign(seed, message)
    spoiled = bytearray(signature)
    spoiled[bit // 8] ^= 1 << bit % 8
    for verify in (ed25519.verify, ed25519.verify_slowly):
        assert verify(public, message, signature)
        assert not verify(public, message, bytes(spoiled))
        assert not verify(public, message + b"x", signature)


def test_a_second_spelling_of_a_signature_is_refused_by_both() -> None:
    public, signature = ed25519.public_key_of(SEED), ed25519.sign(SEED, b"message")
    order = 2**252 + 27742317777372353535851937790883648493
    s = int.from_bytes(signature[32:], "little") + order
    for verify in (ed25519.verify, ed25519.verify_slowly):
        assert not verify(public, b"message", signature[:32] + s.to_bytes(32, "little"))
        assert not verify(public, b"message", signature[:63])
        assert not verify(public, b"message", signature + b"\0")
        assert not verify(b"short", b"message", signature)


def test_keys_of_small_order_are_refused_by_both() -> None:
    prime = 2**255 - 19
    eighth = 2707385501144840649318225287225658788936804267575313519463743609750303021
    for y in (0, 1, prime - 1, prime, prime + 1, eighth, prime - eighth, 2):
        for sign in (0, 1):
            key = (y | sign << 255).to_bytes(32, "little")
            for verify in (ed25519.verify, ed25519.verify_slowly):
                assert not verify(key, b"message", (1).to_bytes(32, "little") + bytes(32))
            if y != 2:
                assert not ed25519.usable_public_key(key)


@pytest.mark.parametrize(
    "size", ["", "00", "01", "+1", "-1", " 1", "1 ", "1_0", "٣", "1e3", str(2**63), "9" * 30]
)
def test_a_checkpoint_size_has_one_spelling(size: str) -> None:
    root = "A" * 43 + "="
    assert checkpoint.parse_checkpoint(f"o\n0\n{root}\n").size == 0
    assert checkpoint.parse_checkpoint(f"o\n{2**63 - 1}\n{root}\n").size == 2**63 - 1
    with pytest.raises(checkpoint.CheckpointError):
        checkpoint.parse_checkpoint(f"o\n{size}\n{root}\n")


@pytest.mark.parametrize(
    "text",
    [
        "", "o\n1\n", "o\n1\n{root}", "\n1\n{root}\n", "o\n1\n{root}\n\n", "o\n1\n{root}\n\nx\n",
        "o\n1\nAAAA\n", "o\n1\n{root}x\n", "o\n1\n" + "A" * 42 + "B=\n", "o\n1\n" + "A" * 43 + "\n",
    ],
)  # fmt: skip
def test_a_malformed_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(checkpoint.CheckpointError):
        checkpoint.parse_checkpoint(text.replace("{root}", "A" * 43 + "="))


def test_extension_lines_are_kept_and_mean_nothing() -> None:
    text = "o\n1\n" + "A" * 43 + "=\nextension one\ntwo\n"
    parsed = checkpoint.parse_checkpoint(text)
    assert parsed.extensions == ("extension one", "two")
    assert checkpoint.format_checkpoint(parsed) == text
    with pytest.raises(checkpoint.CheckpointError):
        checkpoint.format_checkpoint(checkpoint.Checkpoint("o\nx", 1, bytes(32)))
    with pytest.raises(checkpoint.CheckpointError):
        checkpoint.format_checkpoint(checkpoint.Checkpoint("o", 1, bytes(31)))


def test_a_checkpoint_opens_under_its_own_key_only() -> None:
    text = checkpoint.format_checkpoint(checkpoint.Checkpoint(NAME, 7, bytes(32)))
    assert checkpoint.open_checkpoint(note.sign_note(text, NAME, SEED), VERIFIER).size == 7
    with pytest.raises(checkpoint.CheckpointError):
        checkpoint.open_checkpoint(note.sign_note(text.replace(NAME, "other"), NAME, SEED), VERIFIER)
    witness = note.parse_vkey(note.format_vkey(NAME, ed25519.public_key_of(SEED), 4))
    signed = f"{text}\n{note.cosign(text, NAME, SEED, 1)}"
    with pytest.raises(note.NoteError):
        checkpoint.open_checkpoint(signed, witness)


@given(st.binary(max_size=50))
def test_base64url_has_one_spelling(data: bytes) -> None:
    assert unb64u(b64u(data)) == data
    for wrong in (b64u(data) + "=", b64u(data) + "\n", b64u(data) + "!"):
        with pytest.raises(EncodingError):
            unb64u(wrong)


@pytest.mark.parametrize("text", ["AB", "A", "+w", "/w", "Aé"])
def test_other_base64url_is_refused(text: str) -> None:
    with pytest.raises(EncodingError):
        unb64u(text)
    with pytest.raises(EncodingError):
        unb64u("AAAA", 4)
