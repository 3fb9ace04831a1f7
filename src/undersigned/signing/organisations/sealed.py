"""Who an organisation's officers are and what was resolved, sealed; and what the resolution is known by."""

from dataclasses import asdict, dataclass, replace
from datetime import date
from hashlib import sha256

from undersigned.lib import vault
from undersigned.signing.models import Organisation
from undersigned.signing.organisations.request import Officer, Request
from undersigned.tlog import jcs, leaf

_CONTEXT = "organisation"


@dataclass(frozen=True)
class Kept:
    """What is sealed of an organisation; officers are None once erased."""

    officer: Officer | None = None
    second: Officer | None = None
    resolution: str = ""

    def without_officers(self) -> "Kept":
        """The same without anybody's name or address."""
        return replace(self, officer=None, second=None)

    def without_second(self) -> "Kept":
        """The same without the second officer."""
        return replace(self, second=None)


def of_request(request: Request) -> Kept:
    """What is kept of a request."""
    return Kept(request.officer, request.second, request.resolution)


def seal(kept: Kept) -> bytes:
    """Encrypted with the key outside the database."""
    return vault.seal_json(asdict(kept), context=_CONTEXT)


def opened(row: Organisation) -> Kept:
    """What `seal` sealed, nothing where it was erased; raises VaultError, KeyMissing."""
    if not row.sealed:
        return Kept()
    values = vault.unseal_json(row.sealed, context=_CONTEXT)
    officers = [Officer(**values[name]) if values[name] else None for name in ("officer", "second")]
    return Kept(officers[0], officers[1], values["resolution"])


def resolution_digest(resolved_on: date, words: str) -> str:
    """SHA-256 over date and words as canonical JSON, base64url: the leaf's private part is bound to it."""
    return leaf.digest_text(sha256(jcs.dumps({"date": resolved_on.isoformat(), "words": words})).digest())
