"""Checks an archive without network: every file against the bag's checksums, then the log against its key.

Handed out with each archive; needs Python 3.11 and the package `undersigned.tlog` that lies beside it.
"""

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

# A cache of compiled modules would be a file that no manifest of the bag names.
sys.dont_write_bytecode = True

from undersigned.tlog import verify as tlog  # noqa: E402
from undersigned.tlog.entry import unpack  # noqa: E402
from undersigned.tlog.errors import TlogError  # noqa: E402
from undersigned.tlog.jcs import dumps  # noqa: E402
from undersigned.tlog.targets import from_folder  # noqa: E402
from undersigned.tlog.tile import TILE_WIDTH, tile_path, tile_width  # noqa: E402

_CHUNK = 1 << 20
_SHOWN = 20


def check_bag(root: Path) -> list[str]:
    """What is wrong with the bag in a folder: files that changed, are missing, or belong to nothing."""
    if not (root / "bagit.txt").is_file():
        return [f"{root} is no bag: bagit.txt is missing"]
    found = []
    payload = _listed(root / "manifest-sha256.txt")
    tags = _listed(root / "tagmanifest-sha256.txt")
    for path, digest in {**payload, **tags}.items():
        actual = _digest(root / path)
        if actual is None:
            found.append(f"{path} is missing")
        elif actual != digest:
            found.append(f"{path} was changed")
    found += [f"{path} stands in no manifest" for path in _payload(root) if path not in payload]
    if not payload:
        found.append("manifest-sha256.txt is missing or empty")
    if "manifest-sha256.txt" not in tags or "bagit.txt" not in tags:
        found.append("tagmanifest-sha256.txt does not name the manifest")
    return found


def _listed(path: Path) -> dict[str, str]:
    """Paths with their digests; one that would lead out of the bag counts as missing."""
    if not path.is_file():
        return {}
    rows = (line.split(maxsplit=1) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return {row[-1].strip(): row[0].lower() if _is_inside(row[-1]) else "outside" for row in rows}


def _is_inside(path: str) -> bool:
    return not path.startswith(("/", "~")) and ".." not in path.split("/")


def _digest(path: Path) -> str | None:
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _payload(root: Path) -> Iterator[str]:
    for folder, _folders, names in os.walk(root / "data"):
        for name in names:
            yield (Path(folder) / name).relative_to(root).as_posix()


def check(root: Path, receipt: str | None, key: str | None) -> dict[str, Any]:
    """The verifier's answer about the archive, or about a receipt of its log, with the bag's errors."""
    if receipt is None:
        bag = check_bag(root)
        logs = list((root / "data/ledger").glob("*/checkpoint"))
        nothing: dict[str, Any] = {"ok": True, "pinned": False, "logs": [], "errors": []}
        answer = tlog.verify_source(str(root), key=key) if logs else nothing
        answer["errors"] = bag + answer["errors"]
    else:
        own = from_folder(root)[0]
        answer = tlog.verify_source(receipt, key=key or own.vkey)
        answer["pinned"] = key is not None
        if answer["ok"]:
            answer["errors"] += _look_up(own.fetch, answer["receipt"], root)
    answer["ok"] = not answer["errors"]
    return answer


def _look_up(fetch: Any, receipt: dict[str, Any], root: Path) -> list[str]:
    """Whether the archive's log, which must hold, has the receipt's leaf at its place."""
    whole = tlog.verify_source(str(root), key=receipt["vkey"])
    if not whole["ok"]:
        return list(whole["errors"])
    number, place = divmod(receipt["index"], TILE_WIDTH)
    width = tile_width(whole["logs"][0]["size"], 0, number)
    data = fetch(tile_path("entries", number, width)) if width else None
    entries = unpack(data, width) if data is not None else []
    if place >= len(entries) or entries[place] != dumps(receipt["leaf"]):
        return ["the leaf of this receipt does not stand at its place in the archive's log"]
    return []


def main(argv: Sequence[str] | None = None, root: Path | None = None) -> int:
    """0 when everything holds, 1 when something does not, 2 for what cannot be read."""
    parser = argparse.ArgumentParser(prog="verify.py", description=__doc__)
    parser.add_argument("receipt", nargs="?", metavar="RECEIPT", help="a receipt to look up in this log")
    parser.add_argument("--key", metavar="VKEY", help="the log's key, known from elsewhere")
    parser.add_argument("--json", action="store_true", help="print the answer for programs")
    options = parser.parse_args(argv)
    home = root or Path(__file__).resolve().parent.parent.parent
    try:
        answer = check(home, options.receipt, options.key)
    except (TlogError, OSError, UnicodeDecodeError) as error:
        print(f"verify.py: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(answer))
    else:
        shown = answer | {"errors": answer["errors"][:_SHOWN]}
        print(tlog.report(shown), end="")
        if not answer["logs"] and "receipt" not in answer:
            print("There is no log in this archive: its files were compared with their checksums only.")
    return 0 if answer["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
