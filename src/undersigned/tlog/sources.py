"""Where public files come from: a folder, or a server over HTTP with the standard library alone."""

import http.client
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from .entry import MAX_BUNDLE
from .errors import TlogError
from .tile import FULL_BYTES

SMALL = 1_000_000


class SourceError(TlogError):
    """A place that does not give what should be there."""


def _limit(path: str) -> int:
    if path.startswith("tile/entries/"):
        return MAX_BUNDLE
    return FULL_BYTES if path.startswith("tile/") else SMALL


@dataclass(frozen=True, slots=True)
class Folder:
    """A log's files in a folder."""

    root: Path

    def __call__(self, path: str) -> bytes | None:
        """The bytes of one file, or None where there is none."""
        return read_file(self.root / path, _limit(path))

    def tiles(self) -> Iterator[str]:
        """The paths of all files below `tile`, relative to the log."""
        for folder, _, names in os.walk(self.root / "tile"):
            for name in names:
                yield (Path(folder) / name).relative_to(self.root).as_posix()


def read_file(path: Path, limit: int = SMALL) -> bytes | None:
    """The bytes of a regular file of at most `limit` bytes, or None where there is none."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from error
    if len(data) > limit:
        raise SourceError(f"{path} is too large")
    return data


class _SameHost(HTTPRedirectHandler):
    """A redirect to another host would let one server answer for another."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage, newurl: str
    ) -> Request | None:
        """Follow within one host only, and never from https back to http."""
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        upgrade = (old.scheme, new.scheme) == ("http", "https")
        if old.hostname != new.hostname or not (upgrade or old[:2] == new[:2]):
            raise SourceError(f"{req.full_url} redirects to another host")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> OpenerDirector:
    # Assembled by hand: the default opener would also read file: and ftp: addresses.
    opener = OpenerDirector()
    for handler in (
        ProxyHandler(),
        HTTPHandler(),
        HTTPSHandler(),
        HTTPDefaultErrorHandler(),
        _SameHost(),
        HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


class Web:
    """A client that follows no redirect to another host and reads no more than it should."""

    def __init__(self, timeout: float = 20.0) -> None:
        self._timeout = timeout
        self._opener = _opener()

    def get(self, url: str, limit: int = SMALL) -> bytes | None:
        """The body at an address, or None when the server says that there is none."""
        # The opener above knows http and https only.
        request = Request(url, headers={"User-Agent": "undersigned-verify"})  # noqa: S310
        try:
            with self._opener.open(request, timeout=self._timeout) as answer:
                data: bytes = answer.read(limit + 1)
        except HTTPError as error:
            with error:
                if error.code in (404, 410):
                    return None
            raise SourceError(f"{url} answers {error.code}") from error
        except (URLError, OSError, http.client.HTTPException, UnicodeError, ValueError) as error:
            if isinstance(error, SourceError):
                raise
            reason: Any = getattr(error, "reason", None) or error
            raise SourceError(f"{url} cannot be read: {reason}") from error
        if len(data) > limit:
            raise SourceError(f"{url} is too large")
        return data

    def log(self, base: str) -> "WebLog":
        """The log whose files lie below this address."""
        return WebLog(self, base.rstrip("/"))


@dataclass(frozen=True, slots=True)
class WebLog:
    """A log's files on a server."""

    web: Web
    base: str

    def __call__(self, path: str) -> bytes | None:
        """The bytes of one file, or None where there is none."""
        return self.web.get(f"{self.base}/{path}", _limit(path))
