"""The front with a writer that stores nothing: what parsing, checking and answering cost alone."""

import importlib

from undersigned.asgi import app

__all__ = ["without_database"]


class _Nothing:
    def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def sign(self, _intake: object) -> None: ...


# Models can be loaded once the application has set Django up.
importlib.import_module("undersigned.front.plain").Writer = _Nothing
without_database = app
