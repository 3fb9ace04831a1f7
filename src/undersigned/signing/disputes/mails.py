"""The messages of a dispute: to who wrote, to the signatory of the line, to the team; no stranger's words."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from undersigned.accounts.models import Membership
from undersigned.accounts.permissions import VERBS
from undersigned.appeals import reading
from undersigned.lib import tokens
from undersigned.lib.vault import VaultError
from undersigned.mailroom import queue
from undersigned.signing import mails, people
from undersigned.signing.disputes import kept
from undersigned.signing.models import Dispute, DisputeLine, Signature

ASKS = "dispute-confirm"
DAYS = 14


def confirm(dispute: Dispute, *, to: str) -> None:
    """Asks who wrote to confirm the address."""
    link = kept.url(reverse(kept.CONFIRM, args=[tokens.token(kept.CONFIRM, dispute.nonce)]))
    _to_disputer(ASKS, dispute, to, url=link)


def answer(dispute: Dispute, kind: str, **more: Any) -> None:
    """Tells who wrote what became of it; kinds are `dispute-frozen`, `-looked`, `-none`, `-upheld`, ..."""
    to = kept.opened(dispute).email
    if to:
        _to_disputer(kind, dispute, to, **more)


def _to_disputer(kind: str, dispute: Dispute, to: str, **more: Any) -> None:
    due: datetime | None = dispute.due_at
    queue.enqueue(
        key=f"{kind}:{dispute.pk}", kind=kind, to=to, language=dispute.language,
        params={
            **_letter(dispute), "days": DAYS, "due": due.date().isoformat() if due else "", **more,
        },
        subject_ref=kept.subject_ref(dispute),
    )  # fmt: skip


def _letter(dispute: Dispute) -> dict[str, Any]:
    version = reading.current_version(reading.original(dispute.appeal))
    return {
        "title": version.title if version else dispute.appeal.title,
        "title_language": version.language if version else dispute.language,
        "contact": dispute.appeal.controller_contact,
    }


def signatory(dispute: Dispute, line: DisputeLine, signature: Signature) -> None:
    """Asks the signatory of a disputed line, at the address that was proven."""
    link = kept.url(reverse(kept.ANSWER, args=[tokens.token(kept.ANSWER, line.nonce)]))
    _to_signatory("dispute-asked", dispute, line, signature, url=link)


def told_signatory(dispute: Dispute, line: DisputeLine, signature: Signature, *, shown: bool) -> None:
    """Tells the signatory what was decided."""
    kind = "dispute-shown" if shown else "dispute-struck"
    _to_signatory(kind, dispute, line, signature, url=mails.link("mine", "mine", signature))


def _to_signatory(kind: str, dispute: Dispute, line: DisputeLine, signature: Signature, **more: Any) -> None:
    if signature.kind != Signature.Kind.MAIL or not hasattr(signature, "person"):
        return
    try:
        to = people.unseal(signature.person)["email"]
    except (VaultError, people.Gone):
        return
    if not to:
        return
    version = signature.version
    queue.enqueue(
        key=f"{kind}:{line.pk}", kind=kind, to=to, language=version.language,
        params={
            "title": version.title, "title_language": version.language, "days": DAYS,
            "contact": dispute.appeal.controller_contact, **more,
        },
        subject_ref=mails.subject_ref(signature),
    )  # fmt: skip


def team(dispute: Dispute, kind: str) -> None:
    """Tells those of the team who may decide that a name is in dispute, or that the deadline has passed."""
    appeal = dispute.appeal
    wanted = Membership.objects.filter(team=appeal.team, role__in=VERBS["roll.moderate"])
    wanted = wanted.filter(user__is_active=True)
    for member in wanted.select_related("user").order_by("pk")[:20]:
        queue.enqueue(
            key=f"{kind}:{dispute.pk}:{member.pk}", kind=kind, to=member.user.email,
            language=member.user.language or dispute.language,
            params={
                **_letter(dispute), "due": dispute.due_at.date().isoformat() if dispute.due_at else "",
                "url": kept.url(reverse("desk-dispute", args=[appeal.slug, dispute.pk])),
            },
            subject_ref=kept.subject_ref(dispute),
        )  # fmt: skip
