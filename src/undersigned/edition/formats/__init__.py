"""The formats of an edition, each a module with `write(edition, text, out)`.

The table is data: a format's module is loaded when it is written, so that no other process pays for its
libraries. A module that cannot do its work here raises Unavailable, while it is loaded or when it writes,
before the first byte.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from undersigned.edition.document import Edition, Text


class Unavailable(Exception):
    """A format that cannot be had on this machine; the message says what is missing, in one line."""


class Writer(Protocol):
    """What each format's module offers."""

    def __call__(self, edition: Edition, text: Text, out: BinaryIO) -> None:
        """Writes one text of the edition."""


@dataclass(frozen=True)
class Format:
    """A row of the table: its name, what its files end with, where it is made."""

    name: str
    suffix: str
    module: str
    media_type: str


FORMATS = (
    Format("html", ".html", "html", "text/html"),
    Format("pdf", ".pdf", "pdf", "application/pdf"),
    Format("epub", ".epub", "epub", "application/epub+zip"),
    Format("tei", ".tei.xml", "tei", "application/tei+xml"),
    Format("markdown", ".md", "markdown", "text/markdown"),
    Format("csl", ".csl.json", "csl", "application/vnd.citationstyles.csl+json"),
)
NAMES = tuple(row.name for row in FORMATS)


# What the writer of a file told of it, while somebody listens.
_TOLD: ContextVar[list[str] | None] = ContextVar("told", default=None)


@contextmanager
def listening() -> Iterator[list[str]]:
    """Collects what a writer tells of a file that it could not make as it should be."""
    told: list[str] = []
    token = _TOLD.set(told)
    try:
        yield told
    finally:
        _TOLD.reset(token)


def tell(reason: str) -> None:
    """Says what a file lacks, in one line without anybody's name; nobody may be listening."""
    told = _TOLD.get()
    if told is not None:
        told.append(reason)


def load(format: Format) -> Writer:
    """The format's writer; raises Unavailable where its module or a library of the system is missing."""
    try:
        writer: Writer = importlib.import_module(f"{__name__}.{format.module}").write
    except (ImportError, OSError) as error:
        first = (str(error).splitlines() or [type(error).__name__])[0]
        raise Unavailable(f"{format.name}: {first}") from error
    return writer
