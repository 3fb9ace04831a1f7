"""The verifier on folders and files: what holds is counted, any damage is named, bad input is one line."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.golden import make
from undersigned.tlog import checkpoint, leaf, note, tile
from undersigned.tlog.hashing import EMPTY_ROOT
from undersigned.tlog.verify import BadInput, main, verify_source

KEY = make.vkey(make.ORIGIN, make.SEED)
Flips = Callable[[bytes], Iterator[tuple[int, bytes]]]


def test_a_log_folder_is_counted(golden: Path) -> None:
    assert verify_source(str(golden / "log"), key=KEY) == json.loads((golden / "verify.json").read_text())
    answer = verify_source(str(golden / "log"))
    assert (answer["ok"], answer["pinned"]) == (True, False)


def test_every_changed_byte_of_a_log_is_noticed_or_lies_in_an_unknown_signature(
    small_log: Path, flips: Flips
) -> None:
    good = verify_source(str(small_log))
    assert good["ok"]
    for path in sorted(small_log.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        witness = data.find("\u2014 witness".encode())
        for position, changed in flips(data):
            path.write_bytes(changed)
            answer = verify_source(str(small_log))
            if path.name == "checkpoint" and position >= witness + len("\u2014 ".encode()):
                assert not answer["ok"] or answer == good
            else:
                assert not answer["ok"], (path, position)
                assert answer["logs"] == []
        path.write_bytes(data)
    assert verify_source(str(small_log)) == good


@pytest.mark.parametrize("name", ["tile/entries/000.p/9", "tile/0/000.p/9", "checkpoint"])
def test_a_missing_file_is_named(small_log: Path, name: str) -> None:
    (small_log / name).unlink()
    if name == "checkpoint":
        with pytest.raises(BadInput):
            verify_source(str(small_log))
    else:
        answer = verify_source(str(small_log))
        assert not answer["ok"]
        assert name in answer["errors"][0]


def test_a_shortened_or_lengthened_tile_is_refused(golden: Path, tmp_path: Path) -> None:
    log = shutil.copytree(golden / "log", tmp_path / "log")
    for path in [item for item in log.rglob("*") if item.is_file() and "tile" in item.parts]:
        data = path.read_bytes()
        for changed in (data[:-1], data[1:], data + b"\0", b"", data * 40):
            path.write_bytes(changed)
            assert not verify_source(str(log))["ok"], path
        path.write_bytes(data)


def test_a_partial_tile_may_give_way_to_the_full_one(golden: Path, tmp_path: Path) -> None:
    log = shutil.copytree(golden / "log", tmp_path / "log")
    entries = [leaf.encode(item) for item in make.leaves()]
    make.write(
        log / "checkpoint", make.publish(tmp_path / "other", entries[:100], 0, cosigned=False).encode()
    )
    answer = verify_source(str(log))
    assert answer["ok"], answer["errors"]
    assert answer["logs"][0]["size"] == 100


def test_tiles_beyond_the_checkpoint_are_no_part_of_the_log_yet(small_log: Path) -> None:
    make.write(small_log / "tile" / "0" / "000.p" / "20", b"x" * 640)
    make.write(small_log / "tile" / "0" / "note.txt", b"not a tile")
    assert verify_source(str(small_log))["ok"]


def test_a_left_over_partial_tile_that_differs_is_noticed(small_log: Path) -> None:
    for name in ("tile/0/000.p/7", "tile/entries/000.p/7"):
        make.write(small_log / name, b"x" * 224)
        assert name in verify_source(str(small_log))["errors"][0]
        (small_log / name).unlink()


def test_a_log_that_breaks_a_rule_fails_though_its_signature_holds(tmp_path: Path) -> None:
    made = [*make.leaves()[:5], leaf.Undo(3, "own"), leaf.Undo(3, "own")]
    make.build(tmp_path / "log", made, sizes=(7,))
    answer = verify_source(str(tmp_path / "log"), key=KEY)
    assert answer["errors"] == [f"{tmp_path / 'log'}: leaf 6: the signature is already undone"]


def test_an_empty_log_has_the_empty_root(tmp_path: Path) -> None:
    text = checkpoint.format_checkpoint(checkpoint.Checkpoint(make.ORIGIN, 0, EMPTY_ROOT))
    make.write(tmp_path / "checkpoint", note.sign_note(text, make.ORIGIN, make.SEED).encode())
    answer = verify_source(str(tmp_path), key=KEY)
    assert answer["ok"]
    assert (answer["logs"][0]["size"], answer["logs"][0]["signatures"]) == (0, 0)


def test_another_key_is_refused(golden: Path) -> None:
    for key, reason in (
        (make.vkey(make.ORIGIN, make.NEXT_SEED), "another key"),
        (make.vkey("other.example/ledger/x", make.SEED), "no such log"),
    ):
        answer = verify_source(str(golden / "log"), key=key)
        assert not answer["ok"]
        assert reason in answer["errors"][0]


def test_a_key_other_than_the_signers_is_refused(golden: Path, tmp_path: Path) -> None:
    log = shutil.copytree(golden / "log", tmp_path / "log")
    (log / "vkey").unlink()
    assert "give it with --key" in verify_source(str(log))["errors"][0]
    assert verify_source(str(log), key=KEY)["ok"]
    assert not verify_source(str(log), key=make.vkey(make.ORIGIN, make.NEXT_SEED))["ok"]


def archive(tmp_path: Path, golden: Path, list_name: str) -> Path:
    """A folder as an archive leaves it: two logs below it, and a list of keys."""
    shutil.copytree(golden / "log", tmp_path / "ledger" / "one")
    (tmp_path / "ledger" / "one" / "vkey").unlink()
    other = f"other.example/ledger/{make.APPEAL}"
    text = checkpoint.format_checkpoint(checkpoint.Checkpoint(other, 0, EMPTY_ROOT))
    make.write(
        tmp_path / "ledger" / "two" / "checkpoint", note.sign_note(text, other, make.PEER_SEED).encode()
    )
    logs = [
        {"appeal": "a", "origin": origin, "vkey": make.vkey(origin, seed), "url": "https://elsewhere.example"}
        for origin, seed in ((make.ORIGIN, make.SEED), (other, make.PEER_SEED))
    ]
    make.write(tmp_path / list_name, json.dumps({"logs": logs}).encode())
    return tmp_path


@pytest.mark.parametrize(
    "name", ["undersigned.json", ".well-known/undersigned.json", "ledger/undersigned.json"]
)
def test_an_archive_with_several_logs_is_checked_whole(golden: Path, tmp_path: Path, name: str) -> None:
    folder = archive(tmp_path, golden, name)
    answer = verify_source(str(folder))
    assert answer["ok"], answer["errors"]
    assert [log["size"] for log in answer["logs"]] == [300, 0]
    pinned = verify_source(str(folder), key=KEY)
    assert (pinned["ok"], [log["origin"] for log in pinned["logs"]]) == (True, [make.ORIGIN])


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"logs":[1]}', b'{"logs":[{"origin":"x"}]}', b"\xff"]
)
def test_a_broken_list_of_keys_is_an_error_not_a_crash(golden: Path, tmp_path: Path, content: bytes) -> None:
    folder = archive(tmp_path, golden, "undersigned.json")
    (folder / "undersigned.json").write_bytes(content)
    assert not verify_source(str(folder))["ok"]


def test_receipts_are_checked_under_their_logs_key_only(golden: Path) -> None:
    path = str(golden / "full.tlog-proof")
    answer = verify_source(path, key=KEY)
    assert (answer["ok"], answer["logs"], answer["receipt"]["index"]) == (True, [], 3)
    assert answer["receipt"]["shown"] == make.SHOWN
    assert "shown" not in verify_source(str(golden / "short.tlog-proof"), key=KEY)["receipt"]
    assert not verify_source(path, key=make.vkey("other.example/x", make.SEED))["ok"]
    assert not verify_source(path, key=make.vkey(make.ORIGIN, make.NEXT_SEED))["ok"]


def test_the_report_says_counts_verdict_and_what_is_not_proved(
    golden: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(golden / "log")]) == 0
    out = capsys.readouterr().out
    assert "signatures: 282 (withdrawn 1, struck out 1, moved 1)" in out
    assert "version 2: 280" in out
    assert "consistent with itself" in out
    assert "Not proved:" in out
    assert "unknown to this verifier, which change no count: 1" in out
    assert main([str(golden / "log"), "--key", KEY]) == 0
    assert "verified under the key given" in capsys.readouterr().out
    assert main([str(golden / "full.tlog-proof"), "--key", KEY]) == 0
    assert "Example Signer" in capsys.readouterr().out


def test_a_failed_check_ends_with_code_1(small_log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (small_log / "tile" / "0" / "000.p" / "9").write_bytes(b"x" * 9 * 32)
    assert main([str(small_log)]) == 1
    out = capsys.readouterr().out
    assert "FAILED: " in out
    assert "signatures:" not in out
    assert main([str(small_log), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["logs"] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["{tmp}/nothing"], ["{tmp}"], ["{tmp}/file"], ["ftp://example.org/"], ["http://"], ["http://[x/"],
        ["https://user:word@example.org/"], ["{golden}/log", "--key", "no key"],
        ["{golden}/log", "--key", ""],
        ["{golden}/log", "--key", make.vkey(make.WITNESS, make.WITNESS_SEED, 4)], ["x" * 5000], ["a\0b"],
    ],
)  # fmt: skip
def test_bad_input_ends_with_code_2_and_one_line(
    arguments: list[str], tmp_path: Path, golden: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("not a receipt")
    assert main([item.format(tmp=tmp_path, golden=golden) for item in arguments]) == 2
    taken = capsys.readouterr()
    assert taken.out == ""
    assert taken.err.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["--key"], ["--nothing"]])
def test_wrong_usage_ends_with_code_2_and_one_line(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_what_strangers_wrote_cannot_steer_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    origin = "evil\u009b2Jexample/x"
    text = checkpoint.format_checkpoint(checkpoint.Checkpoint(origin, 0, EMPTY_ROOT))
    make.write(tmp_path / "checkpoint", note.sign_note(text, origin, make.SEED).encode())
    make.write(tmp_path / "vkey", make.vkey(origin, make.SEED).encode())
    assert main([str(tmp_path)]) == 0
    assert "\u009b" not in capsys.readouterr().out


def test_a_huge_claimed_size_fails_at_once(tmp_path: Path) -> None:
    text = checkpoint.format_checkpoint(checkpoint.Checkpoint(make.ORIGIN, 2**62, bytes(32)))
    make.write(tmp_path / "checkpoint", note.sign_note(text, make.ORIGIN, make.SEED).encode())
    assert tile.tile_path("entries", 0) in verify_source(str(tmp_path), key=KEY)["errors"][0]
