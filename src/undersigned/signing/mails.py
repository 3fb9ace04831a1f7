"""The messages about a signature: neutral subjects, a link and a code, and no word that a stranger typed."""

from collections.abc import Callable
from json import dumps
from json.encoder import encode_basestring as quoted
from typing import Any, Protocol

from django.urls import reverse

from undersigned.lib import env, tokens
from undersigned.mailroom import queue
from undersigned.signing.models import Signature

# What a sign POST may cause; an address gets only so many of them in a day.
ASKING = ("confirm", "already", "move")
PENDING_DAYS = 14
# Stands for any token in a link: no other part of an address looks like it.
_TOKEN = "~" * 43


def subject_ref(signature: Signature) -> str:
    """What the messages about a signature are filed under."""
    return subject_ref_of(signature.pk)


def subject_ref_of(pk: int) -> str:
    """The same by the row's number."""
    return f"signature:{pk}"


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
        code=tokens.code(signature.pk, signature.nonce),
        code_url=env.load().base_url + reverse("confirm-code"),
        days=PENDING_DAYS,
    )


class Words(Protocol):
    """What a message says of the words that were signed."""

    @property
    def title(self) -> str: ...
    @property
    def number(self) -> int: ...
    @property
    def language(self) -> str: ...


class Letters:
    """The messages of many signatures, as JSON made by hand; what they share is made once."""

    def __init__(self) -> None:
        self._base = env.load().base_url
        self._code = tokens.coder()
        self._links: dict[str, tuple[str, Callable[[bytes], str], str]] = {}
        self._heads: dict[tuple[str, int, str], str] = {}
        self._code_url = quoted(self._base + reverse("confirm-code"))

    def ask(
        self, kind: str, *, pk: int, nonce: bytes, words: Words, to: str, address_key: bytes, language: str,
        passing: bool = False,
    ) -> queue.Mail:  # fmt: skip
        """Asks for a confirmation: kind `confirm`, or `move` where it would move a signature that stands."""
        params = (
            f'{self._head(words)},"url":{self._link("confirm", nonce)},"code":"{self._code(pk, nonce)}",'
            f'"code_url":{self._code_url},"days":{PENDING_DAYS}}}'
        )
        ref = subject_ref_of(pk)
        return queue.Mail(f"{kind}:{pk}", kind, to, address_key, language, params, ref, passing)

    def already(
        self, *, pk: int, about_nonce: bytes, words: Words, to: str, address_key: bytes, language: str,
        passing: bool = False,
    ) -> queue.Mail:  # fmt: skip
        """Says that the address has signed, with the way to what stands.

        Filed under the row that asked: what stands may be erased at this very moment, and nobody would ever
        forget a message of a signature that is gone.
        """
        params = f'{self._head(words)},"url":{self._link("mine", about_nonce)}}}'
        ref = subject_ref_of(pk)
        return queue.Mail(f"already:{pk}", "already", to, address_key, language, params, ref, passing)

    def signed(
        self, *, pk: int, nonce: bytes, wants_updates: bool, words: Words, to: str, address_key: bytes
    ) -> queue.Mail:
        """Sends the link to the private page, once confirmed."""
        stop = f',"unsubscribe_url":{self._link("unsubscribe", nonce)}' if wants_updates else ""
        params = f'{self._head(words)},"url":{self._link("mine", nonce)}{stop}}}'
        return queue.Mail(
            f"signed:{pk}", "signed", to, address_key, words.language, params, f"signature:{pk}"
        )

    def _head(self, words: Words) -> str:
        key = (words.title, words.number, words.language)
        if key not in self._heads:
            head = {"title": words.title, "version": words.number, "title_language": words.language}
            self._heads[key] = dumps(head, ensure_ascii=False, separators=(",", ":"))[:-1]
        return self._heads[key]

    def _link(self, name: str, nonce: bytes) -> str:
        """A whole link with the token for the purpose of that name, as JSON."""
        if name not in self._links:
            begin, end = (self._base + reverse(name, args=[_TOKEN])).split(_TOKEN)
            self._links[name] = (quoted(begin)[:-1], tokens.maker(name), quoted(end)[1:])
        begin, token, end = self._links[name]
        return f"{begin}{token(nonce)}{end}"


def ask(kind: str, signature: Signature, *, to: str, language: str) -> None:
    """Queues what `Letters.ask` makes of one signature."""
    mail = Letters().ask(
        kind, pk=signature.pk, nonce=bytes(signature.nonce), words=signature.version, to=to,
        address_key=queue.address_key(to), language=language,
    )  # fmt: skip
    queue.enqueue_many([mail], queue.look([mail.address_key]))


def already(signature: Signature, *, about: Signature, to: str, language: str) -> None:
    """Queues what `Letters.already` makes of one signature."""
    mail = Letters().already(
        pk=signature.pk, about_nonce=bytes(about.nonce), words=about.version, to=to,
        address_key=queue.address_key(to), language=language,
    )  # fmt: skip
    queue.enqueue_many([mail], queue.look([mail.address_key]))


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
