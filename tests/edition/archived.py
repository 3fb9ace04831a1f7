"""What a test finds in an archive: its files, its pages and their links, its bag."""

import hashlib
import io
import re
import zipfile
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pypdfium2
from lxml import html


def contents(root: Path) -> dict[str, bytes]:
    """Every file by its path."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def words(name: str, data: bytes) -> str:
    """All that a file says, also what is compressed in it."""
    if name.endswith(".epub"):
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            return "".join(book.read(part).decode("utf-8", "replace") for part in book.namelist())
    if name.endswith(".pdf"):
        with pypdfium2.PdfDocument(data) as document:
            shown = [page.get_textpage().get_text_bounded() for page in document]
            return "".join(shown) + str(document.get_metadata_dict())
    return data.decode("utf-8", "replace")


def pages(root: Path) -> dict[Path, html.HtmlElement]:
    """Every page, parsed."""
    return {
        path: html.document_fromstring(path.read_text(encoding="utf-8"))
        for path in sorted(root.rglob("*.html"))
    }


def dead_links(root: Path) -> list[str]:
    """Links that lead to no file or anchor of the archive, and whatever loads from outside."""
    found = []
    known = pages(root)
    ids = {path: set(page.xpath("//@id")) for path, page in known.items()}
    for path, page in known.items():
        for element, attribute, link, _place in page.iterlinks():
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                if element.tag != "a" and element.get("rel") != "canonical":
                    found.append(f"{path}: {element.tag!r} {attribute} asks {link}")
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file() or not target.is_relative_to(root.resolve()):
                found.append(f"{path}: {link}")
            elif parts.fragment and target in ids and parts.fragment not in ids[target]:
                found.append(f"{path}: {link} has no such anchor")
    return found


def bag_errors(root: Path) -> list[str]:
    """RFC 8493, read anew: declaration, manifests that name every file once, checksums, Payload-Oxum."""
    errors = []
    if (root / "bagit.txt").read_bytes() != b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n":
        errors.append("declaration")
    payload = [path for path in (root / "data").rglob("*") if path.is_file()]
    listed = _manifest(root / "manifest-sha256.txt")
    if sorted(listed) != sorted(path.relative_to(root).as_posix() for path in payload):
        errors.append("the manifest does not name the payload")
    tags = _manifest(root / "tagmanifest-sha256.txt")
    there = {path.name for path in root.iterdir() if path.is_file()} - {"tagmanifest-sha256.txt"}
    if set(tags) != there:
        errors.append("the tag manifest does not name the tag files")
    for name, digest in {**listed, **tags}.items():
        if not (root / name).is_file() or hashlib.sha256((root / name).read_bytes()).hexdigest() != digest:
            errors.append(name)
    info = dict(line.split(": ", 1) for line in (root / "bag-info.txt").read_text().splitlines())
    if info["Payload-Oxum"] != f"{sum(path.stat().st_size for path in payload)}.{len(payload)}":
        errors.append("Payload-Oxum")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", info["Bagging-Date"]):
        errors.append("Bagging-Date")
    return errors


def _manifest(path: Path) -> dict[str, str]:
    rows = [line.split("  ", 1) for line in path.read_text(encoding="utf-8").splitlines()]
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest, _name in rows)
    return {name: digest for digest, name in rows}
