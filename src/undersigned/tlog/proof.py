"""Inclusion and consistency proofs: checked as in RFC 9162, built from tiles alone."""

from collections.abc import Sequence
from hmac import compare_digest

from .errors import TlogError
from .hashing import EMPTY_ROOT, HASH_SIZE, fold, node_hash
from .tile import TILE_WIDTH, FetchTile, tile_width


class ProofError(TlogError):
    """A proof that does not prove what it is for."""


def _check_hashes(*hashes: bytes) -> None:
    if any(len(item) != HASH_SIZE for item in hashes):
        raise ProofError("a hash does not have 32 bytes")


def verify_inclusion(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """The leaf hash is at `index` of the tree with this size and root (RFC 9162, section 2.1.3.2)."""
    _check_hashes(leaf, root, *proof)
    if not 0 <= index < size:
        raise ProofError("index outside the tree")
    fn, sn, node = index, size - 1, leaf
    for sibling in proof:
        if sn == 0:
            raise ProofError("inclusion proof too long")
        if fn & 1 or fn == sn:
            node = node_hash(sibling, node)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            node = node_hash(node, sibling)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise ProofError("inclusion proof too short")
    if not compare_digest(node, root):
        raise ProofError("inclusion proof leads to another root")


def verify_consistency(*, size1: int, size2: int, root1: bytes, root2: bytes, proof: Sequence[bytes]) -> None:
    """The tree of size2 begins with the tree of size1 (RFC 9162, section 2.1.4.2)."""
    if not 0 < size1 <= size2:
        raise ProofError("sizes out of order, or an empty first tree")
    if size1 == size2:
        # Nothing is hashed here, so the roots need only be the same.
        if proof or not compare_digest(root1, root2):
            raise ProofError("two roots of one size differ, or need no proof")
        return
    _check_hashes(root1, root2, *proof)
    if not proof:
        raise ProofError("empty consistency proof")
    old, new, sn = _climb(size1, size2, [root1, *proof] if size1 & (size1 - 1) == 0 else list(proof))
    if sn != 0:
        raise ProofError("consistency proof too short")
    if not (compare_digest(old, root1) and compare_digest(new, root2)):
        raise ProofError("consistency proof leads to other roots")


def _climb(size1: int, size2: int, path: list[bytes]) -> tuple[bytes, bytes, int]:
    fn, sn = size1 - 1, size2 - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old = new = path[0]
    for node in path[1:]:
        if sn == 0:
            raise ProofError("consistency proof too long")
        if fn & 1 or fn == sn:
            old, new = node_hash(node, old), node_hash(node, new)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            new = node_hash(new, node)
        fn, sn = fn >> 1, sn >> 1
    return old, new, sn


class _Tiles:
    """Subtree hashes of one tree, each tile fetched once."""

    def __init__(self, size: int, fetch_tile: FetchTile) -> None:
        self._size = size
        self._fetch = fetch_tile
        self._kept: dict[tuple[int, int], bytes] = {}

    def _tile(self, level: int, number: int) -> bytes:
        data = self._kept.get((level, number))
        if data is None:
            width = tile_width(self._size, level, number)
            data = self._fetch(level, number, width)
            if len(data) != width * HASH_SIZE:
                raise ProofError("a tile has the wrong length")
            self._kept[level, number] = data
        return data

    def mth(self, start: int, end: int) -> bytes:
        """MTH(D[start:end]) for the ranges that RFC 6962's recursion asks for."""
        count = end - start
        if count & (count - 1) == 0:
            height = count.bit_length() - 1
            level, within = divmod(height, 8)
            number, offset = divmod(start >> (8 * level), TILE_WIDTH)
            first = offset * HASH_SIZE
            return fold(self._tile(level, number)[first : first + (HASH_SIZE << within)])
        k = _largest_power_below(count)
        return node_hash(self.mth(start, start + k), self.mth(start + k, end))


def _largest_power_below(count: int) -> int:
    return 1 << ((count - 1).bit_length() - 1)


def inclusion_proof(index: int, size: int, fetch_tile: FetchTile) -> list[bytes]:
    """PATH(index, D[size]) of RFC 6962, section 2.1.1, sibling of the leaf first."""
    if not 0 <= index < size:
        raise ProofError("index outside the tree")
    tiles = _Tiles(size, fetch_tile)
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _largest_power_below(end - start)
        if index < middle:
            proof.append(tiles.mth(middle, end))
            end = middle
        else:
            proof.append(tiles.mth(start, middle))
            start = middle
    return proof[::-1]


def consistency_proof(size1: int, size2: int, fetch_tile: FetchTile) -> list[bytes]:
    """PROOF(size1, D[size2]) of RFC 6962, section 2.1.2; empty when the sizes are equal or size1 is 0."""
    if not 0 <= size1 <= size2:
        raise ProofError("sizes out of order")
    if size1 in (0, size2):
        return []
    tiles = _Tiles(size2, fetch_tile)
    proof: list[bytes] = []
    start, end, whole = 0, size2, True
    while size1 != end:
        middle = start + _largest_power_below(end - start)
        if size1 <= middle:
            proof.append(tiles.mth(middle, end))
            end = middle
        else:
            proof.append(tiles.mth(start, middle))
            start, whole = middle, False
    if not whole:
        proof.append(tiles.mth(start, end))
    return proof[::-1]


def root_from_tiles(size: int, fetch_tile: FetchTile) -> bytes:
    """The root of the tree whose tiles these are."""
    return _Tiles(size, fetch_tile).mth(0, size) if size else EMPTY_ROOT
