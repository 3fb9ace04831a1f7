"""Plain confirmations, by link and by code: what stands afterwards is told by the page they lead to.

A link or code that is unknown, expired or too late changes nothing, and is for Django to answer.
"""

from collections.abc import Callable

from django.urls import reverse

from undersigned.appeals import answers
from undersigned.front.answer import Answer
from undersigned.front.asked import Asked
from undersigned.front.inside import Inside, failing
from undersigned.front.writer import Full, Writer
from undersigned.lib import fields, tokens
from undersigned.signing import limits
from undersigned.signing.confirm import Asked as Confirmation
from undersigned.signing.confirm import Standing

_TOKEN_LENGTH = 43


class Confirm:
    """The plain confirmations of one process."""

    def __init__(self, writer: Writer, inside: Inside) -> None:
        self._writer = writer
        self._inside = inside
        self._see = inside.template(lambda _request: answers.see("/"))

    async def link(self, asked: Asked, token: str) -> Answer | None:
        """The answer to the button behind a link."""
        nonce = tokens.nonce_of("confirm", token)
        if nonce is None or asked.is_cross_site:
            return None

        def is_own(standing: Standing) -> bool:
            return bytes(standing.nonce) == nonce

        return await self._confirm(asked, Confirmation(token, None), is_own)

    async def code(self, asked: Asked) -> Answer | None:
        """The answer to a typed code."""
        values = None if asked.is_cross_site else asked.form()
        if values is None or limits.codes.wait(asked.network, limits.CODE_TRIES):
            return None
        try:
            typed = fields.clean_line(values.get("code"), required=True)
        except fields.FieldError:
            return None
        # A link's token in the field of codes is no code.
        normal = tokens.normal_code(typed) if len(typed) < _TOKEN_LENGTH else None
        if normal is None:
            return None

        def is_own(standing: Standing) -> bool:
            return tokens.code(standing.pk, standing.nonce) == normal

        return await self._confirm(asked, Confirmation(None, typed), is_own)

    async def _confirm(
        self, asked: Asked, confirmation: Confirmation, is_own: Callable[[Standing], bool]
    ) -> Answer | None:
        try:
            done = await self._writer.confirm(confirmation)
        except Full:
            raise
        except Exception as error:
            return await self._inside.answer_soon(asked.scope, asked.body, failing(error))
        standing = done.signature
        if standing is None:
            return None
        name = "confirm" if is_own(standing) else "mine"
        address = reverse(name, args=[tokens.token(name, standing.nonce)])
        return self._see.with_header(b"location", address.encode())
