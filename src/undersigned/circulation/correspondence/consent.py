"""What a writer agrees to when a letter is to be printed, and under which version of its wording."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Changes whenever one of the sentences below does; each letter keeps the version that it was agreed under.
WORDING = "1"


@dataclass(frozen=True)
class Asked:
    """The words that ask, and what is said beside them."""

    label: Promise
    hint: Promise


PRINT = Asked(
    _("These words may be printed in the edition of this appeal"),
    _(
        "With the name of the writer, place and date; the edition and its list of letters are public and "
        "permanent. You can take this back at any time: copies that were given away before cannot be called "
        "back, later ones leave the letter out."
    ),
)
NAME = Asked(
    _("The letter that was written to me may name me as its addressee"),
    _("Without this it is printed without your name, if its writer agrees to have it printed."),
)
OWN = Asked(
    _("I wrote this letter, or its writer asked me to say so: it may be printed in the edition"),
    _("Otherwise keep it without a tick, and send its private link to whoever wrote it."),
)
