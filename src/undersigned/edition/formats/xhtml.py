"""The markup of the HTML edition as XML: what EPUB holds, and what the PDF is laid out from."""

from __future__ import annotations

import re

# Every `<` of a text and every quote of an attribute is escaped, so that a match is always a tag.
_VOID = re.compile(r"<(br|hr|meta|link|img)((?: [^<>]*)?)>")
_ROLE = re.compile(r'(<(?:a|aside|section)(?: [^<>]*?)?) role="doc-([a-z]+)"')
_HREF = re.compile(r'(<a(?: [^<>]*?)?) href="#([^"<>]+)"')
_ID = re.compile(r'<[^<>]*? id="([^"<>]+)"')
# Roles that have a word of the same meaning in EPUB's own vocabulary.
_TYPES = frozenset({"noteref", "footnote", "biblioref", "introduction"})


def as_xml(markup: str) -> str:
    """HTML written by `tags` as well-formed XML."""
    return _VOID.sub(r"<\1\2/>", markup)


def with_types(markup: str) -> str:
    """Roles repeated in `epub:type`, which older reading systems know."""
    return _ROLE.sub(_typed, markup)


def _typed(found: re.Match[str]) -> str:
    more = f' epub:type="{found[2]}"' if found[2] in _TYPES else ""
    return f"{found[0]}{more}"


def ids(markup: str) -> list[str]:
    """The ids of a piece, in their order."""
    return _ID.findall(markup)


def linked(markup: str, own: str, files: dict[str, str]) -> str:
    """Links within the page become links between files; one that leads nowhere loses its address."""

    def resolve(found: re.Match[str]) -> str:
        file = files.get(found[2])
        if file is None:
            return found[1]
        return f'{found[1]} href="{"" if file == own else file}#{found[2]}"'

    return _HREF.sub(resolve, markup)
