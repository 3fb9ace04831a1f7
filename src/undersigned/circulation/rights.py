"""What a carrier may do, and that nobody passes on more than was given."""

from dataclasses import asdict, dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from undersigned.appeals.models import Appeal
from undersigned.circulation.models import Carrier

NAMES: dict[str, str | Promise] = {
    "collect": _("collect signatures"),
    "adapt": _("adapt the text"),
    "translate": _("translate the text"),
    "vouch": _("vouch for people who are in danger"),
    "pass_on": _("pass the letter on"),
}


@dataclass(frozen=True)
class Rights:
    """The five rights of a carrier."""

    collect: bool = True
    adapt: bool = False
    translate: bool = False
    vouch: bool = False
    pass_on: bool = False

    def within(self, given: "Rights") -> "Rights":
        """What is left of these rights inside those that somebody holds."""
        return Rights(**{name: mine and getattr(given, name) for name, mine in asdict(self).items()})

    def as_fields(self) -> dict[str, bool]:
        """As the columns of a carrier's row."""
        return {f"may_{name}": value for name, value in asdict(self).items()}

    def names(self) -> list[str]:
        """The rights that are given, in words."""
        return [str(NAMES[name]) for name, value in asdict(self).items() if value]


def of(carrier: Carrier) -> Rights:
    """A carrier's rights."""
    return Rights(**{name: getattr(carrier, f"may_{name}") for name in NAMES})


def now_of(carrier: Carrier) -> Rights:
    """What a carrier may do as things stand: a licence that was withdrawn later counts, too."""
    return of(carrier).within(of_appeal(carrier.appeal))


def of_appeal(appeal: Appeal) -> Rights:
    """The most that an appeal can give: where nobody may change the words, nobody is given that right."""
    free = appeal.licence != Appeal.Licence.NONE
    return Rights(collect=True, adapt=free, translate=free, vouch=True, pass_on=True)
