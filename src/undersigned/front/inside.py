"""Answers of the site's own views behind its own middleware, without an address that leads to them.

The front retypes no header and no page of Django's: it has Django make each once, or at need.
"""

import asyncio
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from a2wsgi.wsgi import build_environ
from django.core.handlers.base import BaseHandler
from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections, connections
from django.http import HttpRequest, HttpResponse

from undersigned.front.answer import Answer, Scope
from undersigned.lib import env

View = Callable[[HttpRequest], HttpResponse]


class _Request(WSGIRequest):
    """A request that names its view itself."""

    view: View


class Inside(BaseHandler):
    """Runs views behind the middleware of the settings."""

    def __init__(self) -> None:
        super().__init__()
        self.load_middleware()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="front-inside")

    def _get_response(self, request: HttpRequest) -> HttpResponse:
        assert isinstance(request, _Request)
        return request.view(request)

    def answer(self, scope: Scope, body: bytes, view: View) -> Answer:
        """What the site answers to this request when this view is asked."""
        request = _Request(build_environ(scope, io.BytesIO(body)))  # type: ignore[arg-type]
        request.view = view
        response = self.get_response(request)
        assert isinstance(response, HttpResponse)
        headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.items()
        ]
        found = Answer(response.status_code, headers, response.content)
        response.close()
        return found

    async def answer_soon(self, scope: Scope, body: bytes, view: View) -> Answer:
        """The same in a thread of its own."""

        def run() -> Answer:
            close_old_connections()
            return self.answer(scope, body, view)

        return await asyncio.get_running_loop().run_in_executor(self._thread, run)

    def template(self, view: View) -> Answer:
        """What the site answers to a plain POST when this view is asked."""
        scope: Scope = {
            "http_version": "1.1",
            "method": "POST",
            "path": "/",
            "query_string": b"",
            "headers": [(b"host", env.load().host.encode("latin-1"))],
            "server": ("127.0.0.1", 80),
            "client": ("127.0.0.1", 1),
        }
        return self.answer(scope, b"", view)

    async def close(self) -> None:
        """Ends its thread and what it held."""
        await asyncio.get_running_loop().run_in_executor(self._thread, connections.close_all)
        self._thread.shutdown()


def failing(error: Exception) -> View:
    """A view that fails with this error: the site answers as to any view that does."""

    def view(_request: HttpRequest) -> HttpResponse:
        raise error

    return view
