import os
from argparse import ArgumentParser
from pathlib import Path

import pytest

from tests.ledger.conftest import APPEAL, TEXT, Grow, a_text, folder
from undersigned.commands import BadInput
from undersigned.commands import verify as command
from undersigned.ledger.append import append
from undersigned.ledger.errors import NotPublished
from undersigned.ledger.models import Log
from undersigned.ledger.publish import publish
from undersigned.ledger.receipt import receipt
from undersigned.tlog.leaf import Sign, b64u, commitment, private_digest, public_digest
from undersigned.tlog.note import parse_vkey
from undersigned.tlog.receipt import ReceiptResult, verify_receipt

pytestmark = pytest.mark.django_db(transaction=True)


def check(text: str, log: Log) -> ReceiptResult:
    return verify_receipt(text, [parse_vkey(log.vkey)])


def run(*arguments: str) -> int:
    parser = ArgumentParser()
    command.arguments(parser)
    return command.run(parser.parse_args(arguments))


@pytest.mark.parametrize("size", [1, 2, 255, 256, 300])
def test_every_leaf_has_a_receipt(log: Log, grow: Grow, size: int) -> None:
    grow(log, size)
    publish(log)
    for index in {0, 1, size // 2, size}:
        result = check(receipt(log=log, index=index), log)
        assert (result.index, result.checkpoint.size, result.shown) == (index, size + 1, None)


def test_an_older_receipt_still_holds_and_a_newer_one_does_too(log: Log, grow: Grow) -> None:
    grow(log, 250)
    publish(log)
    old = receipt(log=log, index=7)
    grow(log, 250)
    publish(log)
    assert check(old, log).checkpoint.size == 251
    assert check(receipt(log=log, index=7), log).checkpoint.size == 501


def test_a_leaf_that_is_not_published_has_none(log: Log, grow: Grow) -> None:
    grow(log, 3)
    with pytest.raises(NotPublished):
        receipt(log=log, index=0)
    publish(log)
    grow(log, 3)
    for index in (4, 99, -1):
        with pytest.raises(NotPublished):
            receipt(log=log, index=index)


def test_a_full_receipt_opens_the_commitment(log: Log) -> None:
    shown, d_priv, salt = {"name": "Ana Lucía"}, private_digest(b"p" * 32, {"e": "a@b.example"}), b"s" * 32
    made = commitment(public_digest(salt, shown), d_priv)
    append(log=log, leaves=[a_text(TEXT), Sign(b64u(made), "mail", 1)])
    log.refresh_from_db()
    publish(log)
    text = receipt(log=log, index=2, extra={"pub": shown, "spub": b64u(salt), "dpriv": b64u(d_priv)})
    assert check(text, log).shown == shown
    assert check(receipt(log=log, index=2), log).shown is None


def test_the_command_verifies_folder_and_receipt(
    log: Log, grow: Grow, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grow(log, 3)
    publish(log)
    file = tmp_path / "mine.tlog-proof"
    file.write_text(receipt(log=log, index=2), encoding="utf-8")
    assert run(str(folder())) == 0
    assert run(str(folder()), "--key", log.vkey, "--json") == 0
    assert run(str(file), "--key", log.vkey) == 0
    file.write_text(receipt(log=log, index=2).replace("index 2", "index 3"), encoding="utf-8")
    assert run(str(file), "--key", log.vkey) == 1
    with pytest.raises(BadInput):
        run(os.fspath(tmp_path / "nothing"))
    assert APPEAL in capsys.readouterr().out
