"""The proof that an import drops no word."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from undersigned.appeals.letter import Imported
from undersigned.appeals.markup import as_dict

RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", " " * 10)


def texts(imported: Imported) -> Iterator[str]:
    for value in as_dict(imported.head).values():
        yield from value.values() if isinstance(value, dict) else [value]
    yield imported.body
    yield from imported.unplaced


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text).translate(RAISED)))


def dropped(source: str, imported: Imported) -> Counter[str]:
    """The words of a file that are nowhere in what was read from it, with how often each is missing."""
    return words(source) - words(" ".join(texts(imported)))
