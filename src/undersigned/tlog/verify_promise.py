"""A promise held against the log that it speaks of: kept, broken, or not due yet."""

from datetime import UTC, datetime
from typing import Any

from .audit import check_log
from .errors import TlogError
from .note import Verifier
from .promise import HEADER, Finder, Promise, open_promise
from .sources import SourceError, Web
from .targets import from_origin

_MOMENT = "%Y-%m-%dT%H:%M:%SZ"


def is_promise(data: bytes) -> bool:
    """Whether a file begins as a promise does."""
    return data.startswith(HEADER.encode() + b"\n")


def check_promise(
    data: bytes, pinned: Verifier | None, web: Web, now: datetime | None = None
) -> dict[str, Any]:
    """What became of a promise; `errors` says what is wrong. Raises TlogError for one that is none.

    `state` is `kept` (the leaf is in the public log), `waiting` (it is not, and need not be yet), `broken`
    (it is not, and the moment has passed) or `unknown` (the moment has passed and the log cannot be read).
    """
    promise = open_promise(data, pinned)
    late = (now or datetime.now(UTC)) > promise.publish_by
    answer: dict[str, Any] = {
        "origin": promise.origin,
        "vkey": promise.vkey,
        "commitment": promise.commitment,
        "publish_by": promise.publish_by.strftime(_MOMENT),
        "errors": [],
    }
    try:
        index, size = _look(promise, web)
    except SourceError as error:
        # Nobody needs a server to read until when something was promised.
        return answer | {
            "state": "unknown" if late else "waiting",
            "unread": str(error),
            "errors": [str(error)] if late else [],
        }
    if index is not None:
        return answer | {"state": "kept", "index": index, "size": size}
    if not late:
        return answer | {"state": "waiting"}
    return answer | {"state": "broken", "errors": [_broken(promise, size)]}


def _look(promise: Promise, web: Web) -> tuple[int | None, int]:
    """Where the promised leaf stands in the public log, and the log's size; 0 where there is none."""
    target = from_origin(promise.origin, web)
    if target.vkey is not None and target.vkey != promise.vkey:
        raise TlogError("the server publishes this log under another key than the one that promised")
    note = target.fetch("checkpoint")
    if note is None:
        return None, 0
    finder = Finder(promise.commitment)
    report = check_log(target.fetch, vkey=promise.vkey, note=note, workers=4, also=finder)
    return finder.index, report.checkpoint.size


def _broken(promise: Promise, size: int) -> str:
    where = f"is not among the {size} leaves of the log" if size else "has no public log to stand in"
    return (
        f"the promise was broken: the signature {where}, and {promise.publish_by.strftime(_MOMENT)} has "
        "passed. (A promise lapses when its holder changed, withdrew or erased the signature before.)"
    )


def promise_lines(found: dict[str, Any]) -> list[str]:
    """What became of it, for people."""
    lines = [
        f"promise of {found['origin']}",
        f"  key {found['vkey']}",
        f"  commitment {found['commitment']}",
        f"  to be in the public log by {found['publish_by']}",
    ]
    if found["state"] == "kept":
        lines.append(f"  kept: it is leaf {found['index']} of {found['size']} in the public log")
    elif found["state"] == "waiting":
        lines.append("  this is a promise, not a receipt: the signature is not in the public log yet")
        if "unread" in found:
            lines.append(f"  the server could not be asked: {found['unread']}")
    return lines
