"""From what a person names (a site, an appeal, a log, a folder) to the logs to check and their keys."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

from .audit import Fetch
from .checkpoint import parse_checkpoint
from .errors import TlogError
from .note import NoteError, parse_note, parse_vkey
from .sources import Folder, SourceError, Web, read_file

WELL_KNOWN = ".well-known/undersigned.json"
_MAX_DEPTH = 8


class BadInput(TlogError):
    """What was typed names nothing that could be verified."""


@dataclass(frozen=True, slots=True)
class Target:
    """One log to check: where it lies and, if the place says so, under which key."""

    place: str
    fetch: Fetch
    origin: str | None
    vkey: str | None
    leftovers: Callable[[], Iterator[str]] | None = None


@dataclass(frozen=True, slots=True)
class _Listed:
    origin: str
    vkey: str
    url: str


def _json(data: bytes, place: str) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"{place} is not JSON") from error
    if not isinstance(value, dict):
        raise SourceError(f"{place} is not an object")
    return value


def _string(value: Any, name: str, place: str) -> str:
    text = value.get(name) if isinstance(value, dict) else None
    if not isinstance(text, str) or not text:
        raise SourceError(f"{place} lacks {name}")
    return text


def _listed(data: bytes, place: str) -> list[_Listed]:
    """The logs that a `.well-known/undersigned.json` names, each under a key of its own origin."""
    logs = _json(data, place).get("logs")
    if not isinstance(logs, list):
        raise SourceError(f"{place} has no list of logs")
    found = []
    for log in logs:
        origin, vkey = _string(log, "origin", place), _string(log, "vkey", place)
        if parse_vkey(vkey).name != origin:
            raise SourceError(f"{place} gives {origin} a key of another name")
        found.append(_Listed(origin, vkey, str(log.get("url") or "")))
    return found


def _well_known(web: Web, site: str) -> list[_Listed] | None:
    url = f"{site}/{WELL_KNOWN}"
    data = web.get(url)
    return None if data is None else _listed(data, url)


def from_url(url: str, web: Web) -> list[Target]:
    """The logs behind the address of a site, an appeal's page, or a log."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.username is not None:
        raise BadInput(f"not an address to verify: {url}")
    path = parts.path.rstrip("/")
    host = f"{parts.scheme}://{parts.netloc}"
    before, mark, after = path.partition("/ledger/")
    if mark and after:
        return [_log_target(web, host + before, after.split("/")[0])]
    before, mark, after = path.partition("/appeals/")
    if mark and after:
        return [_appeal_target(web, host + before, unquote(after.split("/")[0]))]
    return _site_targets(web, host + path)


def _log_target(web: Web, site: str, log: str) -> Target:
    base = f"{site}/ledger/{log}"
    origin = base.partition("://")[2]
    for listed in _well_known(web, site) or ():
        if listed.origin == origin or urljoin(site + "/", listed.url).rstrip("/") == base:
            return Target(base, web.log(base), listed.origin, listed.vkey)
    return Target(base, web.log(base), None, None)


def _appeal_target(web: Web, site: str, slug: str) -> Target:
    url = f"{site}/api/v1/appeals/{quote(slug, safe='')}"
    data = web.get(url)
    if data is None:
        raise SourceError(f"{site} has no public appeal {slug}")
    log = _json(data, url).get("log")
    if not log:
        raise SourceError(f"the appeal {slug} has no log yet")
    origin, vkey = _string(log, "origin", url), _string(log, "vkey", url)
    base = f"{urlsplit(site).scheme}://{origin}"
    for listed in _well_known(web, site) or ():
        if listed.origin == origin:
            if listed.vkey != vkey:
                raise SourceError(f"{site} publishes two keys for {origin}")
            base = _address(site, listed) or base
    return Target(base, web.log(base), origin, vkey)


def _address(site: str, listed: _Listed) -> str | None:
    if not listed.url:
        return None
    url = urljoin(site + "/", listed.url).rstrip("/")
    if urlsplit(url).scheme not in ("http", "https"):
        raise SourceError(f"{site} names a log at an address that is not of the web")
    return url


def _site_targets(web: Web, site: str) -> list[Target]:
    listed = _well_known(web, site)
    if listed is None:
        return [Target(site, web.log(site), None, None)]
    scheme = urlsplit(site).scheme
    targets = []
    for log in listed:
        base = _address(site, log) or f"{scheme}://{log.origin}"
        targets.append(Target(base, web.log(base), log.origin, log.vkey))
    return targets


def from_folder(root: Path) -> list[Target]:
    """The log in a folder, or all logs in an archive's folder, with the keys kept beside them."""
    folders = [root] if (root / "checkpoint").is_file() else sorted(_log_folders(root))
    if not folders:
        raise BadInput(f"no log in this folder: {root}")
    return [_folder_target(root, folder) for folder in folders]


def _log_folders(root: Path) -> Iterator[Path]:
    for name, folders, files in os.walk(root):
        folder = Path(name)
        if "checkpoint" in files:
            yield folder
        deep = len(folder.relative_to(root).parts) >= _MAX_DEPTH
        folders[:] = [] if deep or "checkpoint" in files else folders


def _folder_target(root: Path, folder: Path) -> Target:
    source = Folder(folder)
    origin = claimed_origin(source("checkpoint") or b"", str(folder))
    return Target(str(folder), source, origin, _folder_key(root, folder, origin), source.tiles)


def claimed_origin(note: bytes, place: str) -> str:
    """The origin that a checkpoint gives itself, before any key vouches for it."""
    try:
        return parse_checkpoint(parse_note(note)[0]).origin
    except TlogError as error:
        raise SourceError(f"{place}: {error}") from error


def _folder_key(root: Path, folder: Path, origin: str) -> str | None:
    own = read_file(folder / "vkey")
    if own is not None:
        try:
            return parse_vkey(own.decode().removesuffix("\n")).vkey
        except (UnicodeDecodeError, NoteError) as error:
            raise SourceError(f"{folder / 'vkey'} is not a verifier key") from error
    while True:
        for name in ("undersigned.json", WELL_KNOWN):
            data = read_file(folder / name)
            for listed in [] if data is None else _listed(data, str(folder / name)):
                if listed.origin == origin:
                    return listed.vkey
        if folder == root:
            return None
        folder = folder.parent


def site_of(origin: str) -> str:
    """The address of the server that an origin names."""
    host = origin.partition("/")[0]
    name = urlsplit(f"//{host}").hostname or ""
    local = name in ("localhost", "::1") or name.startswith("127.")
    return f"{'http' if local else 'https'}://{host}"


def server_key(origin: str, web: Web) -> str:
    """The key that an origin's own server publishes for it."""
    site = site_of(origin)
    for listed in _well_known(web, site) or ():
        if listed.origin == origin:
            return listed.vkey
    raise SourceError(f"{origin.partition('/')[0]} publishes no key for {origin}: give it with --key")


def from_origin(origin: str, web: Web) -> Target:
    """The log that an origin names, under the key that its server publishes if it does."""
    site = site_of(origin)
    base = f"{site.partition('://')[0]}://{origin}"
    for listed in _well_known(web, site) or ():
        if listed.origin == origin:
            base = _address(site, listed) or base
            return Target(base, web.log(base), origin, listed.vkey)
    return Target(base, web.log(base), origin, None)
