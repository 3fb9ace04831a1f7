"""What people type, paste and try, for forms that must answer all of it."""

import os
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_SHARED = Path(os.environ.get("UNDERSIGNED_SHARED", str(_ROOT.parent / "shared")))
# A real letter that lies beside the project, where there is one.
MODEL = _SHARED / "letters/1936-07-06-letter-to-v-serge.txt"

AWKWARD = [
    pytest.param("", id="empty"),
    pytest.param("   ", id="spaces"),
    pytest.param("a" * 10_000, id="long"),
    pytest.param("a\x00b", id="nul"),
    pytest.param("a\x01\x1bb", id="control"),
    pytest.param("\u202eabc\u200f\u2067", id="right-to-left-marks"),
    pytest.param("👩🏽‍🌾🕯️" * 20, id="emoji"),
    pytest.param("Z" + "\u0335\u0301" * 100, id="combining"),
    pytest.param('=HYPERLINK("http://x.example")', id="formula"),
    pytest.param("'; DROP TABLE appeals_appeal; --", id="sql"),
    pytest.param("<script>alert(1)</script>\"'>{{ 7|add:7 }}", id="html"),
    pytest.param("\ufffd\ufffe", id="noncharacter"),
    pytest.param("نداء من أجل العبّارة الليلية", id="arabic"),
    pytest.param("ღამის ბორანი", id="georgian"),
    pytest.param("夜間渡船 公開信", id="chinese"),
    pytest.param("9" * 40, id="digits"),
    pytest.param("new", id="a-name-of-our-own"),
]

# Files that are no letters, and what is said of each.
BROKEN = [
    pytest.param(b"", "empty", id="nothing"),
    pytest.param(b" \n\n", "The file is empty", id="blank"),
    pytest.param(b"%PDF-1.7 ...", "binary data", id="pdf"),
    pytest.param(b"PK\x03\x04....", "binary data", id="word processor"),
    pytest.param(bytes(range(256)), "binary data", id="any bytes"),
    pytest.param("Año nuevo, salud".encode("latin-1"), "not UTF-8", id="latin-1"),
    pytest.param(b"\xff\xfeA", "UTF-16", id="half a UTF-16"),
    pytest.param(b"a" * 2_000_001, "larger than 2 MB", id="too large"),
    pytest.param(b"word " * 100_000, "longer than 400 kB", id="too long"),
    pytest.param(b"---\ntitle: [x\n---\n\nBody", "not valid YAML", id="broken yaml"),
    pytest.param(b"---\ntitle: x\n", "never closed", id="open head"),
    pytest.param(b'---\ntitle: "a\\0b"\n---\n\nBody', "control character", id="escaped control"),
    pytest.param(b"---\nlang: xq\n---\n\nBody", "not a language code", id="no language"),
    pytest.param(
        b"---\ntitle: x\nlang: en\n---\n\nA[^1]\n\n[^1]: one\n\n[^1]: two\n",
        "Two footnotes have the mark 1 (the first is on line 8)",
        id="two notes with one mark",
    ),
]
