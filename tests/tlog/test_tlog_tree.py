"""Hashing, trees and proofs against the recursive definition and the published vectors."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from undersigned.tlog import hashing, proof, tree

MOST = 260
Tiles = Callable[[int], Callable[[int, int, int], bytes]]


def test_it_hashes_as_rfc_6962_says() -> None:
    assert hashing.EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert hashing.leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert hashing.node_hash(b"a" * 32, b"b" * 32) != hashing.leaf_hash(b"a" * 32 + b"b" * 32)


def test_roots_of_all_sizes_follow_the_definition(definition: Any) -> None:
    growing = tree.CompactRange()
    for size in range(len(definition.leaves) + 1):
        expected = definition.mth(0, size)
        assert growing.size == size
        assert growing.root() == expected
        assert tree.root_of(definition.leaves[:size]) == expected
        if size < len(definition.leaves):
            growing.append(definition.leaves[size])


def test_a_range_resumes_from_its_size_and_nodes(definition: Any) -> None:
    first = tree.CompactRange()
    first.extend(definition.leaves[:77])
    second = tree.CompactRange(first.size, first.nodes)
    second.extend(definition.leaves[77:300])
    assert second.root() == definition.mth(0, 300)
    with pytest.raises(ValueError, match="one 32-byte node"):
        tree.CompactRange(3, [b"x" * 32])


def test_inclusion_proofs_of_all_indices_and_sizes_follow_the_definition(
    definition: Any, tiles_of: Tiles
) -> None:
    for size in range(1, MOST + 1):
        fetch, root = tiles_of(size), definition.mth(0, size)
        assert proof.root_from_tiles(size, fetch) == root
        for index in range(size):
            way = proof.inclusion_proof(index, size, fetch)
            assert way == definition.path(index, 0, size)
            proof.verify_inclusion(
                leaf=definition.leaves[index], index=index, size=size, proof=way, root=root
            )


def test_consistency_proofs_of_all_pairs_of_sizes_follow_the_definition(
    definition: Any, tiles_of: Tiles
) -> None:
    for size in range(1, MOST + 1):
        fetch = tiles_of(size)
        for old in range(1, size + 1):
            way = proof.consistency_proof(old, size, fetch)
            assert way == definition.proof(old, 0, size)
            proof.verify_consistency(
                size1=old, size2=size, root1=definition.mth(0, old), root2=definition.mth(0, size), proof=way
            )


@pytest.mark.parametrize(("index", "size"), [(0, 1), (0, 2), (6, 7), (127, 129), (255, 256), (256, 257)])
def test_a_changed_inclusion_proof_is_refused(
    index: int, size: int, definition: Any, tiles_of: Tiles
) -> None:
    way = proof.inclusion_proof(index, size, tiles_of(size))
    good = {"leaf": definition.leaves[index], "index": index, "size": size, "proof": way}
    good["root"] = definition.mth(0, size)
    wrong: list[dict[str, Any]] = [
        {"leaf": b"x" * 32}, {"leaf": b"short"}, {"root": b"x" * 32}, {"index": size}, {"index": -1},
        {"proof": [*way, b"x" * 32]}, {"proof": [b"x" * 31]}, {"size": 0},
    ]  # fmt: skip
    wrong += [{"index": other} for other in range(size) if other != index]
    wrong += [{"proof": way[:place] + way[place + 1 :]} for place in range(len(way))]
    wrong += [{"proof": [*way[:place], b"y" * 32, *way[place + 1 :]]} for place in range(len(way))]
    for change in wrong:
        with pytest.raises(proof.ProofError):
            proof.verify_inclusion(**(good | change))


@pytest.mark.parametrize(("old", "new"), [(1, 2), (3, 7), (4, 7), (6, 8), (128, 256), (255, 257)])
def test_a_changed_consistency_proof_is_refused(old: int, new: int, definition: Any, tiles_of: Tiles) -> None:
    way = proof.consistency_proof(old, new, tiles_of(new))
    good = {"size1": old, "size2": new, "root1": definition.mth(0, old), "root2": definition.mth(0, new)}
    good["proof"] = way
    wrong: list[dict[str, Any]] = [
        {"root1": b"x" * 32}, {"root2": b"x" * 32}, {"size1": 0}, {"size1": new}, {"size2": old},
        {"proof": []}, {"proof": [*way, b"x" * 32]}, {"root1": good["root2"], "root2": good["root1"]},
    ]  # fmt: skip
    wrong += [{"proof": way[:place] + way[place + 1 :]} for place in range(len(way))]
    wrong += [{"proof": [*way[:place], b"y" * 32, *way[place + 1 :]]} for place in range(len(way))]
    for change in wrong:
        with pytest.raises(proof.ProofError):
            proof.verify_consistency(**(good | change))


def test_builders_refuse_what_has_no_proof(tiles_of: Tiles) -> None:
    with pytest.raises(proof.ProofError):
        proof.inclusion_proof(5, 5, tiles_of(5))
    with pytest.raises(proof.ProofError):
        proof.consistency_proof(6, 5, tiles_of(5))
    with pytest.raises(proof.ProofError):
        proof.inclusion_proof(0, 300, lambda level, number, width: b"short")
    assert proof.consistency_proof(0, 5, tiles_of(5)) == []
    assert proof.root_from_tiles(0, tiles_of(0)) == hashing.EMPTY_ROOT


def _b64(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def test_all_published_merkle_vectors_agree(vectors: Path) -> None:
    seen = 0
    for file in sorted((vectors / "merkle" / "testdata").rglob("*.json")):
        case = json.loads(file.read_text())
        way = [_b64(item) for item in case["proof"] or []]
        try:
            if "leafIdx" in case:
                proof.verify_inclusion(
                    leaf=_b64(case["leafHash"]),
                    index=case["leafIdx"],
                    size=case["treeSize"],
                    proof=way,
                    root=_b64(case["root"]),
                )
            else:
                proof.verify_consistency(
                    size1=case["size1"],
                    size2=case["size2"],
                    root1=_b64(case["root1"]),
                    root2=_b64(case["root2"]),
                    proof=way,
                )
            refused = False
        except proof.ProofError:
            refused = True
        assert refused == case["wantErr"], file
        seen += 1
    assert seen == 196
