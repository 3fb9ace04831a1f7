"""Merkle tree hashing as in RFC 6962, section 2.1 (RFC 9162, section 2.1.1)."""

from hashlib import sha256

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()

_LEAF = b"\x00"
_NODE = b"\x01"


def leaf_hash(entry: bytes) -> bytes:
    """A leaf is SHA-256 of 0x00 and the entry, so that no entry can pose as an inner node."""
    return sha256(_LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """An inner node is SHA-256 of 0x01 and its two children."""
    return sha256(_NODE + left + right).digest()


def leaf_hashes(entries: list[bytes]) -> bytes:
    """The leaf hashes of many entries in a row, as a level-0 tile holds them."""
    return b"".join([sha256(_LEAF + entry).digest() for entry in entries])


def fold(hashes: bytes) -> bytes:
    """The root of a complete subtree, given its 2**k hashes joined together."""
    count = len(hashes) // HASH_SIZE
    if not count or count & (count - 1) or len(hashes) % HASH_SIZE:
        raise ValueError("a complete subtree has a power of two of hashes")
    while len(hashes) > HASH_SIZE:
        hashes = b"".join([sha256(_NODE + hashes[i : i + 64]).digest() for i in range(0, len(hashes), 64)])
    return hashes


def split(hashes: bytes) -> list[bytes]:
    """The single hashes of a tile's bytes."""
    if len(hashes) % HASH_SIZE:
        raise ValueError("not a whole number of hashes")
    return [hashes[i : i + HASH_SIZE] for i in range(0, len(hashes), HASH_SIZE)]
