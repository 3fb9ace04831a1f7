"""Messages to an organisation's officers: links, the letter's title, and no word that a stranger typed."""

from typing import Any

from django.urls import reverse

from undersigned.lib import env, tokens
from undersigned.mailroom import queue
from undersigned.signing.mails import ASKING as BY_PEOPLE
from undersigned.signing.models import Organisation

CONFIRM, COSIGN, PAGE = "organisation-confirm", "organisation-cosign", "organisation"
# What somebody else than the address's owner may cause; an address gets only so many of them in a day.
ASKING = (*BY_PEOPLE, "org-confirm", "org-cosign")
WAITING_DAYS = 14


def subject_ref(row: Organisation) -> str:
    """What the messages to an organisation are filed under."""
    return f"organisation:{row.pk}"


def second_ref(row: Organisation) -> str:
    """The same for those to its second officer."""
    return f"organisation:{row.pk}:second"


def link(purpose: str, row: Organisation) -> str:
    """A whole link with the token for one purpose, which is the address's name."""
    nonce = row.second_nonce if purpose == COSIGN else row.nonce
    return env.load().base_url + reverse(purpose, args=[tokens.token(purpose, nonce or b"")])


def confirm(row: Organisation, *, to: str, language: str) -> None:
    """Asks the officer to confirm."""
    _queue("org-confirm", row, to, language, subject_ref(row), url=link(CONFIRM, row), days=WAITING_DAYS)


def cosign(row: Organisation, *, to: str, language: str) -> None:
    """Asks the second officer to sign too."""
    _queue("org-cosign", row, to, language, second_ref(row), url=link(COSIGN, row))


def page(row: Organisation, *, to: str, language: str) -> None:
    """Sends the officer the link to the organisation's private page."""
    _queue("org-page", row, to, language, subject_ref(row), url=link(PAGE, row))


def signed(row: Organisation, *, to: str, language: str) -> None:
    """Says that the signature, which had to wait, stands now."""
    _queue("org-signed", row, to, language, subject_ref(row), url=link(PAGE, row))


def forget(row: Organisation) -> None:
    """Deletes every message to the officers."""
    queue.forget(subject_ref=subject_ref(row))
    queue.forget(subject_ref=second_ref(row))


def _queue(kind: str, row: Organisation, to: str, language: str, ref: str, **more: Any) -> None:
    version = row.version
    queue.enqueue(
        key=f"{kind}:{row.pk}",
        kind=kind,
        to=to,
        language=language,
        params={
            "title": version.title,
            "version": version.number,
            "title_language": version.language,
            **more,
        },
        subject_ref=ref,
    )
