"""The plain requests of a crowd: letter pages, signatures and confirmations, answered without Django."""

import re

from undersigned.front import asked as requests
from undersigned.front.answer import Answer, App, Scope
from undersigned.front.confirm import Confirm
from undersigned.front.inside import Inside
from undersigned.front.letters import Letters
from undersigned.front.sign import Sign
from undersigned.front.versions import Versions
from undersigned.front.writer import Writer

_FORM = re.compile(r"/appeals/([-a-zA-Z0-9_]+)/([-a-zA-Z0-9_]+)/sign\Z")
_JSON = re.compile(r"/api/v1/appeals/([-a-zA-Z0-9_]+)/texts/([-a-zA-Z0-9_]+)/signatures\Z")
_LINK = re.compile(r"/confirm/([A-Za-z0-9_-]{43})/\Z")
_CODE = "/confirm/"


class Plain:
    """What one web process answers itself; made once its event loop runs."""

    def __init__(self, django: App) -> None:
        self._versions = Versions()
        self._inside = Inside()
        self._writer = Writer()
        self._writer.start()
        self._letters = Letters(django, self._versions)
        self._sign = Sign(self._versions, self._writer, self._inside)
        self._confirm = Confirm(self._writer, self._inside)

    async def page(self, scope: Scope) -> Answer | None:
        """The answer to a GET; None for what is for Django to answer."""
        if not scope["path"].startswith("/appeals/"):
            return None
        asked = requests.read(scope)
        if asked is None:
            return None
        return self._letters.now(asked) or await self._letters.answer(asked)

    async def post(self, scope: Scope, body: bytes) -> Answer | None:
        """The answer to a POST, after its commit; None for what is for Django. Raises Full."""
        asked = requests.read(scope, body)
        if asked is None:
            return None
        path: str = scope["path"]
        if match := _FORM.match(path):
            return await self._sign.form(asked, *match.groups())
        if match := _LINK.match(path):
            return await self._confirm.link(asked, match[1])
        if match := _JSON.match(path):
            return await self._sign.json(asked, *match.groups())
        return await self._confirm.code(asked) if path == _CODE else None

    def forget(self) -> None:
        """Reads everything that it keeps in memory anew from now on."""
        self._versions.forget()
        self._letters.forget()

    async def stop(self) -> None:
        """Ends when everything that was accepted is stored."""
        await self._writer.stop()
        await self._versions.close()
        await self._inside.close()
