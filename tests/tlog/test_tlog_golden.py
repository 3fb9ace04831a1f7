"""The golden log on disk is made again, byte for byte, and verifies with nothing but Python."""

import json
import subprocess
import sys
from pathlib import Path

import undersigned
from tests.golden import make
from undersigned.tlog import leaf
from undersigned.tlog.verify import verify_source

# -I and -S keep every installed package out; the two names are blocked besides.
ALONE = """
import runpy, sys
sys.path.insert(0, sys.argv.pop(1))
sys.modules["django"] = sys.modules["cryptography"] = None
runpy.run_module("undersigned.tlog", run_name="__main__", alter_sys=True)
"""


def files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_the_golden_log_is_made_again_byte_for_byte(tmp_path: Path, golden: Path) -> None:
    make.make(tmp_path)
    kept = {
        name: data
        for name, data in files(golden).items()
        if not name.endswith((".py", ".pyc", ".gitattributes"))
    }
    assert files(tmp_path) == kept
    assert "log/tile/0/000" in kept
    assert "log/tile/0/001.p/44" in kept
    assert sum(map(len, kept.values())) < 60_000


def test_the_golden_log_holds_every_type_of_leaf() -> None:
    assert {type(item) for item in make.leaves()} == set(leaf.Leaf.__args__)


def test_the_golden_log_counts_what_a_person_counts(golden: Path) -> None:
    log = verify_source(str(golden / "log"))["logs"][0]
    made = make.leaves()
    signs = {n: item for n, item in enumerate(made) if isinstance(item, leaf.Sign)}
    undone = {item.sign: item.reason for item in made if isinstance(item, leaf.Undo)}
    assert log["signatures"] == len(signs) - len(undone) == 282
    assert (log["own"], log["struck"], log["moved"], log["unknown"]) == (1, 1, 1, 1)
    for kind in leaf.KINDS:
        assert log["kinds"][kind] == sum(s.kind == kind for n, s in signs.items() if n not in undone)
    assert sum(text["signatures"] for text in log["texts"].values()) == 282


def alone(*arguments: str) -> "subprocess.CompletedProcess[str]":
    source = str(Path(undersigned.__file__).parents[1])
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", ALONE, source, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_verifies_with_the_standard_library_alone(golden: Path) -> None:
    done = alone("verify", str(golden / "log"), "--json", "--key", make.vkey(make.ORIGIN, make.SEED))
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == json.loads((golden / "verify.json").read_text())


def test_receipts_verify_with_the_standard_library_alone(golden: Path) -> None:
    key = make.vkey(make.ORIGIN, make.SEED)
    for name, opened in (("short", False), ("full", True)):
        done = alone("verify", str(golden / f"{name}.tlog-proof"), "--json", "--key", key)
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["receipt"]["opened"] == opened


def test_a_damaged_log_fails_with_the_standard_library_alone(small_log: Path) -> None:
    tile = small_log / "tile" / "entries" / "000.p" / "9"
    tile.write_bytes(tile.read_bytes().replace(b"mail", b"orgs", 1))
    done = alone("verify", str(small_log))
    assert done.returncode == 1
    assert "NOT VERIFIED" in done.stdout


def test_the_module_says_how_it_is_used() -> None:
    assert alone("--help").returncode == 0
    for arguments in ([], ["sign"]):
        done = alone(*arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("usage: ")
        assert done.stderr.count("\n") == 1
