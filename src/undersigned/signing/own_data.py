"""Everything that is kept about one person, for that person: asked for on the private page, sent for by mail.

The private link alone does not open it: whoever found a forwarded mail would read address and name. A
second link, mailed on request, is good for that day and the next.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse

from undersigned.lib import clock, env, tokens, vault
from undersigned.mailroom import queue
from undersigned.mailroom.models import Message, Suppression
from undersigned.signing import mails, people
from undersigned.signing.confirm import family
from undersigned.signing.models import (
    Amendment,
    Asking,
    DecisionLine,
    Delivery,
    DisputeLine,
    PaperLine,
    Person,
    Signature,
    Undo,
    Vouching,
)

KIND = "own-data"
_NAMES = ("affiliation", "role", "place", "country")


class NoAddress(Exception):
    """Nothing is known by which the person could be written to: the organisers must be asked."""


def _purpose(at: datetime) -> str:
    return f"own-data {at.date().isoformat()}"


@transaction.atomic
def ask(*, signature: Signature, at: datetime | None = None) -> None:
    """Mails the link that opens everything, once in an hour; raises NoAddress."""
    now = at or clock.now()
    person = Person.objects.filter(signature=signature).first()
    to = people.unseal(person)["email"] if person else ""
    if not to:
        raise NoAddress
    token = tokens.token(_purpose(now), signature.nonce)
    queue.enqueue(
        key=f"{KIND}:{signature.pk}:{now:%Y%m%d%H}",
        kind=KIND,
        to=to,
        language=signature.version.language,
        params={
            "title": signature.version.title,
            "title_language": signature.version.language,
            "url": env.load().base_url + reverse("own-data", args=[token]),
        },
        subject_ref=mails.subject_ref(signature),
    )


def find(token: str, *, at: datetime | None = None) -> Signature | None:
    """The signature of a mailed link that is not older than yesterday's; else None."""
    now = at or clock.now()
    for moment in (now, now - timedelta(days=1)):
        nonce = tokens.nonce_of(_purpose(moment), token)
        if nonce is not None:
            rows = Signature.objects.select_related("appeal", "version__text", "person")
            return rows.filter(nonce=nonce, person__isnull=False).first()
    return None


@transaction.atomic
def gather(*, signature: Signature) -> dict[str, Any]:
    """All of it as plain data: what was typed, shown, agreed to, recorded, mailed and handed over."""
    rows = family(signature)
    appeal = signature.appeal
    person = Person.objects.filter(signature=signature).first()
    known = people.unseal(person) if person else {}
    return {
        "appeal": {
            "title": signature.version.title,
            "url": env.load().base_url + reverse("appeal", args=[appeal.slug]) if appeal.is_public else "",
            "responsible": appeal.controller,
            "contact": appeal.controller_contact,
            "purpose": appeal.purpose,
        },
        "given": known,
        "signatures": [_signature(row) for row in rows],
        "mails": _mails(rows),
        "mail_stopped": _stopped(known.get("email", "")),
        "handed_over": [entry for row in rows for entry in _handed(row)],
        "written": clock.now().date().isoformat(),
    }


def _signature(row: Signature) -> dict[str, Any]:
    version = row.version
    line = getattr(row, "public_line", None)
    own = Person.objects.filter(signature=row).first()
    return {
        "state": row.state,
        "way": row.kind,
        "given": people.unseal(own) if own else {},
        "mark_of_the_network": _network(own),
        "signed_words": {
            "title": version.title, "text": version.text.slug, "language": version.language,
            "version": version.number, "digest": version.digest,
        },
        "shown": {
            "how": row.display,
            "name": line.name if line else "",
            **{name: getattr(line, name) if line else "" for name in _NAMES},
            "on_the_list": bool(line and line.listed),
        },
        "agreed": {
            "updates": row.wants_updates, "addressee": row.for_addressee, "edition": row.for_edition,
            "wording": row.consent_wording,
        },
        "moments": {
            name: value.isoformat(timespec="seconds")
            for name in ("created_at", "confirmed_at", "recorded_at", "ended_at", "reminded_at")
            if (value := getattr(row, name))
        },
        "reason": row.reason,
        "first_signatory": row.first_order,
        "by_a_carriers_link": row.carrier_id is not None,
        "vouched_for_by_a_carrier": Vouching.objects.filter(signature=row).exists(),
        "paper_lines": list(PaperLine.objects.filter(signature=row).values("number", "state")),
        "asked_about_newer_words": [
            {"version": asking.version.number, "answer": asking.answer}
            for asking in Asking.objects.filter(signature=row).select_related("version")
        ],
        "disputed": [
            {
                "since": line.dispute.created_at.date().isoformat(), "answer": line.answer,
                "outcome": line.outcome,
            }
            for line in DisputeLine.objects.filter(number=row.pk).select_related("dispute").order_by("pk")
        ],
        "moderated": [
            {
                "act": line.decision.act, "on": line.decision.created_at.date().isoformat(),
                "reason": line.decision.reason, "outcome": line.outcome,
            }
            for line in _decided(row)
        ],
        "log": _log(row),
    }  # fmt: skip


def _network(person: Person | None) -> str:
    return people.network(vault.unseal(person.sealed, context=people.CONTEXT)) if person else ""


def _decided(row: Signature) -> list[DecisionLine]:
    """What moderators decided about it; lines are found through the decisions of its appeal."""
    found = DecisionLine.objects.filter(decision__appeal=row.appeal_id, number=row.pk)
    return list(found.select_related("decision").order_by("pk"))


def _log(row: Signature) -> dict[str, Any]:
    """Where it stands in the public log; each line there names nobody."""
    if row.leaf_index is None:
        return {}
    changes = Amendment.objects.filter(
        appeal=row.appeal_id, sign_leaf=row.leaf_index, leaf_index__isnull=False
    )
    undone = Undo.objects.filter(appeal=row.appeal_id, sign_leaf=row.leaf_index).first()
    return {
        "line": row.leaf_index,
        "commitment": row.commitment,
        "changes": list(changes.order_by("pk").values_list("leaf_index", flat=True)),
        "taken_back": undone.leaf_index if undone else None,
    }


def _mails(rows: list[Signature]) -> list[dict[str, str]]:
    found = Message.objects.filter(subject_ref__in=[mails.subject_ref(row) for row in rows]).order_by("pk")
    return [
        {"kind": mail.kind, "state": mail.state, "written": mail.created_at.isoformat(timespec="seconds")}
        for mail in found
    ]


def _stopped(email: str) -> dict[str, str]:
    row = Suppression.objects.filter(address_key=queue.address_key(email)).first() if email else None
    return {"reason": row.reason, "since": row.at.isoformat(timespec="seconds")} if row else {}


def _handed(row: Signature) -> list[dict[str, str]]:
    """Bundles for an addressee that may hold this name."""
    if not row.for_addressee or row.leaf_index is None:
        return []
    found = Delivery.objects.filter(
        appeal=row.appeal_id, log_size__gt=row.leaf_index, handed_on__isnull=False
    )
    return [{"to": one.recipient, "on": str(one.handed_on), "digest": one.digest} for one in found]
