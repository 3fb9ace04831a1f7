"""One server in one command: looks before it starts, then keeps web, mail sender and publisher alive."""

import logging
import os
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import FrameType

import uvicorn

from undersigned.accounts import setup
from undersigned.asgi import app
from undersigned.front import guard
from undersigned.lib import env, later
from undersigned.lib.http import is_loopback
from undersigned.operate import folder, schema
from undersigned.operate.supervisor import Role, Supervisor

_BACKLOG = 2048
# Databases, logs, ledger files.
_OWN_FILES = 200
# Shorter than the supervisor's own patience, so that it rarely has to kill.
_DRAIN_SECONDS = 15
# The first answer does not wait for what mail and publication load, nor for views that nobody asked for.
_HEAD_START = 1.0
_VIEWS_AFTER = 3.0


@dataclass(frozen=True)
class Loop:
    """A process beside the web: what it loads, and what it runs."""

    load: Callable[[], object]
    run: Callable[[], int]


class CannotServe(Exception):
    """The server must not start; the message says why and what to do."""


def listen() -> socket.socket:
    """The listening socket, bound; raises CannotServe."""
    settings = env.load()
    if settings.debug and not is_loopback(settings.bind):
        raise CannotServe(
            f"UNDERSIGNED_DEBUG shows the program's inside: never on {settings.bind}. Switch it off"
        )
    family = socket.AF_INET6 if ":" in settings.bind else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.bind, settings.port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise CannotServe(
            f"cannot listen on {settings.bind} port {settings.port}: {error.strerror}"
            " (choose another with --port or UNDERSIGNED_PORT)"
        ) from error
    return listener


def refuse_unfit_database() -> None:
    """Raises CannotServe when database and program do not fit."""
    problem = schema.standing().problem
    if problem:
        raise CannotServe(problem)


def serve(loops: Mapping[str, Loop]) -> int:
    """Runs until it is told to stop; `loops` are the processes beside the web, by name."""
    with folder.lock(alone=False), listen() as listener:
        refuse_unfit_database()
        _announce()
        web = partial(_web, listener)
        roles = [Role(f"web {number + 1}", web, essential=True) for number in range(env.load().web_workers)]
        due = time.monotonic() + _HEAD_START
        roles += [Role(name, loop.run, prepare=loop.load, due=due) for name, loop in loops.items()]
        return Supervisor(roles).run()


def _announce() -> None:
    settings = env.load()
    print(f"Undersigned is at {settings.base_url}", flush=True)
    host = settings.host.rsplit(":", 1)[0]
    if not is_loopback(settings.bind) and is_loopback(host):
        print(
            f"It listens on {settings.bind}, but answers only to the name {host}: set UNDERSIGNED_BASE_URL.",
            file=sys.stderr,
        )
    link = setup.link()
    if link:
        left = setup.minutes_left()
        print(f"No account exists yet. Make the first one within {left} minutes:\n  {link}", flush=True)


def _web(listener: socket.socket) -> int:
    # uvicorn raises the signal that stopped it once more after the last answer.
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, _leave)
    # Its warnings are about single requests that are none: an attacker would fill the disk with them.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
    _allow_connections()
    config = uvicorn.Config(
        app,
        http=guard.Guarded,
        log_config=None,
        access_log=False,
        server_header=False,
        # Whom to believe about a client's address is settled in one place, lib.http.
        proxy_headers=False,
        ws="none",
        lifespan="on",
        timeout_keep_alive=15,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
    )
    server = uvicorn.Server(config)
    _load_views_soon()
    server.run(sockets=[listener])
    return 0 if server.started else 1


def _load_views_soon() -> None:
    """Nobody who comes to the desk first waits for its views."""
    timer = threading.Timer(_VIEWS_AFTER, later.load_all)
    timer.daemon = True
    timer.start()


def _allow_connections() -> None:
    """As many files as the system lets a process open, and no more connections than leave some for itself."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = guard.MOST_CONNECTIONS + _OWN_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        guard.Guarded.most = max(_OWN_FILES, soft - _OWN_FILES)


def _leave(_number: int, _frame: FrameType | None) -> None:
    # Threads that still write to a client that is gone must not hold the process.
    os._exit(0)
