"""What only its recipients can read: files of the age format (age-encryption.org/v1), with X25519 keys.

The server holds recipients (`age1…`), never an identity (`AGE-SECRET-KEY-1…`): what it seals here it
cannot open again. Several sealed files that speak of one thing stand one behind the other in one value:
each with 4 bytes of length before it, the newest last.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from undersigned.lib.lazily import Library

pyrage = Library("pyrage")
# A plain text is filled up to a multiple of this: its length says nothing about a name or an address.
_BLOCK = 512
_LENGTH = 4


class NotARecipient(ValueError):
    """Not the public half of an X25519 key of age."""


class NotAnIdentity(ValueError):
    """Not a file of private keys of age."""


class CannotOpen(Exception):
    """A sealed value does not open with these identities, or is damaged."""


def clean_recipient(typed: str) -> str:
    """A recipient as age writes it; raises NotARecipient."""
    value = typed.strip()
    if not value.startswith("age1"):
        raise NotARecipient
    try:
        return str(pyrage.x25519.Recipient.from_str(value))
    except Exception as error:
        # Whatever the library is told that is none.
        raise NotARecipient from error


def is_identity(typed: str) -> bool:
    """Whether somebody is about to hand over a private key."""
    return "AGE-SECRET-KEY-" in typed.upper()


class Sealer:
    """Seals JSON values to recipients, read once."""

    def __init__(self, recipients: Iterable[str]) -> None:
        self._recipients = [pyrage.x25519.Recipient.from_str(one) for one in recipients]
        if not self._recipients:
            raise NotARecipient

    def seal(self, value: dict[str, Any]) -> bytes:
        """One value, ready to stand alone or behind others."""
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        plain += b" " * (-len(plain) % _BLOCK)
        made: bytes = pyrage.encrypt(plain, self._recipients)
        return len(made).to_bytes(_LENGTH, "big") + made


def parts(sealed: bytes) -> list[bytes]:
    """The sealed files that stand in a value; raises CannotOpen."""
    found = []
    while sealed:
        size = int.from_bytes(sealed[:_LENGTH], "big")
        part, sealed = sealed[_LENGTH : _LENGTH + size], sealed[_LENGTH + size :]
        if not size or len(part) < size:
            raise CannotOpen("a sealed value is cut short")
        found.append(part)
    return found


def identities(text: str) -> list[Any]:
    """The private keys in a file as `age-keygen` writes it; raises NotAnIdentity."""
    lines = [line.strip() for line in text.splitlines()]
    try:
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except Exception as error:
        raise NotAnIdentity("this is not a file of private keys of age") from error
    if not found:
        raise NotAnIdentity("there is no private key in this file")
    return found


def open_all(sealed: bytes, keys: Sequence[Any]) -> dict[str, str]:
    """What a value says, the newest of its files last; raises CannotOpen."""
    found: dict[str, str] = {}
    for part in parts(sealed):
        try:
            values = json.loads(pyrage.decrypt(part, keys))
        except Exception as error:
            raise CannotOpen("a sealed value does not open with this key") from error
        if not isinstance(values, dict):
            raise CannotOpen("a sealed value is damaged")
        found.update({str(name): str(value) for name, value in values.items()})
    return found
