"""Logs to publish: leaves of every kind that a batch may hold, the same each time."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from undersigned.ledger.append import append, create_log
from undersigned.ledger.models import Log
from undersigned.lib import env
from undersigned.tlog.leaf import Amend, Leaf, Sign, TextLeaf, Undo, b64u
from undersigned.tlog.verify import verify_source

APPEAL = "AAECAwQFBgcICQoLDA0ODw"
TEXT = "text-of-the-ferry"


def digest(name: object) -> str:
    """43 characters that differ from name to name."""
    return b64u(hashlib.sha256(str(name).encode()).digest())


def a_text(name: str = TEXT, version: int = 1, relation: str = "original", parent: int | None = None) -> Leaf:
    return TextLeaf(name, version, digest((name, version)), "en", relation, parent)


def signs(start: int, count: int, text: int = 1) -> list[Leaf]:
    """Sign leaves with the commitments number `start` and following."""
    return [Sign(digest(number), "mail", text) for number in range(start, start + count)]


def growth(log: Log, count: int) -> list[Leaf]:
    """`count` leaves that may follow what the log holds: signatures, at the end an amendment and an undo."""
    if log.size == 1:
        return [a_text(), *signs(2, count - 1)]
    made = signs(log.size, max(count - 2, 1))
    if count > 2:
        made += [Amend(digest(("amended", log.size)), log.size), Undo(log.size, "own")]
    return made


Grow = Callable[[Log, int], None]


@pytest.fixture
def key(data: Path) -> None:
    """The log's key, the same in every run, so that files can be compared byte for byte."""
    folder = env.load().keys_folder
    folder.mkdir(parents=True)
    (folder / f"log-{APPEAL}").write_bytes(bytes(range(32)))


@pytest.fixture
def log(db: None, key: None) -> Log:
    """A log with its open leaf, nothing published."""
    return create_log(appeal_id=APPEAL)


@pytest.fixture
def grow() -> Grow:
    """Appends that many leaves."""

    def more(log: Log, count: int) -> None:
        append(log=log, leaves=growth(log, count))
        log.refresh_from_db()

    return more


def folder() -> Path:
    """Where the log's public files lie."""
    return env.load().data / "ledger" / APPEAL


def files(root: Path | None = None) -> dict[str, bytes]:
    """Every public file with its bytes."""
    top = root or folder()
    return {
        path.relative_to(top).as_posix(): path.read_bytes()
        for path in sorted(top.rglob("*"))
        if path.is_file()
    }


def verified(log: Log) -> dict[str, object]:
    """What the verifier says of the folder under the log's key; fails unless it holds."""
    answer = verify_source(str(folder()), key=log.vkey)
    assert answer["ok"], answer["errors"]
    found: dict[str, object] = answer["logs"][0]
    return found
