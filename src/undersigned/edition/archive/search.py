"""A search that needs no server: small files, each a call of a function, which a page loads as scripts.

Words are cut down to letters and digits without accents. Each word of each name goes to a file named for its
first two letters; what has grown too large is divided by the next letter, and where a single word is too
frequent, into parts. Everything passes through files: memory does not grow with the names.
"""

import json
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from undersigned.edition.archive.folder import Folder

FOLDER = "search"
# Entries in one file, and letters that a file may be named for.
LARGEST = 5000
_DEEPEST = 12
_SHALLOWEST = 2
# Lines that wait in memory, all files together.
_HELD = 100_000
# Words of one file of texts, in characters.
_TEXTS = 400_000

# The same table stands in search.js.
_LIKE = str.maketrans(
    {
        "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i",
        "ħ": "h", "ς": "σ",
    }
)  # fmt: skip
_ASCII = str.maketrans({chr(n): " " for n in range(128) if not chr(n).isalnum()})
_ENTRY = re.compile(r"[^a-z0-9]")


def words(text: str) -> list[str]:
    """The words of a text as they are looked for."""
    if text.isascii():
        return text.lower().translate(_ASCII).split()
    plain = unicodedata.normalize("NFKD", text.lower()).lower()
    return "".join(map(_sign, plain)).translate(_LIKE).split()


@lru_cache(maxsize=8192)
def _sign(char: str) -> str:
    kind = unicodedata.category(char)[0]
    return "" if kind == "M" else char if kind in "LN" else " "


def file_name(key: str, part: int) -> str:
    """Where a part of the entries under a key lies."""
    safe = _ENTRY.sub(lambda found: f"_{ord(found[0]):x}", key)
    return f"{FOLDER}/n-{safe}-{part}.js"


class Index:
    """Takes names and texts one by one, and writes the files of the search at the end."""

    def __init__(self, out: Folder, scratch: Path) -> None:
        self._out = out
        self._raw = _Raw(scratch)
        self._texts: list[tuple[str, str, str]] = []
        self._keys: dict[str, int] = {}

    def name(self, name: str, page: int, row: int) -> None:
        """Enters a name with its place."""
        entry = json.dumps([name, page, row], ensure_ascii=False, separators=(",", ":"))
        for word in dict.fromkeys(words(name)):
            self._raw.add(f"{word} "[:_SHALLOWEST], f"{word} \t{entry}\n")

    def text(self, title: str, path: str, plain: str) -> None:
        """Enters a text of the appeal, a source, or whatever else is read whole."""
        self._texts.append((title, path, plain))

    def write(self, names_path: str) -> None:
        """Writes everything; `names_path` is the path of a page of names with `0` for its number."""
        for key, file in self._raw.files():
            self._divide(key, file)
        parts = self._write_texts()
        known = {"keys": dict(sorted(self._keys.items())), "texts": parts, "names": names_path}
        self._out.write(f"{FOLDER}/index.js", f"undersignedIndex({_json(known)});\n")

    def _divide(self, key: str, file: Path) -> None:
        """The entries under a key: one file, or files for each next letter, or parts of one word."""
        with file.open(encoding="utf-8", newline="\n") as lines:
            small = sum(1 for _line in lines) <= LARGEST
        if small or key.endswith(" ") or len(key) >= _DEEPEST:
            self._parts(key, file)
        else:
            with tempfile.TemporaryDirectory(dir=file.parent) as name:
                raw = _Raw(Path(name))
                for line in _lines(file):
                    raw.add(line[: len(key) + 1], line)
                for longer, part in raw.files():
                    self._divide(longer, part)
        file.unlink()

    def _parts(self, key: str, file: Path) -> None:
        held: list[str] = []
        number = 0
        for line in _lines(file):
            held.append(line.partition("\t")[2].rstrip("\n"))
            if len(held) == LARGEST:
                self._part(key, number, held)
                held, number = [], number + 1
        if held:
            self._part(key, number, held)
            number += 1
        self._keys[key] = number

    def _part(self, key: str, number: int, entries: list[str]) -> None:
        data = ",\n".join(entries)
        self._out.write(file_name(key, number), f"undersignedNames({_json(key)},{number},[\n{data}\n]);\n")

    def _write_texts(self) -> int:
        number, held, size = 0, [], 0
        for text in self._texts:
            held.append(text)
            size += len(text[2])
            if size > _TEXTS:
                number, held, size = self._text_file(number, held), [], 0
        return self._text_file(number, held) if held else number

    def _text_file(self, number: int, held: list[tuple[str, str, str]]) -> int:
        self._out.write(f"{FOLDER}/t-{number}.js", f"undersignedTexts({number},{_json(held)});\n")
        return number + 1


class _Raw:
    """Lines by key, appended to a file for each as memory fills up."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, list[str]] = {}
        self._count = 0
        self._numbers: dict[str, int] = {}

    def add(self, key: str, line: str) -> None:
        """Adds a line under a key."""
        self._held.setdefault(key, []).append(line)
        self._count += 1
        if self._count >= _HELD:
            self._flush()

    def files(self) -> Iterator[tuple[str, Path]]:
        """Every key with its file, in the order of the keys."""
        self._flush()
        for key in sorted(self._numbers):
            yield key, self._path(key)

    def _path(self, key: str) -> Path:
        return self._folder / str(self._numbers.setdefault(key, len(self._numbers)))

    def _flush(self) -> None:
        for key, lines in self._held.items():
            with self._path(key).open("a", encoding="utf-8", newline="\n") as file:
                file.writelines(lines)
        self._held.clear()
        self._count = 0


def _lines(file: Path) -> Iterable[str]:
    with file.open(encoding="utf-8", newline="\n") as lines:
        yield from lines


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
