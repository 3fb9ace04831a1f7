"""Values that nobody types: what breaks programs that were written for what people type."""

import random
from collections.abc import Sequence

from hypothesis import strategies as st

ODD = (
    "", " ", "\x00", "\x00" * 300, "\x7f\x1b[31m", "\u202e\u200f\u2066", "\ufeff", "\ufffd", "\U0001f9ea" * 50,
    "e\u0301" * 2000, "\u0300" * 500, "ß" * 81, "İ", "ﬃ", "\r\nBcc: all@example.org", "%00", "%", "%zz", "+",
    "-1", "0", "1e309", "NaN", "9" * 40, "9223372036854775808", "0x7f000001", "00000000", "1" + "0" * 4400,
    "true", "null", "[]", "{}", "[" * 3000, '{"a":' * 3000, "../../../etc/passwd", "..\\..\\x", "file:///etc/passwd",
    "http://127.0.0.1:22/", "http://[::ffff:127.0.0.1]/", "javascript:alert(1)", "data:text/html,x", "//example.org",
    "' OR '1'='1", "1; DROP TABLE x--", "1) OR SLEEP(5)--", "<script>alert(1)</script>", "\"><img src=x onerror=x>",
    "{{7*7}}", "{% load x %}", "${7*7}", "%s%n%d", "=cmd|' /C calc'!A0", "@SUM(1)", "a" * 100_000, "a@b", "a@b.c\n",
    "a@" + "b" * 300 + ".org", '"a b"@example.org', "a@[127.0.0.1]", "xn--a", "2026-02-30", "0000-00-00", "9999-12-31",
    "-0001-01-01", "2026-11-24T25:61", "99:99", "on", "*", "name", "pseudonym", "unlisted", "en", "zz", "ES", "und",
)  # fmt: skip


def values() -> st.SearchStrategy[str]:
    """A value for a field: odd on purpose, or any text at all."""
    return st.one_of(st.sampled_from(ODD), st.text(max_size=200), st.integers().map(str))


def mutants(seeds: Sequence[bytes], words: Sequence[bytes]) -> st.SearchStrategy[bytes]:
    """A file: a good one that was damaged, words of its language in any order, or any bytes at all."""
    return st.one_of(
        st.builds(
            _damaged, st.sampled_from(seeds), st.lists(st.sampled_from(words), max_size=6), st.integers()
        ),
        st.lists(st.one_of(st.sampled_from(words), st.binary(max_size=20)), max_size=60).map(b"".join),
        st.binary(max_size=400),
        st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")),
    )


def _damaged(seed: bytes, words: list[bytes], number: int) -> bytes:
    """The seed with pieces cut, doubled, moved, replaced; the same for the same number."""
    chance = random.Random(number)
    data = bytearray(seed)
    for _step in range(chance.randint(1, 8)):
        start = chance.randint(0, len(data))
        end = min(len(data), start + chance.choice((0, 1, 2, 10, 200)))
        piece = bytes(data[start:end])
        word = chance.choice(words) if words else bytes([chance.randrange(256)])
        data[start:end] = chance.choice(
            (b"", word, piece * 2, piece[::-1], bytes([chance.randrange(256)]), word * 50)
        )
        if len(data) > 20_000:
            del data[20_000:]
    return bytes(data)
