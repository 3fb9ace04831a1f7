"""`undersigned write`: prepares mails from an opened export, off line; nothing is sent."""

import argparse
from datetime import datetime
from pathlib import Path

from undersigned.commands import BadInput
from undersigned.lib import mailmerge, unsealing

DJANGO = False
HELP = "Prepare mails to those who signed from an opened export, on a machine of your own. Nothing is sent."


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the command's arguments."""
    parser.add_argument("people", metavar="PEOPLE", type=Path, help="the CSV file that `unseal` wrote")
    parser.add_argument(
        "letter", metavar="LETTER", type=Path,
        help="Markdown with a head that names the subject; places such as {name} are filled from the table",
    )  # fmt: skip
    parser.add_argument("--from", dest="sender", required=True, metavar="ADDRESS", help="who writes")
    parser.add_argument(
        "--out",
        required=True,
        metavar="PLACE",
        type=Path,
        help="a new folder for .eml files, or a new .mbox file",
    )
    parser.add_argument(
        "--everyone", action="store_true",
        help="also to those who did not ask for news: you answer for it",
    )  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Writes all mails. Raises BadInput."""
    try:
        letter = mailmerge.read(options.letter.read_text(encoding="utf-8"))
        people = unsealing.read(options.people.read_bytes())
        chosen = mailmerge.addressed(people, everyone=options.everyone)
        at = datetime.now().astimezone()
        # Looked at as a whole first: what is wrong with one leaves no half of them behind.
        for _mail in mailmerge.write(letter, chosen, sender=options.sender, at=at):
            pass
        number = mailmerge.keep(mailmerge.write(letter, chosen, sender=options.sender, at=at), options.out)
    except (mailmerge.Unfit, unsealing.Unreadable) as error:
        raise BadInput(str(error)) from error
    except UnicodeDecodeError as error:
        raise BadInput("the letter is not UTF-8") from error
    except OSError as error:
        raise BadInput(f"{error.filename}: {error.strerror}") from error
    left = len(people) - number
    print(f"wrote {number} mails to {options.out}; {left} people have no address here or asked for no news")
    return 0
