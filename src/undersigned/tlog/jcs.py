"""Canonical JSON (RFC 8785) for what the ledger uses: no floats, integers below 2**53."""

import json
import unicodedata
from typing import Any

from .errors import TlogError

MAX_INTEGER = 2**53 - 1


class JcsError(TlogError):
    """A value or text outside the canonical subset."""


def _ordered(value: Any) -> Any:
    # RFC 8785 section 3.2.3 sorts by UTF-16 code units, which differs from code points beyond the BMP.
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise JcsError("object keys must be strings")
        return {
            key: _ordered(value[key])
            for key in sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        }
    if isinstance(value, list | tuple):
        return [_ordered(item) for item in value]
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int) and abs(value) <= MAX_INTEGER:
        return value
    raise JcsError("only strings, integers below 2**53, lists and objects are allowed")


def dumps(value: Any) -> bytes:
    """One value has one spelling: sorted keys, no spaces, shortest escapes, UTF-8."""
    try:
        text = json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise JcsError("a lone surrogate has no canonical form") from error
    except RecursionError as error:
        raise JcsError("nested too deeply") from error


def loads(data: bytes) -> Any:
    """Only text that is already canonical parses."""
    try:
        value = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise JcsError("not JSON") from error
    if dumps(value) != data:
        raise JcsError("not canonical JSON")
    return value


def nfc(value: Any) -> Any:
    """Every string inside, keys too, in Unicode normal form C."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {nfc(key): nfc(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [nfc(item) for item in value]
    return value
