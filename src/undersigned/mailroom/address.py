"""E-mail addresses as the mailroom compares and sends them."""

import unicodedata
from functools import lru_cache

import idna


# A crowd has few domains, and IDNA's tables take longer than all else that is done with an address.
@lru_cache(maxsize=4096)
def ascii_domain(domain: str) -> str:
    """The domain as DNS and SMTP know it; one that is no valid name is only lower-cased."""
    try:
        return idna.encode(domain.rstrip("."), uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        return domain.lower()


def split(address: str) -> tuple[str, str]:
    """Local part as typed and domain in ASCII; without an `@` the domain is empty."""
    local, at, domain = unicodedata.normalize("NFC", address.strip()).rpartition("@")
    return (local, ascii_domain(domain)) if at else (domain, "")


def normal(address: str) -> str:
    """The form under which two spellings of one address are the same."""
    local, domain = split(address)
    return f"{local.casefold()}@{domain}"


def wire(address: str) -> str:
    """The form that goes into the envelope and the header: the local part as typed, the domain in ASCII."""
    local, domain = split(address)
    return f"{local}@{domain}" if domain else local
