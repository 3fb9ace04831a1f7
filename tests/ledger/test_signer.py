import json
import stat
import threading

import pytest

from tests.ledger.conftest import APPEAL, Grow, digest
from undersigned.ledger.append import origin_of
from undersigned.ledger.errors import ForkRefused, PublisherBusy, SignerBroken
from undersigned.ledger.lock import publisher_lock
from undersigned.ledger.models import Log
from undersigned.ledger.publish import publish
from undersigned.ledger.signer import Signer, make_key
from undersigned.lib import keys
from undersigned.tlog.checkpoint import Checkpoint, open_checkpoint
from undersigned.tlog.hashing import leaf_hash
from undersigned.tlog.note import parse_vkey
from undersigned.tlog.tile import FetchTile, tiles_for
from undersigned.tlog.tree import root_of

ORIGIN = "letters.example/ledger/" + APPEAL


def tree(*entries: str) -> tuple[Checkpoint, FetchTile]:
    hashes = [leaf_hash(entry.encode()) for entry in entries]
    assert len(tiles_for(len(hashes))) == 1
    return Checkpoint(ORIGIN, len(hashes), root_of(hashes)), lambda level, number, width: b"".join(
        hashes[:width]
    )


@pytest.fixture
def signer(key: None) -> Signer:
    return Signer(APPEAL)


def test_it_signs_what_grows(signer: Signer) -> None:
    known = parse_vkey(signer.vkey(ORIGIN))
    for entries in ("a", "ab", "abc", "abcdefg"):
        checkpoint, tiles = tree(*entries)
        assert open_checkpoint(signer.sign(checkpoint, tiles), known) == checkpoint
    state = signer.state()
    assert state is not None and state.size == 7


def test_the_same_tree_gets_the_same_signature(signer: Signer) -> None:
    assert signer.sign(*tree("a", "b")) == signer.sign(*tree("a", "b"))


@pytest.mark.parametrize("other", ["ab", "abx", "abxd", "xbc", "xbcd", "abdcefg"])
def test_it_refuses_a_fork_and_a_rollback(signer: Signer, other: str) -> None:
    signer.sign(*tree(*"abc"))
    before = signer.path.read_bytes()
    with pytest.raises(ForkRefused, match="fsck --mend"):
        signer.sign(*tree(*other))
    assert signer.path.read_bytes() == before


def test_only_its_owner_reads_its_memory(signer: Signer) -> None:
    signer.sign(*tree("a"))
    assert stat.S_IMODE(signer.path.stat().st_mode) == 0o600
    assert json.loads(signer.path.read_text())["size"] == 1


@pytest.mark.parametrize(
    "content", ["", "{}", "[]", '{"size": 0, "root": ""}', '{"size": "1", "root": "AA=="}', "\xff"]
)
def test_damaged_memory_is_no_empty_memory(signer: Signer, content: str) -> None:
    signer.path.parent.mkdir()
    signer.path.write_bytes(content.encode("latin-1"))
    with pytest.raises(SignerBroken):
        signer.sign(*tree("a"))


def test_a_missing_key_is_an_error_and_not_a_new_key(data: object) -> None:
    with pytest.raises(keys.KeyMissing):
        Signer(APPEAL).sign(*tree("a"))
    assert make_key(APPEAL, ORIGIN) == Signer(APPEAL).vkey(ORIGIN)


@pytest.mark.django_db(transaction=True)
def test_it_refuses_a_key_that_is_not_the_logs(log: Log, grow: Grow) -> None:
    path = Signer(APPEAL).path.parent.parent / f"log-{APPEAL}"
    path.write_bytes(b"\7" * 32)
    keys._read.cache_clear()
    with pytest.raises(SignerBroken, match="not the one"):
        publish(log)


def test_the_origin_is_the_address_without_its_scheme(configure: object) -> None:
    configure(base_url="https://letters.example/site/")  # type: ignore[operator]
    assert origin_of(APPEAL) == f"letters.example/site/ledger/{APPEAL}"


@pytest.mark.django_db(transaction=True)
def test_one_publisher_at_a_time(log: Log) -> None:
    from django.db import connection

    outcome: list[object] = []

    def other() -> None:
        try:
            with publisher_lock(APPEAL, patience=0.1):
                outcome.append("taken")
        except PublisherBusy as error:
            outcome.append(error)
        finally:
            connection.close()

    def attempt() -> None:
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()

    with publisher_lock(APPEAL), publisher_lock(APPEAL), publisher_lock(digest("another")[:22]):
        attempt()
    attempt()
    assert isinstance(outcome[0], PublisherBusy) and outcome[1] == "taken"
