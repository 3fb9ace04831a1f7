"""What the machine gives: folders that are private and one's own, room, a clock that is kept, whole keys."""

import ctypes
import os
import shutil
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from undersigned.lib import env, keys
from undersigned.lib.http import is_loopback
from undersigned.operate import folder
from undersigned.operate.doctor.finding import Finding, fine, problem

_LITTLE_SPACE = 500 << 20
_EARLIEST = 1_767_225_600  # 1 January 2026: before that, this program did not exist
# What the kernel answers while nobody keeps its clock (adjtimex(2)).
_TIME_ERROR = 5
_TIMEX_SIZE = 256


def folders() -> Iterator[Finding]:
    """The data folder and what is secret in it."""
    data = env.load().data.resolve()
    trouble = f"the data folder {data} does not exist: run `undersigned migrate`"
    if data.is_dir():
        trouble = folder.unwritable(data)
    yield problem("folders", trouble) if trouble else fine("folders", f"{data} can be written to")
    closed = [path for path in (data, env.load().keys_folder) if path.is_dir()]
    yield from (_closed(path) for path in closed)
    yield from _strangers(closed)
    yield from _settings_file()


def _closed(path: Path) -> Finding:
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return problem("folders", f"others can look into {path}: chmod 700 {path}")
    return fine("folders", f"{path} is closed to others")


def _strangers(places: list[Path]) -> Iterator[Finding]:
    """Files that a command of another user left behind: the server cannot change them."""
    me = os.geteuid()
    found = [path for place in places for path in place.iterdir() if _owner(path) not in (me, None)]
    if found and me == 0:
        yield problem(
            "folders",
            f"run by root, but {found[0]} belongs to another: run commands as the user of the service",
        )
    elif found:
        names = ", ".join(sorted(path.name for path in found)[:5])
        yield problem("folders", f"{names}: of another user; chown -R {_name(me)} {found[0].parent}")


def _owner(path: Path) -> int | None:
    try:
        return path.lstat().st_uid
    except OSError:
        return None


def _name(user: int) -> str:
    return os.environ.get("USER") or str(user)


def _settings_file() -> Iterator[Finding]:
    """A file of settings may hold passwords."""
    name = os.environ.get(f"{env.PREFIX}CONFIG")
    if name and Path(name).is_file() and stat.S_IMODE(Path(name).stat().st_mode) & 0o007:
        yield problem("folders", f"everybody can read {name}, where passwords stand: chmod 640 {name}")


def space() -> Iterator[Finding]:
    """Room on the disk of the data folder."""
    path = env.load().data.resolve()
    if path.is_dir():
        free = shutil.disk_usage(path).free
        text = f"{free / 1e9:.1f} GB free in the data folder"
        yield fine("disk", text) if free > _LITTLE_SPACE else problem("disk", f"only {text}: make room")


def clock() -> Iterator[Finding]:
    """A closing date and the age of a link are as right as the clock."""
    newest = max((path.stat().st_mtime for path in env.load().data.glob("*.sqlite3*")), default=0)
    if time.time() < max(_EARLIEST, newest - 300):
        yield problem("clock", "the clock is behind what was written here already: set it")
        return
    told = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    kept = is_kept()
    if kept or kept is None or is_loopback(env.load().host):
        yield fine("clock", f"{told}{', kept by the system' if kept else ''}")
    else:
        yield problem("clock", f"{told}, but nobody keeps it: install chrony, or enable systemd-timesyncd")


def is_kept() -> bool | None:
    """Whether the kernel says that its clock is kept in time; None where it cannot be asked."""
    try:
        asked = ctypes.CDLL(None, use_errno=True).adjtimex
    except (OSError, AttributeError):
        return None
    # Zeroes ask for nothing to be changed.
    state = asked(ctypes.create_string_buffer(_TIMEX_SIZE))
    return None if state < 0 else state != _TIME_ERROR


def keys_folder() -> Iterator[Finding]:
    """The keys are there, whole, and nobody else's to read."""
    place = env.load().keys_folder
    if not place.is_dir():
        yield fine("keys", "none yet: made at the first start")
        return
    files = [path for path in place.iterdir() if path.is_file()]
    bad = sorted(path.name for path in files if path.stat().st_size != keys.SIZE)
    loose = sorted(path.name for path in files if stat.S_IMODE(path.stat().st_mode) & 0o077)
    if bad:
        yield problem("keys", f"damaged: {', '.join(bad)}; put the copy of the keys folder back")
    elif loose:
        yield problem("keys", f"open to others: {', '.join(loose[:5])}; chmod 600 {place}/{loose[0]}")
    elif not os.access(place, os.R_OK | os.X_OK):
        yield problem("keys", f"{place} cannot be read by this user")
    else:
        yield fine("keys", f"{len(files)} keys in {place}")
