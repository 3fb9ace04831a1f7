"""Receipts: the short and the full form verify, and no changed byte does."""

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.golden import make
from undersigned.tlog import jcs, leaf, note, receipt
from undersigned.tlog.errors import TlogError

VERIFIER = note.parse_vkey(make.vkey(make.ORIGIN, make.SEED))
Flips = Callable[[bytes], Iterator[tuple[int, bytes]]]


@pytest.fixture(scope="module", params=["short.tlog-proof", "full.tlog-proof"])
def text(request: pytest.FixtureRequest, golden: Path) -> str:
    name: str = request.param
    return (golden / name).read_text()


@pytest.fixture(scope="module")
def full(golden: Path) -> receipt.Receipt:
    return receipt.parse_receipt((golden / "full.tlog-proof").read_text())


def rebuilt(full: receipt.Receipt, **changes: Any) -> str:
    extra = {**(full.extra or {}), **changes}
    kept = {name: value for name, value in extra.items() if value is not ...}
    return receipt.format_receipt(full.index, full.proof, full.note, kept)


def test_a_receipt_verifies_and_is_written_as_read(text: str) -> None:
    result = receipt.verify_receipt(text, [VERIFIER])
    assert (result.index, result.checkpoint.size) == (3, make.SIZE)
    assert isinstance(result.leaf, leaf.Sign)
    assert result.opened == ("pub" in (receipt.parse_receipt(text).extra or {}))
    parsed = receipt.parse_receipt(text.encode())
    assert receipt.format_receipt(parsed.index, parsed.proof, parsed.note, parsed.extra) == text


def test_a_full_receipt_shows_what_was_signed_under(golden: Path) -> None:
    result = receipt.verify_receipt((golden / "full.tlog-proof").read_bytes(), [VERIFIER])
    assert result.shown == make.SHOWN


def test_every_changed_byte_is_refused_or_lies_in_an_unknown_signature(text: str, flips: Flips) -> None:
    data = text.encode()
    witness_line = data.rindex("\u2014 witness".encode())
    # Without the dash, the line is no signature line of anybody, and the note is malformed.
    ignorable = range(witness_line + len("\u2014 ".encode()), len(data) - 1)
    good = receipt.verify_receipt(text, [VERIFIER])
    for position, changed in flips(data):
        try:
            result = receipt.verify_receipt(changed, [VERIFIER])
        except TlogError:
            continue
        assert position in ignorable, position
        assert (result.index, result.entry, result.checkpoint) == (good.index, good.entry, good.checkpoint)


def test_with_a_known_witness_no_byte_of_its_line_may_change_unnoticed(text: str, flips: Flips) -> None:
    witness = note.parse_vkey(make.vkey(make.WITNESS, make.WITNESS_SEED, 4))
    good = receipt.verify_receipt(text, [VERIFIER, witness])
    assert {item.name for item in good.verified} == {make.ORIGIN, make.WITNESS}
    data = text.encode()
    for position, changed in flips(data):
        if position <= data.rindex("\u2014 witness".encode()):
            continue
        try:
            assert len(receipt.verify_receipt(changed, [VERIFIER, witness]).verified) == 1
        except TlogError:
            continue


def test_a_witness_alone_vouches_for_nothing(text: str) -> None:
    witness = note.parse_vkey(make.vkey(make.WITNESS, make.WITNESS_SEED, 4))
    for known in ([witness], [], [note.parse_vkey(make.vkey(make.ORIGIN, make.NEXT_SEED))]):
        with pytest.raises(TlogError):
            receipt.verify_receipt(text, known)


@pytest.mark.parametrize(
    "changes",
    [
        {"leaf": ...}, {"pub": ...}, {"spub": ...}, {"dpriv": ...}, {"more": 1}, {"leaf": 1}, {"pub": "x"},
        {"spub": 1}, {"spub": "AAAA"}, {"pub": {"name": "Somebody Else"}}, {"pub": {}}, {"dpriv": "A" * 43},
        {"leaf": '{"t":"close"}'}, {"leaf": "é"}, {"pub": {"name": "Example Signer", "nom": "e\u0301"}},
    ],
    ids=repr,
)  # fmt: skip
def test_an_incomplete_or_false_opening_is_refused(full: receipt.Receipt, changes: dict[str, Any]) -> None:
    assert receipt.verify_receipt(rebuilt(full), [VERIFIER]).opened
    with pytest.raises(TlogError):
        receipt.verify_receipt(rebuilt(full, **changes), [VERIFIER])


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "", lambda text: text.replace("@v1", "@v2"), lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("index 3", "index 03"), lambda text: text.replace("index 3", "index 4"),
        lambda text: text.replace("index 3\n", ""), lambda text: text.replace("\nindex", "\n\nindex"),
        lambda text: text.replace("extra ", "extra  "),
        lambda text: text.replace("\nextra", "\nextra e30=\nextra"),
        lambda text: text + "x", lambda text: text.partition("\n\n")[0], lambda text: "x" * 1_000_001,
    ],
)  # fmt: skip
def test_another_form_is_refused(text: str, change: Callable[[str], str]) -> None:
    with pytest.raises(TlogError):
        receipt.verify_receipt(change(text), [VERIFIER])


def test_extra_data_must_be_canonical(text: str, full: receipt.Receipt) -> None:
    assert full.extra is not None
    for spoiled in (b" " + jcs.dumps(full.extra), b"[]", b"\xff"):
        line = "extra " + base64.b64encode(spoiled).decode()
        lines = receipt.format_receipt(full.index, full.proof, full.note).split("\n")
        with pytest.raises(TlogError):
            receipt.verify_receipt("\n".join([lines[0], line, *lines[1:]]), [VERIFIER])
    with pytest.raises(TlogError, match="carries its leaf"):
        receipt.verify_receipt(receipt.format_receipt(full.index, full.proof, full.note), [VERIFIER])


def test_a_receipt_of_a_leaf_without_commitment_opens_nothing(tmp_path: Path, full: receipt.Receipt) -> None:
    signed = make.build(tmp_path / "log", sizes=(20,))
    for index, opens in ((9, False), (14, True)):
        entry = leaf.encode(make.leaves()[index]).decode()
        short = make.receipts(tmp_path / "log", signed, index)["short.tlog-proof"]
        assert receipt.verify_receipt(short, [VERIFIER]).entry == entry.encode()
        taken = receipt.parse_receipt(short)
        forged = receipt.format_receipt(index, taken.proof, signed, {**(full.extra or {}), "leaf": entry})
        message = "not those that the leaf commits to" if opens else "commits to nothing"
        with pytest.raises(TlogError, match=message):
            receipt.verify_receipt(forged, [VERIFIER])


def test_an_amended_signature_can_be_opened_too(tmp_path: Path) -> None:
    committed, opening = make.opening()
    made = [*make.leaves()[:4], leaf.Amend(committed, 3)]
    signed = make.build(tmp_path / "log", made, sizes=(5,))
    way = receipt.parse_receipt(make.receipts(tmp_path / "log", signed, 4)["short.tlog-proof"]).proof
    extra = {"leaf": leaf.encode(leaf.Amend(committed, 3)).decode(), **opening}
    assert receipt.verify_receipt(receipt.format_receipt(4, way, signed, extra), [VERIFIER]).opened
