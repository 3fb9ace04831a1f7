"""What a test finds in the files of an edition."""

import io
import re
from collections.abc import Callable
from typing import Any

from lxml import etree, html

from undersigned.edition import document as d

NS = {"t": "http://www.tei-c.org/ns/1.0", "xml": "http://www.w3.org/XML/1998/namespace"}


def written(write: Callable[..., None], edition: d.Edition, text: d.Text | None = None) -> bytes:
    """A format's bytes for a text, the original by default."""
    out = io.BytesIO()
    write(edition, text or edition.texts[0], out)
    return out.getvalue()


class Tei:
    """A TEI file, asked by XPath."""

    def __init__(self, data: bytes) -> None:
        self.root = etree.fromstring(data)

    def all(self, path: str) -> list[Any]:
        return self.root.xpath(path, namespaces=NS)

    def words(self, path: str) -> list[str]:
        return [said(found) for found in self.all(path)]


class Page:
    """An HTML page, asked by CSS-like XPath."""

    def __init__(self, data: bytes) -> None:
        self.root = html.document_fromstring(data.decode("utf-8"))

    def all(self, path: str) -> list[Any]:
        return self.root.xpath(path)

    def words(self, path: str) -> list[str]:
        return [said(found) for found in self.all(path)]

    def classed(self, name: str) -> list[str]:
        return self.words(f"//*[contains(concat(' ', @class, ' '), ' {name} ')]")


def said(found: Any) -> str:
    """An element's words, or an attribute's value, on one line."""
    text = found if isinstance(found, str) else "".join(found.itertext())
    return re.sub(r"\s+", " ", text).strip()
