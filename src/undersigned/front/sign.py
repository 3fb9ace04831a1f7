"""Plain signatures, by form and by JSON: checked by the rules of every door, stored by the writer.

What is not plain gets None here, before anything was done, and is for Django to answer.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from undersigned.appeals import answers
from undersigned.appeals.models import Version
from undersigned.front.answer import Answer
from undersigned.front.asked import Asked
from undersigned.front.inside import Inside, View, failing
from undersigned.front.versions import Versions
from undersigned.front.writer import Full, Writer
from undersigned.lib import clock
from undersigned.lib.rates import Rates
from undersigned.signing import api, intake, limits, opening
from undersigned.signing.request import Invalid, SignRequest, read
from undersigned.signing.views import sign as views

_ADDRESSES = 256
# Pages a minute that say to one network that it has to wait.
MOST_REFUSALS = 20
# The same for all who meet the limit of a mail domain or an appeal.
MOST_REFUSALS_TOGETHER = 600


class _Trouble(NamedTuple):
    """The views that say why nothing was stored."""

    unavailable: Callable[[HttpRequest, Version], HttpResponse]
    closed: Callable[[HttpRequest, Version], HttpResponse]


# Never sent: each door has an answer of its own to a signature that is stored.
_STORED = Answer(0, [], b"")
_IN_HTML = _Trouble(views.unavailable, views.closed)
_IN_JSON = _Trouble(api.unavailable, api.closed)


class Sign:
    """The plain sign POSTs of one process."""

    def __init__(self, versions: Versions, writer: Writer, inside: Inside) -> None:
        self._versions = versions
        self._writer = writer
        self._inside = inside
        self._seen = lru_cache(maxsize=_ADDRESSES)(self._see)
        self._accepted = inside.template(lambda _request: api.accepted())
        self._refused = Rates(bits=16)
        self._enough = {why: inside.template(_enough(limits.Over(why, 1))) for why in limits.WHYS}

    async def form(self, asked: Asked, slug: str, text: str) -> Answer | None:
        """The answer to a plain form."""
        values = None if asked.is_cross_site else asked.form()
        refused = await self._sign(asked, values, slug, text, _IN_HTML)
        return self._seen(slug, text) if refused is _STORED else refused

    async def json(self, asked: Asked, slug: str, text: str) -> Answer | None:
        """The answer to a plain JSON object."""
        values = None if asked.is_cross_site else asked.json()
        refused = await self._sign(asked, values, slug, text, _IN_JSON)
        return self._accepted if refused is _STORED else refused

    async def _sign(
        self, asked: Asked, values: dict[str, Any] | None, slug: str, text: str, trouble: _Trouble
    ) -> Answer | None:
        """_STORED, the answer that says why not, or None for what is Django's to answer."""
        # Who came by a carrier's link is counted for the carrier, and Django looks that up.
        if values is None or "via" in values:
            return None
        version = await self._version(slug, text)
        if version is None or not _is_meant(version, values.get("version")):
            return None
        request = self._take(version, values, asked.network)
        if not isinstance(request, SignRequest):
            return request
        return await self._store(asked, version, request, trouble)

    async def _version(self, slug: str, text: str) -> Version | None:
        version = await self._versions.newest(slug, text)
        if version is None or not opening.accepts(version.text.appeal, clock.now()):
            return None
        return version

    def _take(self, version: Version, values: dict[str, Any], network: str) -> SignRequest | Answer | None:
        """The request, counted for the limits; None where a rule or a limit is against it."""
        if over := limits.wait(network):
            return self._refuse(over, network)
        appeal = version.text.appeal
        try:
            request = read(appeal, values)
        except Invalid:
            return None
        over = limits.take(appeal=appeal, network=network, email=request.email, proved=values.get("proof"))
        return self._refuse(over, network) if over else request

    def _refuse(self, over: limits.Over, network: str) -> Answer | None:
        """None for Django's page; who goes on and on is no longer worth one, be it a network or a crowd."""
        if over.why in ("domain", "appeal"):
            flooding = self._refused.take(over.why, MOST_REFUSALS_TOGETHER)
        else:
            flooding = self._refused.take(network, MOST_REFUSALS)
        if not flooding:
            return None
        return self._enough[over.why].with_header(b"retry-after", str(over.seconds).encode())

    async def _store(
        self,
        asked: Asked,
        version: Version,
        request: SignRequest,
        trouble: _Trouble,
    ) -> Answer:
        """_STORED, or the answer that says why not."""
        try:
            await self._writer.sign(intake.Intake(version, request, version.language, None, asked.network))
        except Full:
            raise
        except (OperationalError, OSError):
            return await self._say(asked, lambda seen: trouble.unavailable(seen, version))
        except intake.NotAccepted:
            return await self._say(asked, lambda seen: trouble.closed(seen, version))
        except Exception as error:
            return await self._say(asked, failing(error))
        return _STORED

    async def _say(self, asked: Asked, view: View) -> Answer:
        return await self._inside.answer_soon(asked.scope, asked.body, view)

    def _see(self, slug: str, text: str) -> Answer:
        address = reverse("signed", args=[slug, text])
        return self._inside.template(lambda _request: answers.see(address))


def _is_meant(version: Version, number: object) -> bool:
    """Whether the words that were read are those of this Version, plainly said or taken for granted."""
    # Not `==` alone: to Python 1, 1.0 and True are equal.
    return (
        number is None or number == "" or (type(number) in (str, int) and str(number) == str(version.number))
    )


def _enough(over: limits.Over) -> View:
    def view(_request: HttpRequest) -> HttpResponse:
        text = f"{over.words}\n"
        answer = HttpResponse(text, status=429, content_type="text/plain; charset=utf-8")
        return answers.guarded(answer, retry=over.seconds)

    return view
