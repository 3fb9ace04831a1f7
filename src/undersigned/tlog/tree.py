"""Roots of whole trees: at once from all leaf hashes, or leaf by leaf in logarithmic memory."""

from collections.abc import Iterable, Sequence

from .hashing import EMPTY_ROOT, node_hash


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1: pairing level by level, an odd last node going up unchanged."""
    level = list(leaf_hashes)
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            paired.append(level[-1])
        level = paired
    return level[0]


class CompactRange:
    """The right edge of a tree: grows by leaves and knows the root, without keeping the leaves."""

    def __init__(self, size: int = 0, nodes: Sequence[bytes] = ()) -> None:
        # One complete subtree for each set bit of the size, largest first.
        if size < 0 or len(nodes) != size.bit_count() or any(len(node) != 32 for node in nodes):
            raise ValueError("a range of this size needs one 32-byte node for each set bit of the size")
        self._size = size
        self._nodes = list(nodes)

    @property
    def size(self) -> int:
        """The number of leaves taken in so far."""
        return self._size

    @property
    def nodes(self) -> tuple[bytes, ...]:
        """The roots of the complete subtrees, largest first; with the size, all there is to keep."""
        return tuple(self._nodes)

    def append(self, leaf: bytes) -> None:
        """One more leaf hash at the right edge."""
        nodes = self._nodes
        carry = self._size
        while carry & 1:
            leaf = node_hash(nodes.pop(), leaf)
            carry >>= 1
        nodes.append(leaf)
        self._size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Several leaf hashes, in their order."""
        for leaf in leaves:
            self.append(leaf)

    def root(self) -> bytes:
        """The root of the tree of all leaves taken in so far."""
        if not self._nodes:
            return EMPTY_ROOT
        root = self._nodes[-1]
        for node in reversed(self._nodes[:-1]):
            root = node_hash(node, root)
        return root
