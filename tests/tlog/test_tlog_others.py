"""Logs of other software are read here, and other software reads ours."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tlog_scales import cli, reader, signing, tlog, writer
from tlog_scales.backend import LocalBackend

from tests.golden import make
from undersigned.tlog import ed25519, note, proof, tile, tree
from undersigned.tlog.audit import LogError, rebuild
from undersigned.tlog.checkpoint import open_checkpoint
from undersigned.tlog.hashing import leaf_hash
from undersigned.tlog.leaf import encode
from undersigned.tlog.sources import Folder

TESSERA_KEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"


def test_the_tessera_log_is_rebuilt_at_every_size(vectors: Path) -> None:
    folder = Folder(vectors / "tessera" / "testdata" / "log")
    verifier = note.parse_vkey(TESSERA_KEY)
    entries: list[bytes] = []
    roots = {}
    for size in range(16):
        signed = folder(f"checkpoint.{size}")
        assert signed is not None
        checkpoint = open_checkpoint(signed, verifier)
        entries.clear()
        # Not every partial tile was kept; the widest one holds them all.
        assert rebuild(widest(folder, size), size, entries.append) == checkpoint.root
        assert (checkpoint.size, len(entries)) == (size, size)
        assert tree.root_of([leaf_hash(entry) for entry in entries]) == checkpoint.root
        roots[size] = checkpoint.root
    for size in range(1, 16):
        way = proof.consistency_proof(size, 15, fetch_from(folder))
        proof.verify_consistency(size1=size, size2=15, root1=roots[size], root2=roots[15], proof=way)


def widest(folder: Folder, size: int) -> Callable[[str], bytes | None]:
    """The full tile that a partial one falls back to, played by the tile of the whole log."""

    def fetch(path: str) -> bytes | None:
        level, number, width = tile.parse_tile_path(path)
        kept = folder(path)
        if kept is None and level != "entries":
            whole = folder(tile.tile_path(level, number, 15))
            return None if whole is None else whole[: width * 32]
        return kept

    return fetch


def fetch_from(folder: Folder) -> tile.FetchTile:
    def fetch(level: int, number: int, width: int) -> bytes:
        data = folder(tile.tile_path(level, number, width))
        assert data is not None
        return data

    return fetch


def test_a_damaged_tessera_log_is_refused(vectors: Path) -> None:
    folder = Folder(vectors / "tessera" / "testdata" / "log")

    def fetch(path: str) -> bytes | None:
        data = folder(path)
        return data.replace(b"two", b"tvo") if data is not None and "entries" in path else data

    with pytest.raises(LogError, match="does not fit the entries"):
        rebuild(fetch, 15, lambda entry: None)


def test_tlog_scales_writes_the_same_log(tmp_path: Path, definition: object) -> None:
    entries = [b"entry %d" % n for n in range(600)]
    signer = signing.PlainEd25519Signer(make.ORIGIN, make.SEED)
    theirs = writer.TilesWriter.create(tmp_path / "log", make.ORIGIN)
    for size in (5, 300, 600):
        for entry in entries[theirs.size : size]:
            theirs.add_leaf(entry)
        theirs.commit([signer], gc=False)
        folder = Folder(tmp_path / "log")
        signed = folder("checkpoint")
        assert signed is not None
        verifier = note.parse_vkey(make.vkey(make.ORIGIN, make.SEED))
        assert verifier.vkey == signer.vkey.serialize()
        checkpoint = open_checkpoint(signed, verifier)
        assert signed.decode() == note.sign_note(note.parse_note(signed)[0], make.ORIGIN, make.SEED)
        assert rebuild(folder, size, lambda entry: None) == checkpoint.root


def test_tlog_scales_reads_the_golden_log(golden: Path) -> None:
    theirs = reader.TilesReader(LocalBackend(golden / "log"))
    checkpoint = theirs.get_checkpoint()
    checkpoint.verify(signing.Vkey.from_string(make.vkey(make.ORIGIN, make.SEED)))
    known = signing.VkeySet(signing.Vkey.from_string(make.vkey(make.WITNESS, make.WITNESS_SEED, 4)))
    assert len(known.verify(checkpoint.signatures, checkpoint)) == 1
    assert theirs.calculate_root_hash() == checkpoint.root_hash


def test_tlog_scales_proves_as_we_do(golden: Path) -> None:
    theirs = reader.TilesReader(LocalBackend(golden / "log"))
    root = theirs.get_checkpoint().root_hash
    fetch = fetch_from(Folder(golden / "log"))
    hashes = [leaf_hash(encode(item)) for item in make.leaves()]
    for index in (0, 1, 127, 255, 256, 299):
        way = proof.inclusion_proof(index, 300, fetch)
        tlog.InclusionProof(index, 300, way).check(hashes[index], root)
    for old in (1, 12, 255, 256, 257, 299):
        way = proof.consistency_proof(old, 300, fetch)
        assert way == theirs.get_consistency_proof(old, 300).node_hashes
        tlog.ConsistencyProof(old, 300, way).check(tree.root_of(hashes[:old]), root)


def test_the_command_of_tlog_scales_proves_entries_and_writes_our_receipts(
    golden: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    log = str((golden / "log").resolve())
    monkeypatch.setattr("sys.argv", ["tlog-tiles", "get-leaf", "-c", log, "3"])
    cli.main()
    assert capfdbinary.readouterr().out == encode(make.leaves()[3])
    monkeypatch.setattr("sys.argv", ["tlog-tiles", "gen-proof", log, "3"])
    cli.main()
    lines = (golden / "short.tlog-proof").read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(b"extra ")]
    assert capfdbinary.readouterr().out == b"".join(kept)


def test_tlog_scales_and_we_sign_alike() -> None:
    text = f"{make.ORIGIN}\n0\n{'A' * 43}=\n"
    theirs = tlog.Checkpoint.make_signed(
        make.ORIGIN, 0, bytes(32), [signing.PlainEd25519Signer(make.ORIGIN, make.SEED)]
    )
    assert theirs.serialize() == note.sign_note(text, make.ORIGIN, make.SEED)
    assert ed25519.public_key_of(make.SEED) == signing.PlainEd25519Signer("x", make.SEED).vkey.pubkey
