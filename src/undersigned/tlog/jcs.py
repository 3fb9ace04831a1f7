"""Canonical JSON (RFC 8785) for what the ledger uses: no floats, integers below 2**53."""

import json
import unicodedata
from json.encoder import encode_basestring as _quoted
from typing import Any

from .errors import TlogError

MAX_INTEGER = 2**53 - 1


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class JcsError(TlogError):
    """A value or text outside the canonical subset."""


def _units(key: str) -> bytes:
    return key.encode("utf-16-be", "surrogatepass")


def _ordered(value: Any) -> Any:
    if isinstance(value, str):
        return value
    # RFC 8785 section 3.2.3 sorts by UTF-16 code units, which differs from code points beyond the BMP.
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise JcsError("object keys must be strings")
        return {key: _ordered(value[key]) for key in sorted(value, key=_units)}
    if isinstance(value, list | tuple):
        return [_ordered(item) for item in value]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) <= MAX_INTEGER:
        return value
    raise JcsError("only strings, integers below 2**53, lists and objects are allowed")


def _flat(value: Any) -> str:
    """An object of ASCII names and strings, which most are, written at once; empty for anything else."""
    if type(value) is not dict:
        return ""
    for key, item in value.items():
        if type(item) is not str or type(key) is not str or not key.isascii():
            return ""
    return "{" + ",".join([f"{_quoted(key)}:{_quoted(value[key])}" for key in sorted(value)]) + "}"


def dumps(value: Any) -> bytes:
    """One value has one spelling: sorted keys, no spaces, shortest escapes, UTF-8."""
    try:
        return (_flat(value) or _encode(_ordered(value))).encode("utf-8")
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
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {nfc(key): nfc(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [nfc(item) for item in value]
    return value
