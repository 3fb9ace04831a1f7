"""The Version that a new signature of a text signs, kept for a moment."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from django.db import close_old_connections, connections
from django.http import Http404

from undersigned.appeals.models import Version
from undersigned.front.kept import Kept
from undersigned.signing.views.sign import public_version

# A Version holds its words twice, a letter has some tens of kilobytes.
LARGEST = 16_000_000

Address = tuple[str, str]


class Versions:
    """Newest Versions of public texts by the slugs of appeal and text, at most a second old."""

    def __init__(self) -> None:
        # One thread, one connection: never more than one small read at a time.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="front-reader")
        self._kept: Kept[Address, Version] = Kept(self._read, size=_size, largest=LARGEST)

    async def newest(self, slug: str, text: str) -> Version | None:
        """The Version, with its text and appeal; None for what the public does not see."""
        return self._kept.now((slug, text)) or await self._kept.get((slug, text))

    def forget(self) -> None:
        """Reads anew from now on."""
        self._kept.forget()

    async def close(self) -> None:
        """Ends its thread and what it held."""
        await asyncio.get_running_loop().run_in_executor(self._thread, connections.close_all)
        self._thread.shutdown()

    async def _read(self, address: Address, _before: Version | None) -> Version | None:
        return await asyncio.get_running_loop().run_in_executor(self._thread, _look_up, address)


def _look_up(address: Address) -> Version | None:
    close_old_connections()
    try:
        return public_version(*address)
    except Http404:
        return None


def _size(version: Version) -> int:
    return len(version.source) * 4 + len(version.canonical) + 10_000
