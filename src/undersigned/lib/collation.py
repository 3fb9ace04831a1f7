"""The order of names: bytes that sort the same on every database, whatever its collation."""

import unicodedata
from functools import lru_cache

SIZE = 200
_LIKE = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
_LAST = "\U0010fffd"
# What `_counts` drops of plain ASCII: all but letters, digits and the space.
_ASCII = {point: None for point in range(128) if not (chr(point).isalnum() or chr(point) == " ")}
# Letters that a language counts as its own, behind the letter named.
_NORDIC = {"æ": f"z{_LAST}a", "ä": f"z{_LAST}a", "ø": f"z{_LAST}b", "ö": f"z{_LAST}b", "å": f"z{_LAST}c"}
_SWEDISH = {"å": f"z{_LAST}a", "ä": f"z{_LAST}b", "ö": f"z{_LAST}c"}
_OWN = {
    "es": {"ñ": f"n{_LAST}"},
    "gl": {"ñ": f"n{_LAST}"},
    "da": _NORDIC,
    "nb": _NORDIC,
    "nn": _NORDIC,
    "no": _NORDIC,
    "sv": _SWEDISH,
    "fi": _SWEDISH,
}


def sort_key(name: str, language: str = "") -> bytes:
    """Where a name stands: letters first without case, accents and punctuation, then its exact spelling.

    Scripts follow each other in the order of Unicode; at most 200 bytes.
    """
    if name.isascii():
        # The same, without asking for accents where there are none: most names of most crowds.
        folded = name.lower()
        primary = " ".join(folded.translate(_ASCII).split()) or folded
        return f"{primary}\0{name}".encode()[:SIZE]
    folded = unicodedata.normalize("NFC", name.casefold()).translate(_own(language))
    plain = unicodedata.normalize("NFKD", folded).translate(_LIKE)
    kept = "".join(char for char in plain if _counts(char))
    primary = " ".join(kept.split()) or folded
    return f"{primary}\0{unicodedata.normalize('NFC', name)}".encode("utf-8", "replace")[:SIZE]


@lru_cache(maxsize=64)
def _own(language: str) -> dict[int, str]:
    return str.maketrans(_OWN.get(language.split("-")[0].lower(), {}))


@lru_cache(maxsize=4096)
def _counts(char: str) -> bool:
    """Whether a character decides the order; signs of Indic vowels do, accents and points do not."""
    kind = unicodedata.category(char)
    if kind[0] == "M":
        return unicodedata.combining(char) < 10
    return kind[0] in "LN" or kind == "Zs" or char == _LAST
