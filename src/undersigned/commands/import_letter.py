"""`undersigned import LETTER [--appeal SLUG]`."""

import argparse
import sys
from pathlib import Path

from django.core.exceptions import ValidationError

from undersigned.accounts.models import Membership, Role, Team, User
from undersigned.appeals import letter
from undersigned.appeals.draft import Conflict
from undersigned.appeals.import_letter import import_letter, source_of
from undersigned.appeals.models import Appeal, Text
from undersigned.commands import BadInput

HELP = "Read a letter from a file, and make it the text of an appeal."
_NOBODY = "there is no organiser yet: run `undersigned create-organiser` first, or only read with --print"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "letter", metavar="LETTER", type=Path, help="Markdown with a YAML head, or a plain letter"
    )
    parser.add_argument(
        "--appeal",
        metavar="SLUG",
        help="address of the appeal; made if there is none (default: from the title)",
    )
    parser.add_argument("--team", metavar="NAME", help="the team, where there are several")
    parser.add_argument(
        "--print", action="store_true", dest="print_only", help="print the text as Markdown and store nothing"
    )


def run(options: argparse.Namespace) -> int:
    """Reads the file, says what was found and what was unsure, and stores the text."""
    try:
        read = letter.read_letter_file(options.letter)
    except letter.LetterError as error:
        raise BadInput(f"{options.letter.name}: {error}") from error
    if options.print_only:
        sys.stdout.write(source_of(read))
        sys.stderr.write(letter.describe(read).rstrip("\n") + "\n")
        return 0
    team, owner = _team(options.team, options.appeal)
    text = _store(team, owner, read, options.appeal or "", options.letter)
    print(letter.describe(read).rstrip("\n"))
    print(f"\nStored as the draft of “{text.appeal.slug}” ({team.name}): /desk/appeals/{text.appeal.slug}/")
    return 0


def _store(team: Team, owner: User, read: letter.Imported, slug: str, path: Path) -> Text:
    try:
        return import_letter(actor=owner, team=team, letter=read, slug=slug)
    except ValidationError as error:
        raise BadInput(f"{path.name}: {' '.join(error.messages)}") from error
    except Conflict as error:
        raise BadInput(f"{error}: run the import again") from error


def _team(name: str | None, slug: str | None) -> tuple[Team, User]:
    """The team that the letter goes to, and an owner of it in whose name it is stored."""
    appeal = Appeal.objects.filter(slug=slug).select_related("team").first() if slug else None
    if appeal:
        teams = [appeal.team]
    elif name:
        teams = list(Team.objects.filter(name=name))
    else:
        # The demonstration's team is nobody's: a letter goes there only by its name.
        teams = list(Team.objects.exclude(appeals__is_demonstration=True)[:2])
    if not teams:
        raise BadInput(f"there is no team named {name}" if name else _NOBODY)
    if len(teams) > 1:
        raise BadInput("there are several teams: name one with --team")
    owner = (
        Membership.objects.filter(team=teams[0], role=Role.OWNER, user__is_active=True).order_by("pk").first()
    )
    if owner is None:
        raise BadInput(f"the team {teams[0].name} has no owner")
    return teams[0], owner.user
