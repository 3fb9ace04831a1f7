"""Who carries, sealed: name and address are read only where they are shown or written to."""

from dataclasses import asdict, dataclass

from undersigned.circulation.models import Carrier, CoveringLetter, Reply, Work
from undersigned.lib import vault
from undersigned.mailroom import queue

_CONTACT, _LETTER, _REPLY, _BACK = "carrier", "covering-letter", "carrier-reply", "carrier-text"


@dataclass(frozen=True)
class Contact:
    """A carrier's name and address; both empty once erased."""

    name: str = ""
    email: str = ""


@dataclass(frozen=True)
class Words:
    """A covering letter's subject and body."""

    subject: str
    body: str


def seal(contact: Contact) -> bytes:
    """Name and address, encrypted with the key outside the database."""
    return vault.seal_json(asdict(contact), context=_CONTACT)


def contact_of(carrier: Carrier) -> Contact:
    """Name and address of a carrier; raises VaultError, KeyMissing."""
    if carrier.erased_at is not None:
        return Contact()
    return Contact(**vault.unseal_json(carrier.sealed, context=_CONTACT))


def address_key(email: str) -> bytes:
    """What an address is found by without being read."""
    return queue.address_key(email)


def seal_words(words: Words) -> bytes:
    """A letter's words, encrypted."""
    return vault.seal_json(asdict(words), context=_LETTER)


def words_of(letter: CoveringLetter) -> Words:
    """A letter's words."""
    return Words(**vault.unseal_json(letter.sealed, context=_LETTER))


def seal_reply(text: str) -> bytes:
    """What a carrier wrote, encrypted."""
    return vault.seal(text, context=_REPLY)


def reply_text(reply: Reply) -> str:
    """What a carrier wrote."""
    return vault.unseal(reply.sealed, context=_REPLY)


def seal_back(text: str) -> bytes:
    """What the desk wrote about a carrier's text, encrypted."""
    return vault.seal(text, context=_BACK)


def back_text(work: Work) -> str:
    """What the desk wrote about a carrier's text, empty where it wrote nothing."""
    return vault.unseal(work.sealed, context=_BACK) if work.sealed else ""
