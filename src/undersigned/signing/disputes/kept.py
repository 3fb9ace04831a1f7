"""What somebody who disputes a name wrote, sealed; and the links that lead to it."""

from dataclasses import asdict, dataclass

from undersigned.lib import env, tokens, vault
from undersigned.signing.models import Dispute

CONTEXT = "dispute"
# What their links are for; each is the name of its address.
CONFIRM, ANSWER = "dispute-confirm", "dispute-answer"


@dataclass(frozen=True)
class Kept:
    """The words of a dispute; empty once they are gone."""

    email: str = ""
    name: str = ""
    place: str = ""
    words: str = ""


def seal(kept: Kept) -> bytes:
    """Encrypted with the key outside the database."""
    return vault.seal_json(asdict(kept), context=CONTEXT)


def opened(dispute: Dispute) -> Kept:
    """What `seal` sealed, nothing where it is gone; raises VaultError, KeyMissing."""
    return Kept(**vault.unseal_json(dispute.sealed, context=CONTEXT)) if dispute.sealed else Kept()


def find(token: str) -> Dispute | None:
    """The dispute of a confirmation's link, None for anything else."""
    nonce = tokens.nonce_of(CONFIRM, token)
    rows = Dispute.objects.select_related("appeal__team")
    return rows.filter(nonce=nonce).first() if nonce else None


def subject_ref(dispute: Dispute) -> str:
    """What the messages to a disputer are filed under."""
    return f"dispute:{dispute.pk}"


def url(path: str) -> str:
    """A whole address."""
    return env.load().base_url + path
