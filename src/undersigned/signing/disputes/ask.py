"""Taking what somebody writes who did not sign: stored with its message, and no name is looked for yet.

Whoever writes here gets the same page after the same work, whether the name is listed or not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from undersigned.appeals.models import Appeal
from undersigned.lib import clock, env, fields, tokens, vault
from undersigned.mailroom import queue
from undersigned.signing import limits, repeats
from undersigned.signing.disputes import kept, mails
from undersigned.signing.disputes.kept import Kept
from undersigned.signing.models import Dispute
from undersigned.signing.organisations.mails import ASKING
from undersigned.signing.request import Invalid

WORDS_MAX = 1000
_DAY = timedelta(hours=24)


@dataclass(frozen=True)
class Request:
    """What somebody writes, cleaned."""

    name: str
    email: str
    place: str = ""
    words: str = ""


def read(values: Mapping[str, Any]) -> Request:
    """A cleaned request; raises Invalid with all errors at once."""
    cleaned: dict[str, str] = {}
    errors: dict[str, list[str]] = {}
    rules: dict[str, Callable[[Any], str]] = {
        "name": fields.clean_name,
        "email": fields.clean_email,
        "place": fields.clean_line,
        "words": lambda value: fields.clean_line(value, limit=WORDS_MAX),
    }
    for name, clean in rules.items():
        try:
            cleaned[name] = clean(values.get(name))
        except fields.FieldError as error:
            errors[name] = [str(error)]
    if errors:
        raise Invalid(errors)
    return Request(**cleaned)


def address_key(appeal: Appeal, email: str) -> bytes | None:
    """What one mailbox is known by in an appeal; no signature has the same. None once the key is gone."""
    if repeats.are_over(appeal):
        return None
    return vault.keyed_hash(repeats.key_name(appeal), f"dispute {repeats.normal(email)}")


@transaction.atomic
def ask(*, appeal: Appeal, request: Request, language: str, at: datetime | None = None) -> Dispute:
    """Stores a dispute and queues the message that asks to confirm it.

    Over the limit of messages to the address the row is stored and nothing is sent.
    """
    now = at or clock.now()
    dispute = Dispute.objects.create(
        appeal=appeal,
        language=language,
        nonce=tokens.new_nonce(),
        sealed=kept.seal(Kept(request.email, request.name, request.place, request.words)),
        address_key=address_key(appeal, request.email),
        created_at=now,
    )
    if _may_mail(request.email, now):
        mails.confirm(dispute, to=request.email)
    return dispute


def _may_mail(to: str, now: datetime) -> bool:
    most = env.load().mails_per_address
    sent = queue.recent(to, now - _DAY, (*ASKING, mails.ASKS))
    return sent < most and limits.may_mail(to, most)
