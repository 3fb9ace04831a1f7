"""Readers: what the pages say, and what a stranger's own computer says of the count."""

import base64
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.installation import PROJECT
from tests.journeys.town import FERRY, Town
from tests.journeys.visitor import Visitor

LETTER = f"/appeals/{FERRY}/en/"
# The standard library and nothing else: no site packages, and whoever asks for them is refused.
ALONE = """
import runpy, sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("django", "pydantic", "cryptography", "psycopg", "yaml", "nh3", "allauth"):
            raise ImportError(f"the verifier asked for {name}")
sys.meta_path.insert(0, Refuse())
sys.path.insert(0, sys.argv.pop(1))
assert not any("site-packages" in place for place in sys.path), sys.path
sys.argv[0] = "undersigned.tlog"
runpy.run_module("undersigned.tlog", run_name="__main__")
"""


def alone(*what: str) -> subprocess.CompletedProcess[str]:
    """Runs `python -m undersigned.tlog verify ...` in an environment without Django."""
    command = [sys.executable, "-I", "-S", "-c", ALONE, str(PROJECT / "src"), "verify", *what]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd="/")


def test_a_reader_goes_through_the_pages(town: Town, visit: Callable[..., Visitor]) -> None:
    for script in (True, False):
        guest = visit(town, script=script)
        page = guest.open(LETTER)
        assert page.locator("article, .letter").first.is_visible()
        assert page.locator("sup a, a.footnote-ref, .footnote-ref a").count() >= 2
        guest.open(f"/appeals/{FERRY}/names/")
        assert page.get_by_text("Ana Almquist-Verde").count() >= 1
        first = page.locator("main").inner_text()
        guest.open(f"/appeals/{FERRY}/names/?q=Castañer")
        assert page.get_by_text("Ana Castañer").count() >= 1 and page.get_by_text("Ana Brill").count() == 0
        guest.open(f"/appeals/{FERRY}/names/")
        onward = page.locator("a[rel=next]")
        assert onward.count() >= 1
        with page.expect_navigation():
            onward.first.click()
        assert page.locator("main").inner_text() != first
        guest.open(f"{LETTER}versions/1/")
        assert "one boat more" in page.content()
        guest.open(f"{LETTER}versions/2/changes/")
        for kind, words in (("ins", {"two", "boats"}), ("del", {"one", "boat"})):
            assert words <= set(" ".join(page.locator(kind).all_inner_texts()).split())
        guest.open(f"/appeals/{FERRY}/verify/")
        assert "undersigned verify" in page.locator("main").inner_text()
        assert not guest.has_cookies()


def test_the_pages_agree_with_the_interface(town: Town) -> None:
    client = town.client()
    found = town.appeal(FERRY)
    versions = found["texts"][0]["versions"]
    assert [one["version"] for one in versions] == [1, 2]
    assert sum(one["signatures"] for one in versions) == found["signatures"]["recorded"]
    listed = client.get("/api/v1/appeals").json["appeals"]
    assert {one["slug"] for one in listed} == {FERRY, "lighthouse", "river", "over"}
    assert client.get("/api/v1/openapi.json").status == 200
    assert client.get("/feed.atom").status == 200
    text = client.get(f"{LETTER}versions/1/text.txt")
    assert text.status == 200 and "one boat more" in text.text
    moved = client.get(f"/appeals/{FERRY}/", accept_language="fr")
    assert moved.status in (302, 303) and moved.location.endswith(LETTER)


def test_anybody_verifies_site_appeal_log_and_archive(town: Town, tmp_path: Path) -> None:
    town.sign(FERRY, "en", name="Rita Reader", email="rita@letters.example")
    mine = town.confirm("rita@letters.example")
    town.publish()
    count, log = town.recorded(FERRY), town.appeal(FERRY)["log"]
    receipt = tmp_path / "rita.tlog-proof"
    receipt.write_bytes(town.client().get(f"{mine}receipt?full=1").body)
    folder = town.site.data / "ledger" / log["origin"].rsplit("/", 1)[1]
    places = (town.url, f"{town.url}/appeals/{FERRY}/", f"http://{log['origin']}", str(folder), str(receipt))
    for place in places:
        done, found = town.verify(place)
        assert done.code == 0, (place, done.err, done.out)
        lonely = alone(place, "--json")
        assert lonely.returncode == 0, (place, lonely.stderr, lonely.stdout)
        assert json.loads(lonely.stdout) == found
        if place != str(receipt):
            ours = next(one for one in found["logs"] if one["origin"] == log["origin"])
            assert ours["signatures"] == count and ours["root"] == log["root"]
    for place in places[1:]:
        assert alone(place, "--key", log["vkey"]).returncode == 0
        wrong = log["vkey"].replace(log["origin"], "127.0.0.1:1/ledger/x")
        assert alone(place, "--key", wrong).returncode in (1, 2)


@pytest.fixture
def archive(town: Town, tmp_path: Path) -> Callable[[], Path]:
    """Fresh copies of the published log."""
    log = town.appeal(FERRY)["log"]
    folder = town.site.data / "ledger" / log["origin"].rsplit("/", 1)[1]
    copies: list[Path] = []

    def copy() -> Path:
        copies.append(tmp_path / f"archive-{len(copies)}")
        shutil.copytree(folder, copies[-1])
        return copies[-1]

    return copy


def test_any_changed_byte_of_an_archive_is_refused(town: Town, archive: Callable[[], Path]) -> None:
    whole = archive()
    assert town.verify(str(whole))[0].code == 0
    for name, place, change in _changes(whole):
        copy = archive()
        data = bytearray((copy / name).read_bytes())
        data[place] ^= change
        (copy / name).write_bytes(data)
        done, found = town.verify(str(copy))
        assert done.code in (1, 2) and not (found and found["ok"]), (name, place, done.out)
        assert alone(str(copy)).returncode == done.code, (name, place)


def _changes(folder: Path) -> Iterator[tuple[str, int, int]]:
    """Bytes of a leaf, of hashes, of the checkpoint's text and of the log's signature: file, place, bits."""
    chance = random.Random(1936)
    for path in sorted(folder.rglob("tile/**/*")):
        if path.is_file():
            yield (
                str(path.relative_to(folder)),
                chance.randrange(path.stat().st_size),
                1 << chance.randrange(8),
            )
    note = (folder / "checkpoint").read_bytes()
    text = note.index(b"\n\n") + 1
    for place in (0, note.index(b"\n") + 1, text // 2, text - 2, text):
        yield "checkpoint", place, 1
    signature = note.rindex(b" ") + 1
    for place in (signature, signature + 8, signature + 40, len(note) - 6):
        yield "checkpoint", place, 2


def test_any_changed_part_of_a_receipt_is_refused(town: Town, tmp_path: Path) -> None:
    town.sign(FERRY, "en", name="Sven Proof", email="sven@letters.example")
    mine = town.confirm("sven@letters.example")
    town.publish()
    receipt = town.client().get(f"{mine}receipt?full=1").text
    path = tmp_path / "changed.tlog-proof"
    for number, changed in enumerate(_forgeries(receipt)):
        path.write_text(changed)
        done, found = town.verify(str(path))
        assert done.code in (1, 2) and not (found and found["ok"]), (number, changed)
        assert alone(str(path)).returncode == done.code, (number, changed)


def _forgeries(receipt: str) -> Iterator[str]:
    head, note = receipt.split("\n\n", 1)
    lines = head.split("\n")
    extra = next(line for line in lines if line.startswith("extra "))
    values: dict[str, Any] = json.loads(base64.b64decode(extra.removeprefix("extra ")))
    leaf = json.loads(values["leaf"])
    leaf["c"] = leaf["c"][:-2] + ("AA" if leaf["c"][-2:] != "AA" else "AE")
    other = values | {"leaf": json.dumps(leaf, sort_keys=True, separators=(",", ":"))}
    named = values | {"pub": values["pub"] | {"n": "Somebody Else"}}
    for changed in (other, named):
        packed = json.dumps(changed, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        yield receipt.replace(extra, f"extra {base64.b64encode(packed).decode()}")
    index = next(line for line in lines if line.startswith("index "))
    yield receipt.replace(index, f"index {int(index.split()[1]) - 1}")
    proof = lines[lines.index(index) + 1 :]
    for line in (proof[0], proof[-1]):
        yield receipt.replace(line, ("B" if line[0] != "B" else "C") + line[1:])
    yield receipt.replace(f"{proof[0]}\n", "", 1)
    body = note.split("\n")
    yield receipt.replace(f"\n{body[1]}\n", f"\n{int(body[1]) + 1}\n")
    yield receipt.replace(body[2], ("D" if body[2][0] != "D" else "E") + body[2][1:])
    signature = body[4].rsplit(" ", 1)[1]
    for place in (2, 20, 60):
        letter = "F" if signature[place] != "F" else "G"
        yield receipt.replace(signature, signature[:place] + letter + signature[place + 1 :])
    yield receipt.replace("tlog-proof@v1", "tlog-proof@v9")
    yield receipt[:-3]
