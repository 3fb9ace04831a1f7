"""Taking an organisation's wish to sign: stored with its message to the officer, whoever has signed."""

from datetime import datetime, timedelta

from django.db import transaction

from undersigned.appeals.models import Appeal, Version
from undersigned.lib import clock, env, tokens, vault
from undersigned.mailroom import queue
from undersigned.signing import consent, limits, opening, repeats
from undersigned.signing.collation import sort_key
from undersigned.signing.intake import NotAccepted
from undersigned.signing.models import Organisation, OrganisationRule
from undersigned.signing.organisations import mails, sealed
from undersigned.signing.organisations.request import Request

_DAY = timedelta(hours=24)


def rule_of(appeal: Appeal) -> OrganisationRule:
    """What the organisers decided about organisations; unsaved where they decided nothing."""
    return OrganisationRule.objects.filter(appeal=appeal).first() or OrganisationRule(appeal=appeal)


def accepts(appeal: Appeal, at: datetime) -> bool:
    """Whether an organisation may ask to sign now."""
    # An officer's name and address would stay with this server.
    return not appeal.is_sealed and opening.accepts(appeal, at) and rule_of(appeal).accepts


def repeat_key(appeal: Appeal, domain: str) -> bytes:
    """What one organisation is known by in an appeal; no address has the same."""
    return vault.keyed_hash(repeats.key_name(appeal), f"organisation {domain}")


@transaction.atomic
def ask(*, version: Version, request: Request, language: str, at: datetime | None = None) -> Organisation:
    """Stores a request and queues the officer's message; the same work whether or not others came before.

    Over the limit of messages to the address the row is stored and nothing is sent. Raises NotAccepted.
    """
    now = at or clock.now()
    appeal = version.text.appeal
    if not accepts(appeal, now):
        raise NotAccepted
    row = Organisation.objects.create(
        appeal=appeal,
        version=version,
        nonce=tokens.new_nonce(),
        second_nonce=tokens.new_nonce() if request.second else None,
        repeat_key=repeat_key(appeal, request.domain),
        name=request.name,
        place=request.place,
        country=request.country,
        domain=request.domain,
        sort_key=sort_key(request.name, version.language),
        resolved_on=request.resolved_on,
        resolution_digest=sealed.resolution_digest(request.resolved_on, request.resolution),
        sealed=sealed.seal(sealed.of_request(request)),
        shows_officers=request.shows_officers,
        for_addressee=request.addressee,
        for_edition=request.edition,
        consent_wording=consent.WORDING,
        created_at=now,
    )
    if _may_mail(request.officer.email, now):
        mails.confirm(row, to=request.officer.email, language=language)
    return row


def _may_mail(to: str, now: datetime) -> bool:
    most = env.load().mails_per_address
    sent = queue.recent(to, now - _DAY, mails.ASKING)
    return sent < most and limits.may_mail(to, most)
