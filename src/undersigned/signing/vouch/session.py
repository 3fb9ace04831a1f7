"""A carrier proves, by a code that goes to the carrier's own mailbox, who is there: for each session anew.

A forwarded link opens nothing here: the code goes to the address that the author wrote to, and is never
shown. The session is a secret in a hidden field of the pages that follow; the database holds its hash.
"""

import hmac
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.appeals import languages
from undersigned.circulation import enclosed, people, post, rights
from undersigned.circulation.answer import NotAllowed, locked
from undersigned.circulation.models import Carrier, DoNotWrite
from undersigned.lib import tokens, vault
from undersigned.mailroom import queue
from undersigned.signing import sealing
from undersigned.signing.models import Voucher

KIND = "vouch-code"
MINUTES = 15
CODE_FOR = timedelta(minutes=MINUTES)
# A code dies of so many wrong ones.
TRIES = 5
# No mail follows another sooner, and no more go to one mailbox in a day, whoever asks.
REST = timedelta(minutes=2)
CODES_A_DAY = 6
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=4)
_SESSION_MAX = 100
_CODE_MAX = 100


class SessionOver(Exception):
    """The session is none, is over, or another one took its place; nothing was changed."""


def of(carrier: Carrier) -> Voucher:
    """What is known of a carrier's vouching; made now where nothing is."""
    return Voucher.objects.select_for_update().get_or_create(
        carrier=carrier, defaults={"appeal": carrier.appeal}
    )[0]


@transaction.atomic
def ask_code(*, token: str) -> None:
    """Sends a code to the carrier's own address; one that went a moment ago is not sent again.

    Raises LinkOver, NotAllowed, Carrier.DoesNotExist.
    """
    carrier, now = _allowed(token)
    voucher = of(carrier)
    if voucher.code_key is not None and voucher.code_sent_at and voucher.code_sent_at + REST > now:
        return
    email = people.contact_of(carrier).email
    if queue.recent(email, now - timedelta(days=1), [KIND]) >= CODES_A_DAY:
        raise NotAllowed(_("You have asked for many codes today. Please try again tomorrow."))
    if not _send(carrier, email, now):
        raise NotAllowed(_("No mail can be sent to your address. Please write to the author."))


def _send(carrier: Carrier, email: str, now: datetime) -> bool:
    code = tokens.code(secrets.randbelow(1 << 34), tokens.new_nonce())
    silent = (
        carrier.address_key is None
        or DoNotWrite.objects.filter(address_key=bytes(carrier.address_key)).exists()
    )
    found = enclosed.of(enclosed.text_for(carrier))
    message = None if silent else queue.enqueue(
        key=f"{KIND}:{carrier.pk}:{secrets.token_hex(8)}",
        kind=KIND,
        to=email,
        language=languages.interface_language(carrier.language),
        params={
            "title": found.title, "title_language": found.language, "code": code, "minutes": MINUTES,
        },
        subject_ref=post.cover_ref(carrier.pk),
    )  # fmt: skip
    if message is None:
        return False
    Voucher.objects.filter(pk=carrier.pk).update(
        code_key=_hash("code", carrier, code), code_sent_at=now, tries=0
    )
    return True


@transaction.atomic
def enter(*, token: str, typed: str) -> str | None:
    """Opens a session with the mailed code and ends the one before; None for a wrong code.

    Raises LinkOver, NotAllowed, Carrier.DoesNotExist.
    """
    carrier, now = _allowed(token)
    voucher = of(carrier)
    if voucher.code_key is None or voucher.code_sent_at is None or voucher.code_sent_at + CODE_FOR <= now:
        return None
    code = tokens.normal_code(typed) if len(typed) <= _CODE_MAX else None
    if not hmac.compare_digest(bytes(voucher.code_key), _hash("code", carrier, code or "")):
        voucher.tries += 1
        if voucher.tries >= TRIES:
            voucher.code_key = None
        voucher.save(update_fields=["tries", "code_key"])
        return None
    session = secrets.token_urlsafe(32)
    voucher.code_key = None
    voucher.session_key = _hash("session", carrier, session)
    voucher.session_began_at = voucher.session_seen_at = now
    voucher.save(update_fields=["code_key", "session_key", "session_began_at", "session_seen_at"])
    return session


def hold(*, token: str, session: str) -> tuple[Carrier, Voucher, datetime]:
    """The carrier of a session that is open, locked for the caller's transaction, and open for longer now.

    Raises LinkOver, NotAllowed, SessionOver, Carrier.DoesNotExist.
    """
    carrier, now = _allowed(token)
    voucher = of(carrier)
    began, seen = voucher.session_began_at, voucher.session_seen_at
    if voucher.session_key is None or began is None or seen is None or len(session) > _SESSION_MAX:
        raise SessionOver
    if not hmac.compare_digest(bytes(voucher.session_key), _hash("session", carrier, session)):
        raise SessionOver
    if seen + IDLE <= now or began + LONGEST <= now:
        raise SessionOver
    voucher.session_seen_at = now
    voucher.save(update_fields=["session_seen_at"])
    voucher.carrier = carrier
    return carrier, voucher, now


@transaction.atomic
def shown(*, token: str, session: str) -> Voucher:
    """What an open session may show; raises as `hold` does."""
    return hold(token=token, session=session)[1]


@transaction.atomic
def end(*, token: str, session: str) -> None:
    """Ends a session; raises as `hold` does."""
    _carrier, voucher, _now = hold(token=token, session=session)
    voucher.session_key = None
    voucher.save(update_fields=["session_key"])


def _allowed(token: str) -> tuple[Carrier, datetime]:
    carrier, now = locked(token)
    if not rights.now_of(carrier).vouch:
        raise NotAllowed(_("The author did not give you this right."))
    if carrier.appeal.is_sealed:
        raise NotAllowed(str(sealing.CANNOT_HOLD))
    return carrier, now


def _hash(what: str, carrier: Carrier, secret: str) -> bytes:
    return vault.keyed_hash("token", f"vouch-{what}:{carrier.pk}:{secret}")
