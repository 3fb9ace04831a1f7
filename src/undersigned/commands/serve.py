"""Runs the site: web processes, mail sender and publisher under one roof."""

import argparse
import gc
import importlib
import os
from functools import partial
from typing import Any

from undersigned.commands import BY_NAME, BadInput, load, set_up_django
from undersigned.lib import env
from undersigned.operate import folder

HELP = (
    "Run everything that one server needs in one command: web processes, mail sender and publisher. "
    "Stops in order on SIGTERM or Ctrl+C."
)
# The options below change settings, so they must be known before Django reads them.
DJANGO = False


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options."""
    parser.add_argument("--bind", metavar="ADDRESS", help="address to listen on (UNDERSIGNED_BIND)")
    parser.add_argument("--port", type=int, help="port to listen on (UNDERSIGNED_PORT)")
    parser.add_argument("--prepare", action="store_true", help="bring the database up to date first")
    parser.add_argument("--demo", action="store_true", help="load the demonstration appeal if it is absent")
    parser.add_argument(
        "--only-web", action="store_true", help="leave mail and publication to processes of their own"
    )


def run(options: argparse.Namespace) -> int:
    """Serves until it is told to stop."""
    # Nothing that is loaded now is ever garbage; looking for some takes a tenth of the start.
    gc.disable()
    _settle_address(options)
    _prepare_folder()
    set_up_django()
    if options.prepare:
        _run_command("migrate", ["--quiet"])
    if options.demo:
        _run_command("demo", ["--quiet"])
    serving = importlib.import_module("undersigned.operate.serving")
    loops = {"mail sender": "send-mail", "publisher": "publish", "deliveries": "deliver"}
    gc.enable()
    try:
        return int(serving.serve({} if options.only_web else _loops(serving.Loop, loops)))
    except serving.CannotServe as error:
        raise BadInput(str(error)) from error
    except folder.InUse:
        raise BadInput("a restore is under way in this data folder") from None


def _settle_address(options: argparse.Namespace) -> None:
    """Options win over settings; without a base URL, links name the port that is listened on."""
    if options.bind is not None:
        os.environ["UNDERSIGNED_BIND"] = options.bind
    if options.port is not None:
        os.environ["UNDERSIGNED_PORT"] = str(options.port)
    env.load.cache_clear()
    settings = env.load()
    if "base_url" not in settings.given:
        os.environ["UNDERSIGNED_BASE_URL"] = f"http://127.0.0.1:{settings.port}"
        env.load.cache_clear()


def _prepare_folder() -> None:
    try:
        # Whoever serves static files looks for their folder when it is loaded.
        (folder.prepare() / "static").mkdir(exist_ok=True)
    except folder.FolderTrouble as error:
        raise BadInput(str(error)) from error


def _loops(kind: Any, names: dict[str, str]) -> dict[str, Any]:
    """Commands as processes that go on, by the names of their processes."""
    return {
        process: kind(partial(load, BY_NAME[name]), partial(_run_command, name, ["--loop"]))
        for process, name in names.items()
    }


def _run_command(name: str, arguments_: list[str]) -> int:
    module, parser = load(BY_NAME[name])
    return int(module.run(parser.parse_args(arguments_)))
