"""What a sign leaf commits to: what is shown and who it is, each under its own salt (LEDGER, Leaves)."""

import os
from dataclasses import dataclass
from typing import Any

from undersigned.signing.models import PaperLine, PublicLine, Signature
from undersigned.tlog import leaf

SALT_SIZE = 32
SHOWN = ("name", "affiliation", "role", "place", "country")


@dataclass(frozen=True)
class Commitment:
    """Salts and the commitment made with them, as the leaf spells it."""

    salt_public: bytes
    # None where the salt is sealed with the person, and this server knows the digest alone.
    salt_private: bytes | None
    text: str


def shown(line: PublicLine) -> dict[str, str]:
    """What a signature shows, without what is empty; nothing at all for one that is not listed."""
    return {name: value for name in SHOWN if (value := getattr(line, name))}


def private(email: str) -> dict[str, str]:
    """What binds a signature to a person."""
    return {"e": email}


def of_paper(mark: str, number: int) -> dict[str, str]:
    """What binds a signature on paper: its sheet or list and its line."""
    return {"p": f"{mark}/{number}"}


def bound(signature: Signature, email: str) -> dict[str, str]:
    """What binds it: the carrier who vouched for it, its line on paper, else the address."""
    if signature.kind == Signature.Kind.VOUCHED and signature.carrier is not None:
        return {"u": signature.carrier.public_id}
    if signature.kind != Signature.Kind.PAPER:
        return private(email)
    line = PaperLine.objects.select_related("gathering").get(signature=signature)
    return of_paper(line.gathering.mark, line.number)


def commit(line: PublicLine, private: dict[str, str]) -> Commitment:
    """A commitment under new salts; the old salts, if any, are to be overwritten with these."""
    return commit_bound(shown(line), private)


def commit_shown(shown: dict[str, str], email: str) -> Commitment:
    """The same for what a line shows, without what is empty, and an address."""
    return commit_bound(shown, private(email))


def commit_bound(shown: dict[str, str], private: dict[str, str]) -> Commitment:
    """The same for what binds the signature, whatever it is."""
    salt_public, salt_private = os.urandom(SALT_SIZE), os.urandom(SALT_SIZE)
    made = leaf.commitment(leaf.public_digest(salt_public, shown), leaf.private_digest(salt_private, private))
    return Commitment(salt_public, salt_private, leaf.digest_text(made))


def commit_digest(shown: dict[str, str], private_digest: bytes) -> Commitment:
    """The same for a person of whom this server knows the digest alone."""
    salt_public = os.urandom(SALT_SIZE)
    made = leaf.commitment(leaf.public_digest(salt_public, shown), private_digest)
    return Commitment(salt_public, None, leaf.digest_text(made))


def apply(signature: Signature, made: Commitment) -> None:
    """Puts a commitment into a row, unsaved."""
    signature.salt_public = made.salt_public
    signature.salt_private = made.salt_private
    signature.commitment = made.text


def opening(signature: Signature, email: str) -> dict[str, Any]:
    """What opens the commitment: the full receipt's extra fields, which show who signed."""
    if signature.salt_public is None or signature.salt_private is None:
        raise ValueError("the salts of this signature are destroyed")
    private_digest = leaf.private_digest(bytes(signature.salt_private), bound(signature, email))
    return _opened(signature, bytes(signature.salt_public), private_digest)


def opening_sealed(signature: Signature, private_digest: bytes) -> dict[str, Any]:
    """The same for a person of whom this server knows the digest alone."""
    if signature.salt_public is None:
        raise ValueError("the salts of this signature are destroyed")
    return _opened(signature, bytes(signature.salt_public), private_digest)


def _opened(signature: Signature, salt_public: bytes, private_digest: bytes) -> dict[str, Any]:
    return {
        "pub": shown(signature.public_line),
        "spub": leaf.b64u(salt_public),
        "dpriv": leaf.b64u(private_digest),
    }
