"""The messages about a signature: neutral subjects, a link and a code, and no word that a stranger typed."""

from typing import Any

from django.urls import reverse

from undersigned.lib import env, tokens
from undersigned.mailroom import queue
from undersigned.signing.models import Signature

# What a sign POST may cause; an address gets only so many of them in a day.
ASKING = ("confirm", "already", "move")
PENDING_DAYS = 14


def subject_ref(signature: Signature) -> str:
    """What the messages about a signature are filed under."""
    return f"signature:{signature.pk}"


def link(name: str, purpose: str, signature: Signature) -> str:
    """A whole link with the signature's token for one purpose."""
    return env.load().base_url + reverse(name, args=[tokens.token(purpose, signature.nonce)])


def _params(signature: Signature, **more: Any) -> dict[str, Any]:
    version = signature.version
    return {"title": version.title, "version": version.number, "title_language": version.language, **more}


def _confirm_params(signature: Signature) -> dict[str, Any]:
    return _params(
        signature,
        url=link("confirm", "confirm", signature),
        code=tokens.code(signature.nonce),
        code_url=env.load().base_url + reverse("confirm-code"),
        days=PENDING_DAYS,
    )


def ask(kind: str, signature: Signature, *, to: str, language: str) -> None:
    """Asks for a confirmation: kind `confirm`, or `move` where it would move a signature that stands."""
    queue.enqueue(
        key=f"{kind}:{signature.pk}",
        kind=kind,
        to=to,
        language=language,
        params=_confirm_params(signature),
        subject_ref=subject_ref(signature),
    )


def already(signature: Signature, *, about: Signature, to: str, language: str) -> None:
    """Says that the address has signed, with the way to what stands.

    Filed under the row that asked: what stands may be erased at this very moment, and nobody would ever
    forget a message of a signature that is gone.
    """
    queue.enqueue(
        key=f"already:{signature.pk}",
        kind="already",
        to=to,
        language=language,
        params=_params(about, url=link("mine", "mine", about)),
        subject_ref=subject_ref(signature),
    )


def signed(signature: Signature, *, to: str, language: str) -> None:
    """Sends the link to the private page, once confirmed."""
    more = (
        {"unsubscribe_url": link("unsubscribe", "unsubscribe", signature)} if signature.wants_updates else {}
    )
    queue.enqueue(
        key=f"signed:{signature.pk}",
        kind="signed",
        to=to,
        language=language,
        params=_params(signature, url=link("mine", "mine", signature), **more),
        subject_ref=subject_ref(signature),
    )


def remind(signature: Signature, *, to: str, language: str) -> None:
    """Reminds once of a signature that was not confirmed."""
    queue.enqueue(
        key=f"reminder:{signature.pk}",
        kind="reminder",
        to=to,
        language=language,
        params={
            **_confirm_params(signature),
            "unsubscribe_url": link("unsubscribe", "unsubscribe", signature),
        },
        subject_ref=subject_ref(signature),
    )
