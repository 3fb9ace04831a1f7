"""Makes an account and a team for somebody who runs appeals."""

import argparse
import getpass
import sys
from pathlib import Path

from django.core.exceptions import ValidationError

from undersigned.accounts import organisers, password_links
from undersigned.commands import BadInput

HELP = "Make an account and a team for somebody who runs appeals."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's options; on a terminal it asks for what is missing."""
    parser.add_argument("--email", metavar="ADDRESS", help="the address to sign in with")
    parser.add_argument("--name", help="the person's name")
    parser.add_argument("--team", metavar="NAME", help="the name of a new team, which the person owns")
    parser.add_argument(
        "--password-file",
        metavar="FILE",
        help="read the password from a file, - for stdin; without it a link to set one is printed",
    )


def run(options: argparse.Namespace) -> int:
    """Runs the command; nothing is made unless everything is in order."""
    asks = sys.stdin.isatty() and options.password_file != "-"  # noqa: S105  a file's name
    email = _given(options.email, "--email", "E-mail address", asks)
    name = _given(options.name, "--name", "Name", asks)
    team = _given(options.team, "--team", "Name of the team", asks)
    password = _password(options.password_file, asks)
    try:
        user, made = organisers.make_organiser(email=email, name=name, team=team, password=password)
    except ValidationError as error:
        raise BadInput(" ".join(error.messages)) from error
    print(f"{user.email} can sign in and owns the team {made.name}.")
    if password is None:
        print(f"Set the password here (once, within three days):\n  {password_links.password_link(user)}")
    return 0


def _given(value: str | None, option: str, question: str, asks: bool) -> str:
    if value is None and asks:
        try:
            value = input(f"{question}: ")
        except (EOFError, KeyboardInterrupt):
            raise BadInput("nothing was made") from None
    if not value or not value.strip():
        raise BadInput(f"{option} is missing")
    return value


def _password(file: str | None, asks: bool) -> str | None:
    """The password from a file or a terminal; None for a link."""
    if file is not None:
        return _from_file(file)
    if not asks:
        return None
    try:
        first = getpass.getpass("Password (empty for a link to set one): ")
        if not first:
            return None
        second = getpass.getpass("Password again: ")
    except (EOFError, KeyboardInterrupt):
        raise BadInput("nothing was made") from None
    if first != second:
        raise BadInput("the two passwords differ; nothing was made")
    return first


def _from_file(file: str) -> str:
    try:
        text = sys.stdin.read(2000) if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file}: {getattr(error, 'strerror', None) or 'not a text file'}") from error
    password = text.rstrip("\r\n")
    if not password or "\n" in password:
        raise BadInput(f"{file}: must hold one line, the password")
    return password
