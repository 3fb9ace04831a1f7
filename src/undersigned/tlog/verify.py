"""The verifier: one answer about a site, an appeal, a log, a folder or a receipt, for people and programs."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from .audit import check_leftovers, check_log
from .checkpoint import parse_checkpoint
from .encoding import b64
from .errors import TlogError
from .note import ED25519, NoteError, Verifier, parse_note, parse_vkey
from .receipt import HEADER, MAX_RECEIPT, ReceiptError, parse_receipt, verify_receipt
from .sources import Web, read_file
from .targets import BadInput, Target, from_folder, from_url, server_key
from .verify_promise import check_promise, is_promise, promise_lines

__all__ = ["BadInput", "add_arguments", "check_log", "main", "run", "verify_source"]

HELP = "Check signatures and their count: of a site, an appeal, a log or its folder, a receipt or a promise."

NOT_PROVED = (
    "Not proved: that each signature is a distinct person, and that everyone who confirmed was recorded."
)


def _pinned(key: str | None) -> Verifier | None:
    if key is None:
        return None
    try:
        verifier = parse_vkey(key.strip())
    except NoteError as error:
        raise BadInput(f"--key: {error}") from error
    if verifier.type != ED25519:
        raise BadInput("--key: not the key of a log but of a witness")
    return verifier


def verify_source(
    target: str, *, key: str | None = None, timeout: float = 20.0, workers: int = 4
) -> dict[str, Any]:
    """What `verify --json` prints; only logs that hold are listed, every other one is an error.

    Raises BadInput when the target or the key names nothing that could be verified.
    """
    pinned = _pinned(key)
    web = Web(timeout)
    answer: dict[str, Any] = {"ok": False, "pinned": pinned is not None, "logs": [], "errors": []}
    try:
        if "://" in target:
            _check_targets(from_url(target, web), pinned, workers, answer)
        else:
            _check_path(target, pinned, web, answer)
    except BadInput:
        raise
    except TlogError as error:
        answer["errors"].append(str(error))
    answer["ok"] = not answer["errors"]
    return answer


def _check_path(target: str, pinned: Verifier | None, web: Web, answer: dict[str, Any]) -> None:
    path = Path(target)
    try:
        folder, file = path.is_dir(), path.is_file()
    except (OSError, ValueError):
        folder = file = False
    if folder:
        _check_targets(from_folder(path), pinned, 1, answer)
    elif file:
        _check_file(path, pinned, web, answer)
    else:
        raise BadInput(f"no such file, folder or address: {target}")


def _check_file(path: Path, pinned: Verifier | None, web: Web, answer: dict[str, Any]) -> None:
    text = read_file(path, MAX_RECEIPT)
    if text is not None and is_promise(text):
        answer["promise"] = check_promise(text, pinned, web)
        answer["errors"] += answer["promise"].pop("errors")
    elif text is not None and text.startswith(HEADER[:9].encode()):
        answer["receipt"] = _check_receipt(text, pinned, web)
    else:
        raise BadInput(f"neither a receipt, a promise nor a folder with a log: {path}")


def _check_targets(
    targets: list[Target], pinned: Verifier | None, workers: int, answer: dict[str, Any]
) -> None:
    if pinned is not None:
        # A key picks its own log out of several; a log whose origin is not known yet may be it.
        named = [target for target in targets if target.origin in (None, pinned.name)]
        if not named:
            raise TlogError(f"the key is of {pinned.name}, and there is no such log here")
        targets = named
    if not targets:
        raise TlogError("there is no log here")
    for target in targets:
        try:
            answer["logs"].append(_check_target(target, pinned, workers))
        except TlogError as error:
            answer["errors"].append(f"{target.place}: {error}")


def _check_target(target: Target, pinned: Verifier | None, workers: int) -> dict[str, Any]:
    vkey = target.vkey if pinned is None else pinned.vkey
    if vkey is None:
        raise TlogError("no key is published beside this log: give it with --key")
    if target.vkey is not None and target.vkey != vkey:
        raise TlogError("the log is published under another key than the one given")
    report = check_log(target.fetch, vkey=vkey, workers=workers)
    if target.leftovers is not None:
        check_leftovers(target.fetch, target.leftovers(), report.checkpoint.size)
    return report.to_json()


def _check_receipt(text: bytes, pinned: Verifier | None, web: Web) -> dict[str, Any]:
    origin = parse_checkpoint(parse_note(parse_receipt(text).note)[0]).origin
    if pinned is not None and pinned.name != origin:
        raise ReceiptError(f"the receipt is of {origin}, the key of {pinned.name}")
    verifier = parse_vkey(server_key(origin, web)) if pinned is None else pinned
    result = verify_receipt(text, [verifier])
    return {
        "origin": origin,
        "vkey": verifier.vkey,
        "size": result.checkpoint.size,
        "root": b64(result.checkpoint.root),
        "index": result.index,
        "leaf": json.loads(result.entry),
        "opened": result.opened,
        **({"shown": result.shown} if result.opened else {}),
    }


def _plain(text: str) -> str:
    """What strangers wrote cannot steer a terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _log_lines(log: dict[str, Any]) -> list[str]:
    lines = [
        f"log {log['origin']}",
        f"  {log['size']} leaves, root {log['root']}",
        f"  key {log['vkey']}",
        f"  signatures: {_counts(log)}",
        "  by kind: " + ", ".join(f"{kind} {count}" for kind, count in log["kinds"].items()),
    ]
    for text, counts in log["texts"].items():
        lines.append(f"  text {text}: {counts['signatures']}")
        for number, version in counts["versions"].items():
            lines.append(f"    version {number}: {_counts(version)}; digest {version['digest']}")
    if log.get("unknown"):
        lines.append(f"  leaves of a type unknown to this verifier, which change no count: {log['unknown']}")
    return lines


def _counts(counts: dict[str, Any]) -> str:
    undone = f"withdrawn {counts['own']}, struck out {counts['struck']}, moved {counts['moved']}"
    return f"{counts['signatures']} ({undone})"


def _receipt_lines(receipt: dict[str, Any]) -> list[str]:
    lines = [
        f"receipt of {receipt['origin']}",
        f"  leaf {receipt['index']} of {receipt['size']}, root {receipt['root']}",
        f"  key {receipt['vkey']}",
        f"  leaf: {json.dumps(receipt['leaf'], sort_keys=True)}",
    ]
    if receipt["opened"]:
        lines.append(f"  shows: {json.dumps(receipt['shown'], ensure_ascii=False, sort_keys=True)}")
    return lines


def report(answer: dict[str, Any]) -> str:
    """The answer for people: counts per text and version, the verdict, and what is not proved."""
    lines = [line for log in answer["logs"] for line in _log_lines(log)]
    lines += _receipt_lines(answer["receipt"]) if "receipt" in answer else []
    lines += promise_lines(answer["promise"]) if "promise" in answer else []
    lines += [f"FAILED: {error}" for error in answer["errors"]]
    if not answer["ok"]:
        lines.append("NOT VERIFIED.")
    elif answer["pinned"]:
        lines.append("OK: verified under the key given.")
    else:
        lines.append("OK: consistent with itself. The key came from the same place; --key VKEY pins one.")
    return "\n".join(_plain(line) for line in [*lines, NOT_PROVED]) + "\n"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `verify`, the same alone and within the whole program."""
    parser.add_argument(
        "target",
        metavar="URL|FOLDER|RECEIPT|PROMISE",
        help="a site, an appeal's page, a log, or kept files",
    )
    parser.add_argument("--key", metavar="VKEY", help="the log's key, known from elsewhere than the log")
    parser.add_argument("--json", action="store_true", help="print the answer for programs")


def run(options: argparse.Namespace) -> int:
    """Print the answer; 0 only when everything held, 1 when something did not. Raises BadInput."""
    answer = verify_source(options.target, key=options.key)
    if options.json:
        sys.stdout.write(json.dumps(answer, sort_keys=False) + "\n")
    else:
        text = report(answer)
        encoding = sys.stdout.encoding or "utf-8"
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
    return 0 if answer["ok"] else 1


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def main(argv: Sequence[str] | None = None) -> int:
    """`verify ...` on the command line: 0 verified, 1 not, 2 bad input with one line on stderr."""
    parser = _Parser(prog="verify", description=HELP)
    add_arguments(parser)
    try:
        return run(parser.parse_args(argv))
    except BadInput as error:
        sys.stderr.write(f"verify: {_plain(str(error))}\n")
        return 2
