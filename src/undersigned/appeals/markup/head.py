"""The YAML head of a text, read and written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from undersigned.appeals.markup import safe_yaml
from undersigned.appeals.markup.problems import MarkupError
from undersigned.lib.canonical import CanonicalError, canonical_text

SOURCE_MAX = 400_000
HEAD_MAX = 64_000
LANG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
OPEN = re.compile(r"---[ \t]*\n(?![ \t]*\n)")
CLOSE = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE)


@dataclass(frozen=True)
class Addressee:
    """To whom the letter goes; behind a pseudonym there may be a civil name."""

    name: str = ""
    pseudonym: str = ""
    civil_name: str = ""
    note: str = ""


@dataclass(frozen=True)
class Source:
    """Where the text was taken from: the citation as written (`text`) and its parts."""

    text: str = ""
    part: str = ""
    author: str = ""
    editor: str = ""
    title: str = ""
    volume: str = ""
    period: str = ""
    publisher: str = ""
    place: str = ""
    year: str = ""
    pages: str = ""


@dataclass(frozen=True)
class Head:
    """What is known about a text; an unknown key is kept in `extra`."""

    title: str = ""
    author: str = ""
    date: str = ""
    lang: str = ""
    addressee: Addressee = Addressee()
    source: Source = Source()
    archive: str = ""
    translator: str = ""
    translated_from: str = ""
    note: str = ""
    series: str = ""
    extra: Mapping[str, str] = field(default_factory=dict, hash=False)


STRUCTURED: dict[str, type[Addressee] | type[Source]] = {"addressee": Addressee, "source": Source}
# The key that takes a structured value given as plain text.
PLAIN_KEY = {"addressee": "name", "source": "text"}
KNOWN = [item.name for item in fields(Head) if item.name != "extra"]


def split(source: str) -> tuple[Head, str]:
    """The head and the canonical body of a source; MarkupError names the line of what cannot be read."""
    text = _clean(source)
    opened = OPEN.match(text)
    if not opened:
        return Head(), text.lstrip("\n")
    closed = CLOSE.search(text, opened.end())
    if not closed:
        raise MarkupError("head-unclosed", 1)
    raw = text[opened.end() : closed.start()]
    if len(raw.encode()) > HEAD_MAX:
        raise MarkupError("head-too-long", 1, limit=str(HEAD_MAX // 1000))
    return _head(safe_yaml.load(raw, 2), raw), text[closed.end() :].lstrip("\n")


def _clean(source: str) -> str:
    # A character takes at most four bytes, so most texts are never encoded to be measured.
    maybe = len(source) * 4 > SOURCE_MAX
    if maybe and len(source.encode("utf-8", "replace")) > SOURCE_MAX:
        raise MarkupError("too-long", limit=str(SOURCE_MAX // 1000))
    try:
        return canonical_text(source)
    except CanonicalError as error:
        raise MarkupError("control", error.line, character=f"U+{error.codepoint:04X}") from error


def _head(values: dict[str, Any], raw: str) -> Head:
    known: dict[str, Any] = {}
    extra: dict[str, str] = {}
    for key, value in values.items():
        name = key.replace("-", "_")
        if name in STRUCTURED:
            known[name] = _structured(name, value, extra, raw)
        elif name in KNOWN and name not in known:
            known[name] = _plain(key, value, raw)
        else:
            extra[key] = safe_yaml.as_text(value)
    head = Head(**known, extra=extra)
    if head.lang and not LANG.fullmatch(head.lang):
        raise MarkupError("head-lang", _line_of("lang", raw), value=head.lang)
    return head


def _plain(key: str, value: Any, raw: str) -> str:
    if isinstance(value, dict) and set(value) == {"name"}:
        value = value["name"]
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        value = "; ".join(value)
    if not isinstance(value, str):
        raise MarkupError("head-value", _line_of(key, raw), key=key)
    return value.strip()


def _structured(name: str, value: Any, extra: dict[str, str], raw: str) -> Any:
    kind = STRUCTURED[name]
    if not isinstance(value, dict):
        return kind(**{PLAIN_KEY[name]: _plain(name, value, raw)})
    allowed = {item.name for item in fields(kind)}
    known: dict[str, str] = {}
    for key, item in value.items():
        attribute = key.replace("-", "_")
        if attribute in allowed and attribute not in known:
            known[attribute] = _plain(key, item, raw)
        else:
            extra[f"{name}.{key}"] = safe_yaml.as_text(item)
    return kind(**known)


def _line_of(key: str, raw: str) -> int:
    found = re.search(rf"^\s*['\"]?{re.escape(key)}['\"]?\s*:", raw, re.MULTILINE)
    return 2 + raw.count("\n", 0, found.start()) if found else 2


def as_dict(head: Head) -> dict[str, Any]:
    """The head as its YAML keys and values, empty ones left out."""
    values: dict[str, Any] = {}
    for name in KNOWN:
        value = getattr(head, name)
        if name in STRUCTURED:
            parts = {item.name.replace("_", "-"): getattr(value, item.name) for item in fields(value)}
            value = {key: part for key, part in parts.items() if part}
            if list(value) == [PLAIN_KEY[name]]:
                value = value[PLAIN_KEY[name]]
        if value:
            values[name.replace("_", "-")] = value
    return values | dict(head.extra)


def join(head: Head, body: str) -> str:
    """The source that `split` reads back as the same head and body."""
    values = as_dict(head)
    body = canonical_text(body).lstrip("\n")
    if not values and not OPEN.match(body):
        return body
    return "---\n" + safe_yaml.dump(values) + "---\n" + ("\n" + body if body else "")
