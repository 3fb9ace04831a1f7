"""Letter pages from memory: Django's own bytes, asked for again by their ETag, sent to everybody."""

import re
from dataclasses import dataclass

from undersigned.front.answer import Answer, App, Headers, ask
from undersigned.front.asked import Asked
from undersigned.front.kept import Kept
from undersigned.front.versions import Versions
from undersigned.lib import env

LARGEST = 64_000_000
_PATH = re.compile(r"/appeals/([-a-zA-Z0-9_]+)/([-a-zA-Z0-9_]+)/\Z")
_ONE_TAG = re.compile(rb'(?:W/)?("[^",*]+")')
# What these ask for is seldom asked for, and Django knows it.
_CONDITIONS = (b"if-match", b"if-unmodified-since")


@dataclass(frozen=True, slots=True)
class _Page:
    answer: Answer
    # What a reader gets who has this very page; None where Django gave another meanwhile.
    unchanged: Answer | None
    tag: bytes

    @property
    def size(self) -> int:
        return self.answer.size + (self.unchanged.size if self.unchanged else 0)


_Key = tuple[str, bool]


class Letters:
    """The letter pages of one process.

    What a page is made of is known in one place, the view and its ETag: a page in use is asked for
    again with its own ETag at least once a second, and serves for as long as Django says that it may.
    """

    def __init__(self, django: App, versions: Versions, *, largest: int = LARGEST) -> None:
        self._django = django
        self._versions = versions
        self._kept: Kept[_Key, _Page] = Kept(self._make, size=lambda page: page.size, largest=largest)

    def now(self, asked: Asked) -> Answer | None:
        """The answer if it is at hand; no waiting."""
        page = self._kept.now(_key(asked))
        return _answer(page, asked) if page else None

    async def answer(self, asked: Asked) -> Answer | None:
        """The answer; None for what is for Django to answer."""
        if not _PATH.match(asked.scope["path"]):
            return None
        page = await self._kept.get(_key(asked))
        return _answer(page, asked) if page else None

    def forget(self) -> None:
        """Keeps nothing of what was made so far."""
        self._kept.forget()

    async def _make(self, key: _Key, before: _Page | None) -> _Page | None:
        path, packed = key
        match = _PATH.match(path)
        if match is None or await self._versions.newest(*match.groups()) is None:
            return None
        headers: Headers = [(b"host", env.load().host.encode("latin-1"))]
        if packed:
            headers.append((b"accept-encoding", b"gzip"))
        if before:
            answer = await ask(self._django, path, [*headers, (b"if-none-match", before.tag)])
            if answer.status == 304:
                return _Page(before.answer, answer, before.tag)
        else:
            answer = await ask(self._django, path, headers)
        tag = answer.header(b"etag")
        if answer.status != 200 or not tag or answer.header(b"set-cookie"):
            return None
        unchanged = await ask(self._django, path, [*headers, (b"if-none-match", tag)])
        return _Page(answer, unchanged if unchanged.status == 304 else None, tag)


def _key(asked: Asked) -> _Key:
    # As the view itself decides.
    return asked.scope["path"], b"gzip" in asked.headers.get(b"accept-encoding", b"")


def _answer(page: _Page, asked: Asked) -> Answer | None:
    headers = asked.headers
    if any(name in headers for name in _CONDITIONS):
        return None
    known = headers.get(b"if-none-match")
    if known is None:
        return page.answer
    match = _ONE_TAG.fullmatch(known)
    if match is None:
        return None
    return page.unchanged if match[1] == page.tag.removeprefix(b"W/") else page.answer
