"""The console script: `undersigned COMMAND`. Loads nothing but what the one command needs."""

import argparse
import os
import secrets
import signal
import sys
from collections.abc import Sequence

from undersigned import __version__
from undersigned.commands import BY_NAME, COMMANDS, PROGRAM, BadInput, Command, load, set_up_django

_HELP_FLAGS = ("-h", "--help")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code; errors are one line on stderr."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    command = BY_NAME.get(arguments[0]) if arguments else None
    try:
        if command is None:
            return _without_command(arguments)
        return _run(command, arguments[1:])
    except SystemExit as leaving:
        # argparse leaves this way: 0 after --help, 2 after wrong arguments.
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # The reader went away (`| head`): Python's own flush at exit must not complain about it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except Exception as error:
        known = _known(error)
        if known is None:
            raise
        line, code = known
        print(f"{PROGRAM}: {' '.join(line.split())}", file=sys.stderr)
        return code


def _without_command(arguments: Sequence[str]) -> int:
    width = max(len(command.name) for command in COMMANDS)
    listing = "\n".join(f"  {command.name:<{width}}  {command.help}" for command in COMMANDS)
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        usage=f"{PROGRAM} COMMAND ...",
        description="Open letters that travel: every signature tied to the exact words.",
        epilog=f"commands:\n{listing}\n\n`{PROGRAM} COMMAND --help` says more about each.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    parser.add_argument("command", metavar="COMMAND", nargs="?")
    typed = parser.parse_args(arguments[:1])
    if typed.command is None:
        parser.print_help(sys.stderr)
        return 2
    raise BadInput(f"there is no command {typed.command!r}; `{PROGRAM} --help` lists them")


def _run(command: Command, arguments: Sequence[str]) -> int:
    if any(flag in arguments for flag in _HELP_FLAGS):
        # Asking for help leaves no key file behind: Django gets a secret for this process alone.
        os.environ["UNDERSIGNED_SECRET_KEY"] = secrets.token_hex(32)
    if command.django:
        set_up_django()
    module, parser = load(command)
    return int(module.run(parser.parse_args(arguments)))


def _known(error: Exception) -> tuple[str, int] | None:
    """The line and exit code of an error that is no fault of the program; None for one that is.

    Classes are compared by name: this module loads neither Django nor the settings.
    """
    names = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__}
    if isinstance(error, BadInput) or "undersigned.lib.env.SettingsError" in names:
        return str(error), 2
    if "undersigned.lib.keys.KeyMissing" in names:
        return str(error), 1
    if not names & {"django.db.utils.OperationalError", "django.db.utils.ProgrammingError"}:
        return None
    if "no such table" in str(error) or "does not exist" in str(error) or "no such column" in str(error):
        return f"the database is not prepared or not up to date: run `{PROGRAM} migrate`", 1
    if "django.db.utils.OperationalError" in names:
        return f"the database cannot be used: {error}", 1
    return None


if __name__ == "__main__":
    sys.exit(main())
