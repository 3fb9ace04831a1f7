"""What a signer agrees to, in separate scopes, each under a version of its wording."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Changes whenever one of the sentences below does; each signature keeps the version that it was given under.
WORDING = "1"


@dataclass(frozen=True)
class Scope:
    """One purpose for which data may be used, and the words that ask for it."""

    name: str
    label: Promise
    hint: Promise


# Nobody is asked for this one by a box: whoever signs by name or pseudonym signs for the page.
PUBLIC_PAGE = Scope(
    "public",
    _("Show my signature on this site"),
    _("As you chose above. You can change it or take it back at any time."),
)
SCOPES = (
    Scope(
        "updates",
        _("Write to me when something happens in this appeal"),
        _("Each message has a link to stop them."),
    ),
    Scope(
        "addressee",
        _("Give my name to the addressee"),
        _("Your signature is on the list handed over, as it is shown here."),
    ),
    Scope(
        "edition",
        _("Keep my name in the permanent edition and archive"),
        _("Printed and archived copies cannot be called back later."),
    ),
)
