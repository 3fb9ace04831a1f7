"""Writes the golden log: every leaf type, full and partial tiles, two receipts, always the same bytes.

Run from the project's root: python tests/golden/make.py tests/golden
"""

import hashlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from undersigned.tlog import checkpoint, ed25519, entry, hashing, leaf, note, proof, receipt, tile, tree
from undersigned.tlog.jcs import dumps
from undersigned.tlog.verify import verify_source

APPEAL = leaf.b64u(hashlib.sha256(b"golden appeal").digest()[:16])
ORIGIN = f"golden.example/ledger/{APPEAL}"
SEED = hashlib.sha256(b"golden log key, for tests only").digest()
NEXT_SEED = hashlib.sha256(b"golden next key, for tests only").digest()
PEER_SEED = hashlib.sha256(b"golden peer key, for tests only").digest()
WITNESS_SEED = hashlib.sha256(b"golden witness key, for tests only").digest()
WITNESS = "witness.example/one"
WITNESS_TIME = 1_700_000_000
FIRST_SIZE = 12
SIZE = 300
SHOWN = {"name": "Example Signer"}


def vkey(name: str, seed: bytes, type: int = note.ED25519) -> str:
    return note.format_vkey(name, ed25519.public_key_of(seed), type)


def digest(name: str) -> str:
    return leaf.digest_text(hashlib.sha256(name.encode()).digest())


def salts() -> tuple[bytes, bytes]:
    return hashlib.sha256(b"golden public salt").digest(), hashlib.sha256(b"golden private salt").digest()


def opening() -> tuple[str, dict[str, object]]:
    """The commitment of the signature that the receipts are of, and what opens it."""
    salt_pub, salt_priv = salts()
    d_pub = leaf.public_digest(salt_pub, SHOWN)
    d_priv = leaf.private_digest(salt_priv, {"e": "signer@mail.example"})
    opened: dict[str, object] = {"pub": SHOWN, "spub": leaf.b64u(salt_pub), "dpriv": leaf.b64u(d_priv)}
    return leaf.digest_text(leaf.commitment(d_pub, d_priv)), opened


def leaves() -> list[leaf.Leaf]:
    original, translation = digest("text one")[:22], digest("text two")[:22]
    peer = f"peer.example/ledger/{APPEAL}"
    made: list[leaf.Leaf] = [
        leaf.Open(APPEAL),
        leaf.TextLeaf(original, 1, digest("words 1"), "pt", "original"),
        leaf.TextLeaf(translation, 1, digest("words 2"), "zh-Hant-TW", "translation", 1),
        leaf.Sign(opening()[0], "mail", 1),
        leaf.Sign(digest("vouched"), "vouched", 1),
        leaf.Sign(digest("org"), "org", 2),
        leaf.Sheet(digest("scan"), 2),
        leaf.Sign(digest("paper 1"), "paper", 2, 6),
        leaf.Sign(digest("paper 2"), "paper", 2, 6),
        leaf.Undo(8, "struck"),
        leaf.Undo(4, "own"),
        leaf.TextLeaf(original, 2, digest("words 3"), "pt", "revision", 1),
        leaf.Sign(digest("moved here"), "org", 11),
        leaf.Undo(5, "moved"),
        leaf.Amend(digest("amended"), 12),
        leaf.Peer(vkey(peer, PEER_SEED), peer),
        leaf.Unknown("later", dumps({"t": "later", "z": [1, {"a": None}]})),
    ]
    made += [leaf.Sign(digest(f"mail {n}"), "mail", 11) for n in range(SIZE - len(made) - 4)]
    made += [leaf.Close(), leaf.Deliver(digest("bundle")), leaf.Key(vkey(ORIGIN, NEXT_SEED)), leaf.Shred()]
    return made


def write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def publish(folder: Path, entries: list[bytes], old: int, cosigned: bool) -> str:
    """Write what grows from `old` leaves to all of these, and return the checkpoint's note."""

    def fetch(level: int, number: int, width: int) -> bytes:
        return (folder / tile.tile_path(level, number, width)).read_bytes()

    hashes = [hashing.leaf_hash(item) for item in entries]
    for level, number, width, data in tile.new_tiles(old, hashes[old:], fetch):
        write(folder / tile.tile_path(level, number, width), data)
    for number in range(old // 256, (len(entries) + 255) // 256):
        part = entries[number * 256 : number * 256 + 256]
        write(folder / tile.tile_path("entries", number, len(part)), entry.pack(part))
    text = checkpoint.format_checkpoint(checkpoint.Checkpoint(ORIGIN, len(entries), tree.root_of(hashes)))
    signed = note.sign_note(text, ORIGIN, SEED)
    if cosigned:
        signed += note.cosign(text, WITNESS, WITNESS_SEED, WITNESS_TIME)
    write(folder / "checkpoint", signed.encode())
    return signed


def build(
    folder: Path, made: Iterable[leaf.Leaf] | None = None, sizes: Iterable[int] = (FIRST_SIZE, SIZE)
) -> str:
    """Write a log folder as batches of these sizes would have left it."""
    entries = [leaf.encode(item) for item in (leaves() if made is None else made)]
    old, signed = 0, ""
    for size in sizes:
        signed = publish(folder, entries[:size], old, cosigned=True)
        old = size
    write(folder / "vkey", (vkey(ORIGIN, SEED) + "\n").encode())
    return signed


def receipts(folder: Path, signed: str, index: int = 3) -> dict[str, str]:
    """The short and the full receipt of one signature."""
    size = checkpoint.parse_checkpoint(note.parse_note(signed)[0]).size

    def fetch(level: int, number: int, width: int) -> bytes:
        return (folder / tile.tile_path(level, number, width)).read_bytes()

    way = proof.inclusion_proof(index, size, fetch)
    short = {"leaf": leaf.encode(leaves()[index]).decode()}
    return {
        "short.tlog-proof": receipt.format_receipt(index, way, signed, short),
        "full.tlog-proof": receipt.format_receipt(index, way, signed, short | opening()[1]),
    }


def make(target: Path) -> None:
    """The whole golden folder: the log, the receipts, and the verifier's answer."""
    signed = build(target / "log")
    for name, text in receipts(target / "log", signed).items():
        write(target / name, text.encode())
    answer = verify_source(str(target / "log"), key=vkey(ORIGIN, SEED))
    write(target / "verify.json", (json.dumps(answer, indent=1) + "\n").encode())


if __name__ == "__main__":
    make(Path(sys.argv[1]))
