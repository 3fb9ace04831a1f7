"""Deciding on signatures: which are stored and what each address is sent; the database is not touched."""

from collections.abc import Callable
from dataclasses import dataclass

from undersigned.appeals.models import Version
from undersigned.mailroom import queue
from undersigned.signing import limits, people
from undersigned.signing.mails import Letters
from undersigned.signing.models import Signature
from undersigned.signing.request import SignRequest
from undersigned.signing.sealing import Own

# A signature under a moderator's eye or in dispute is not moved out of it by signing again.
_FROZEN = frozenset({Signature.State.HELD.value, Signature.State.DISPUTED.value})


@dataclass(frozen=True, slots=True)
class Intake:
    """A signature to be taken: the Version that was read, what was asked for, the language of the answer.

    `version.text.appeal` should be fetched with the version.
    """

    version: Version
    request: SignRequest
    language: str
    carrier_id: int | None = None
    # Where it came from, as the limits count; kept as a keyed mark, and not where people are at risk.
    network: str = ""


@dataclass(slots=True)
class Asking:
    """A signature to be taken, made ready outside the transaction."""

    place: int
    intake: Intake
    appeal_id: int
    version_id: int
    repeat_key: bytes
    sealed: bytes
    line: people.Shown
    # Of a sealed appeal: then `sealed` is empty.
    own: Own | None = None
    to: str = ""
    address_key: bytes = b""
    # Whether the mailbox has room, asked once however often a batch is tried.
    has_room: bool | None = None
    # Not to be mailed about: kept as if it had waited too long already.
    stale: bool = False


@dataclass(slots=True)
class Standing:
    """The signature that stands for an address, with what a message says of its words."""

    pk: int
    version_id: int
    state: str
    nonce: bytes
    sealed: bytes | None
    title: str
    number: int
    language: str
    # Of a sealed appeal: the keyed hash of its address as typed.
    spelling: bytes | None = None


@dataclass(slots=True)
class Past:
    """What an address left in an appeal: what stands, and the day's requests that wait."""

    standing: Standing | None = None
    pending: int = 0


@dataclass(frozen=True, slots=True)
class Stored:
    """A signature that is to be stored, and the kind of its message."""

    asking: Asking
    past: Past
    kind: str


NOTHING_PAST = Past()


def address(asking: Asking, past: Past, opened: Callable[[bytes | memoryview], str]) -> str:
    """Where the message goes; the standing signature's own address is the proven one.

    The typed one may only look the same. A sealed value is opened in each case: no clock tells a repeat
    from a first. Of a sealed appeal only the typed one is known.
    """
    if asking.own is not None:
        return asking.intake.request.email
    standing = past.standing
    sealed = asking.sealed if standing is None or standing.sealed is None else standing.sealed
    return people.email(opened(sealed))


def decide(asking: Asking, past: Past, recent: int, most: int) -> Stored | None:
    """What is to be stored and sent; None for an address that got its day's mail.

    By its spelling everywhere (`recent`), by its mailbox in this appeal, and by its mailbox everywhere.
    Nor is anything sent to another spelling of an address that signed a sealed appeal: it may be somebody
    else's, and the proven one is not known any more.
    """
    if asking.own is not None and past.standing is not None and past.standing.spelling != asking.own.spelling:
        return None
    if recent >= most or past.pending >= most:
        return None
    if asking.has_room is None:
        asking.has_room = limits.may_mail(asking.to, most)
    if not asking.has_room:
        return None
    standing = past.standing
    if standing is None:
        kind = "confirm"
    elif standing.version_id == asking.version_id or standing.state in _FROZEN:
        kind = "already"
    else:
        kind = "move"
    return Stored(asking, past, kind)


def letter(stored: Stored, pk: int, nonce: bytes, letters: Letters) -> queue.Mail:
    """The message about a stored signature."""
    asking, standing = stored.asking, stored.past.standing
    version, language = asking.intake.version, asking.intake.language
    if stored.kind == "already" and standing is not None:
        return letters.already(
            pk=pk, about_nonce=standing.nonce, words=standing, to=asking.to,
            address_key=asking.address_key, language=language, passing=asking.own is not None,
        )  # fmt: skip
    return letters.ask(
        stored.kind, pk=pk, nonce=nonce, words=version, to=asking.to,
        address_key=asking.address_key, language=language, passing=asking.own is not None,
    )  # fmt: skip
