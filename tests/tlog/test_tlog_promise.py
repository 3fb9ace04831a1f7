"""Promises: their one form, their signature, and what becomes of them in the log they speak of."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.golden import make
from tests.tlog.test_tlog_web import Site, site
from undersigned.tlog.checkpoint import parse_checkpoint
from undersigned.tlog.errors import TlogError
from undersigned.tlog.leaf import Sign, parse
from undersigned.tlog.note import parse_note, sign_note
from undersigned.tlog.promise import Promise, open_promise, parse_promise, sign_promise
from undersigned.tlog.sources import Web
from undersigned.tlog.verify import main
from undersigned.tlog.verify_promise import check_promise

__all__ = ["site"]
MOMENT = datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)
OTHER = "A" * 43


def promise(commitment: str = OTHER, *, until: datetime = MOMENT) -> Promise:
    return Promise(make.ORIGIN, commitment, until, make.vkey(make.ORIGIN, make.SEED))


def note(commitment: str = OTHER, *, until: datetime = MOMENT) -> bytes:
    return sign_promise(promise(commitment, until=until), make.SEED).encode()


def promised_leaf(site: Site) -> str:
    """A commitment that stands in the golden log."""
    bundle = site.pages[f"/ledger/{make.APPEAL}/tile/entries/000"][2]
    place = 0
    while place < len(bundle):
        size = int.from_bytes(bundle[place : place + 2], "big")
        leaf = parse(bundle[place + 2 : place + 2 + size])
        if isinstance(leaf, Sign):
            return leaf.commitment
        place += 2 + size
    raise AssertionError("no sign leaf")


def test_it_reads_back_what_was_promised_and_by_whom() -> None:
    assert open_promise(note()) == parse_promise(note()) == promise()


def test_it_is_never_a_checkpoint() -> None:
    with pytest.raises(TlogError):
        parse_checkpoint(parse_note(note())[0])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"2027", b"2028"),
        (b"AAAA", b"AAAB"),
        (b"promise/v1", b"promise/v2"),
        (b'{"commitment"', b'{ "commitment"'),
        (b"T03:04:05Z", b"T3:04:05Z"),
        (b"publish-by", b"publish-at"),
        (b"\n\n", b"\nmore\n\n"),
    ],
)
def test_every_change_is_refused(old: bytes, new: bytes) -> None:
    changed = note().replace(old, new, 1)
    assert changed != note()
    with pytest.raises(TlogError):
        open_promise(changed)


def test_another_key_promises_nothing_for_this_log() -> None:
    text, _signatures = parse_note(note())
    with pytest.raises(TlogError):
        open_promise(sign_note(text, make.ORIGIN, b"x" * 32))
    with pytest.raises(TlogError):
        open_promise(sign_note(text, "elsewhere.example", make.SEED))


def test_a_promise_that_is_kept_says_where(site: Site) -> None:
    found = check_promise(note(promised_leaf(site)), None, Web(), MOMENT)
    assert found["state"] == "kept" and found["errors"] == [] and found["index"] < found["size"]


def test_before_its_moment_a_promise_waits_and_afterwards_it_is_broken(site: Site) -> None:
    before = check_promise(note(), None, Web(), MOMENT - timedelta(seconds=1))
    after = check_promise(note(), None, Web(), MOMENT + timedelta(seconds=1))
    assert (before["state"], before["errors"]) == ("waiting", [])
    assert after["state"] == "broken" and "broken" in after["errors"][0]


def test_a_log_that_is_not_public_yet_breaks_nothing_before_the_moment(site: Site) -> None:
    site.pages.clear()
    site.put("/.well-known/undersigned.json", {"logs": []})
    before = check_promise(note(), None, Web(), MOMENT - timedelta(seconds=1))
    after = check_promise(note(), None, Web(), MOMENT + timedelta(seconds=1))
    assert (before["state"], after["state"]) == ("waiting", "broken")
    assert "no public log" in after["errors"][0]


def test_a_server_that_does_not_answer_is_no_broken_promise(site: Site) -> None:
    site.put("/.well-known/undersigned.json", b"", status=500)
    before = check_promise(note(), None, Web(), MOMENT - timedelta(seconds=1))
    after = check_promise(note(), None, Web(), MOMENT + timedelta(seconds=1))
    assert before["state"] == "waiting" and before["unread"] and not before["errors"]
    assert after["state"] == "unknown" and after["errors"]


def test_a_log_under_another_key_is_refused(site: Site) -> None:
    listed = {"origin": make.ORIGIN, "vkey": make.vkey(make.ORIGIN, b"y" * 32)}
    site.put("/.well-known/undersigned.json", {"logs": [listed]})
    with pytest.raises(TlogError):
        check_promise(note(), None, Web(), MOMENT)


def test_the_command_says_that_it_is_a_promise_and_until_when(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later, key = datetime(2999, 1, 1, tzinfo=UTC), make.vkey(make.ORIGIN, make.SEED)
    file = tmp_path / "letter.promise.txt"
    file.write_bytes(note(until=later))
    assert main([str(file)]) == 0
    said = capsys.readouterr().out
    assert "this is a promise, not a receipt" in said and "2999-01-01T00:00:00Z" in said
    file.write_bytes(note(promised_leaf(site)))
    assert main([str(file), "--key", key]) == 0
    said = capsys.readouterr().out
    assert "kept: it is leaf" in said and "OK: verified under the key given" in said
    file.write_bytes(note(until=MOMENT - timedelta(days=3650)))
    assert main([str(file)]) == 1
    assert "the promise was broken" in capsys.readouterr().out
    assert main([str(file), "--key", make.vkey(make.ORIGIN, b"z" * 32)]) == 1
