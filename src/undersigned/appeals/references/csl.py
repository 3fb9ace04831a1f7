"""A CSL item in one canonical form: what it may hold, what else is kept, and its digest."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from undersigned.appeals.references.dates import CslDate, read_date
from undersigned.appeals.references.names import PARTS, Name
from undersigned.appeals.references.problems import BadReference
from undersigned.lib import canonical
from undersigned.tlog import jcs

Csl = dict[str, Any]

_TYPES_WORDS = """
article article-journal article-magazine article-newspaper bill book broadcast chapter classic collection
dataset document entry entry-dictionary entry-encyclopedia event figure graphic hearing interview
legal_case legislation manuscript map motion_picture musical_score pamphlet paper-conference patent
performance periodical personal_communication post post-weblog regulation report review review-book
software song speech standard thesis treaty webpage
"""
TYPES = frozenset(_TYPES_WORDS.split())
_NAMES_WORDS = """
author chair collection-editor compiler composer container-author contributor curator director editor
editorial-director executive-producer guest host illustrator interviewer narrator organizer
original-author performer producer recipient reviewed-author script-writer series-creator translator
"""
NAMES = frozenset(_NAMES_WORDS.split())
DATES = frozenset({"accessed", "available-date", "event-date", "issued", "original-date", "submitted"})
_TEXTS_WORDS = """
abstract annote archive archive-place archive_collection archive_location authority call-number
chapter-number citation-label collection-number collection-title container-title container-title-short
dimensions division DOI edition event-place event-title genre ISBN ISSN issue jurisdiction keyword
language medium note number number-of-pages number-of-volumes original-publisher
original-publisher-place original-title page page-first part-number part-title PMCID PMID printing
publisher publisher-place references reviewed-genre reviewed-title scale section source status
supplement-number title title-short URL version volume volume-title
"""
TEXTS = frozenset(_TEXTS_WORDS.split())
OTHER_TYPE = "document"
SIZE_MAX = 64_000
KEY_MAX = 80
KEY = re.compile(r"\w(?:[\w.:+-]*\w)?")
RESERVED_KEYS = frozenset({"new", "import", "citations", "style"})


def check_key(key: str) -> str:
    """The key in canonical form; raises BadReference."""
    key = unicodedata.normalize("NFC", key.strip())
    if len(key) > KEY_MAX or not KEY.fullmatch(key):
        raise BadReference("key-form")
    if key in RESERVED_KEYS:
        raise BadReference("key-reserved", key=key)
    return key


def key_from(text: str) -> str:
    """A key as near to a text as a key can be; empty where nothing of it can stand in one."""
    text = unicodedata.normalize("NFC", text)
    text = re.sub(r"[^\w.:+-]+", "-", text).strip("-.:+")[:KEY_MAX].strip("-.:+")
    return text if KEY.fullmatch(text) else ""


def clean(key: str, item: Mapping[str, Any]) -> Csl:
    """The item with its key as id, every value in its form, unknown fields under “custom”.

    Raises BadReference where a value cannot be kept or nothing identifies the source.
    """
    result: Csl = {"id": check_key(key), "type": str(item.get("type") or OTHER_TYPE)}
    custom = dict(_custom(item.get("custom")))
    if result["type"] not in TYPES:
        custom["type"], result["type"] = result["type"], OTHER_TYPE
    for field, value in item.items():
        if field in ("id", "type", "custom") or value in (None, "", [], {}):
            continue
        if field in NAMES:
            result[field] = _names(field, value)
        elif field in DATES:
            result[field] = _date(field, value)
        elif field in TEXTS:
            _keep_text(field, value, result, custom)
        else:
            custom[field] = value
    if custom:
        result["custom"] = {str(name): _kept(value) for name, value in custom.items()}
    return _whole(result)


def _whole(result: Csl) -> Csl:
    result = {name: value for name, value in jcs.nfc(result).items() if value not in ("", [], {})}
    _no_controls(result)
    if not any(result.get(field) for field in ("title", "author", "archive", "archive_location", "URL")):
        raise BadReference("nothing-said")
    if len(jcs.dumps(result)) > SIZE_MAX:
        raise BadReference("csl-large", key=result["id"], limit=str(SIZE_MAX // 1000))
    return dict(result)


def _keep_text(field: str, value: Any, result: Csl, custom: dict[str, Any]) -> None:
    text = _text(field, value)
    if field == "URL" and not is_web_address(text):
        custom[field] = text
    else:
        result[field] = text


def is_web_address(url: str) -> bool:
    """Whether a reader may be led there: http or https with a host."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"\s", url)
    except ValueError:
        return False


def _custom(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {"custom": value} if value else {}


def _kept(value: Any) -> Any:
    """A foreign value, kept whole; numbers that canonical JSON cannot spell become text."""
    if isinstance(value, dict):
        return {str(name): _kept(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_kept(item) for item in value]
    if value is None or isinstance(value, bool | str):
        return value
    return value if isinstance(value, int) and abs(value) <= jcs.MAX_INTEGER else str(value)


def _text(field: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BadReference("csl-value", field=field)
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    return text.strip() if field in ("abstract", "note", "annote") else " ".join(text.split())


def _names(field: str, value: Any) -> list[Name]:
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        raise BadReference("csl-value", field=field)
    return [name for one in value if (name := _name(field, one))]


def _name(field: str, value: Any) -> Name | None:
    if isinstance(value, str):
        return {"literal": " ".join(value.split())} if value.strip() else None
    if not isinstance(value, dict) or not all(isinstance(part, str | bool | int) for part in value.values()):
        raise BadReference("csl-value", field=field)
    name = {part: " ".join(str(value[part]).split()) for part in PARTS if value.get(part)}
    if "literal" in name and len(name) > 1:
        name.pop("literal")
    if not name and value:
        raise BadReference("csl-value", field=field)
    return name or None


def _date(field: str, value: Any) -> CslDate:
    if isinstance(value, str | int) and not isinstance(value, bool):
        return _read(str(value))
    if not isinstance(value, dict):
        raise BadReference("csl-value", field=field)
    parts = value.get("date-parts")
    if not parts or not (isinstance(parts, list) and parts[0]):
        typed = value.get("raw") or value.get("literal") or value.get("edtf")
        if not isinstance(typed, str | int):
            raise BadReference("csl-value", field=field)
        return _read(str(typed)) | _season_of(value)
    try:
        date: CslDate = {"date-parts": [[int(part) for part in one[:3] if part != ""] for one in parts[:2]]}
    except (TypeError, ValueError, OverflowError):
        raise BadReference("csl-value", field=field) from None
    if not all(_exists(one) for one in date["date-parts"]):
        raise BadReference("csl-value", field=field)
    circa = {"circa": True} if value.get("circa") else {}
    typed = {name: str(value[name]) for name in ("literal", "raw") if value.get(name)}
    return date | circa | _season_of(value) | typed


def _season_of(value: Mapping[str, Any]) -> dict[str, int]:
    season = str(value.get("season", ""))
    number = int(season) if season.isdecimal() and len(season) < 3 else 0
    return {"season": number - 20 if number > 20 else number} if number % 20 in (1, 2, 3, 4) else {}


def _exists(parts: list[int]) -> bool:
    year, month, day = [*parts, 1, 1][:3] if parts else (None, 1, 1)
    return year is not None and -9999 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= 31


def _read(typed: str) -> CslDate:
    try:
        return read_date(typed) or {"literal": typed}
    except BadReference:
        # Somebody else's file: a day that does not exist is kept as it is written.
        return {"literal": typed}


def _no_controls(value: Any) -> None:
    if isinstance(value, dict):
        for name, item in value.items():
            _no_controls(name)
            _no_controls(item)
    elif isinstance(value, list):
        for item in value:
            _no_controls(item)
    elif isinstance(value, str) and (found := canonical.FORBIDDEN.search(value)):
        raise BadReference("control", character=f"U+{ord(found.group()):04X}")


def canonical_csl(csl: Mapping[str, Any]) -> bytes:
    """The bytes whose SHA-256 is a source's digest: the item as canonical JSON (RFC 8785)."""
    return jcs.dumps(csl)


def digest_of(csl: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical item, base64url, 43 characters."""
    return canonical.version_digest(canonical_csl(csl))
