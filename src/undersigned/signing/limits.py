"""How often something may be asked for: by a network, at a mail domain, of an appeal; in memory.

The tables are made before web processes are forked, so that all of one server count together; see
`lib.rates` for what they cost. A limit that is reached is answered with the time to wait; only mail to
one mailbox ends silently, so that nobody learns whom others wrote to.
"""

from functools import lru_cache
from typing import Literal, NamedTuple

from django.http import HttpRequest
from django.utils.translation import gettext as _

from undersigned.appeals.models import Appeal
from undersigned.lib import env, http
from undersigned.lib.rates import Rates
from undersigned.mailroom import address as addresses
from undersigned.signing import proof, repeats

CODE_TRIES = 30
# Providers of mail to everybody send as many signers as all others together.
LARGE_TIMES = 100
DAY = 86_400.0

Why = Literal["network", "domain", "appeal", "unproved"]
WHYS: tuple[Why, ...] = ("network", "domain", "appeal", "unproved")


class Over(NamedTuple):
    """Which limit is reached, and in how many seconds there is room again."""

    why: Why
    seconds: int

    @property
    def words(self) -> str:
        """What a program is told."""
        match self.why:
            case "domain":
                return _("Too many signatures with addresses of this mail provider; please wait.")
            case "appeal":
                return _("Too many signatures for this letter at this moment; please wait.")
            case "unproved":
                return _("Too many signatures without a proof of work from your network; please wait.")
            case _network:
                return _("Too many signatures from your network; please wait.")


signatures = Rates()
unproved = Rates(bits=16)
codes = Rates(bits=16)
# Both kinds of key in one table: `@domain` and `#appeal`.
crowds = Rates()
# An address keeps its cells for hours: more of them.
mailboxes = Rates(DAY, bits=20)
_TABLES = (signatures, unproved, codes, crowds, mailboxes)


def clear() -> None:
    """Forgets everything that was counted."""
    for table in _TABLES:
        table.clear()
    proof.used.clear()


def network_of(request: HttpRequest) -> str:
    """The network that a request counts for."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    return http.client_network(http.client_address(request.META.get("REMOTE_ADDR", ""), forwarded))


def wait(network: str) -> Over | None:
    """Whether a network must wait, whatever it sends; counts nothing."""
    seconds = signatures.wait(network, env.load().sign_limit)
    return Over("network", seconds) if seconds else None


def take(*, appeal: Appeal, network: str, email: str, proved: object = None) -> Over | None:
    """Counts one signature with a valid address, or says which limit is reached.

    `proved` is what was sent as proof of work; it is used up here. The order matters: what one network
    is refused must not use up what others have in common.
    """
    settings = env.load()
    if seconds := signatures.wait(network, settings.sign_limit):
        return Over("network", seconds)
    domain = email.rpartition("@")[2]
    if settings.domain_limit and (seconds := crowds.take(f"@{domain}", _domain_limit(domain))):
        return Over("domain", seconds)
    if seconds := crowds.take(f"#{appeal.pk}", settings.appeal_limit):
        return Over("appeal", seconds)
    if appeal.proof_of_work and not proof.spend(appeal, proved):
        seconds = unproved.take(network, settings.unproved_limit)
        if seconds:
            return Over("unproved", seconds)
    if seconds := signatures.take(network, settings.sign_limit):
        return Over("network", seconds)
    return None


def may_mail(to: str, most: int) -> bool:
    """Whether one more message of signers goes to this mailbox, under whatever spelling; counts it.

    The plain spelling is counted in the database, by the messages themselves, and never here.
    """
    mailbox = repeats.normal(to)
    return mailbox == addresses.normal(to) or not mailboxes.take(mailbox, most)


def _domain_limit(domain: str) -> int:
    settings = env.load()
    large = domain in _large(settings.large_domains)
    return settings.domain_limit * LARGE_TIMES if large else settings.domain_limit


@lru_cache(maxsize=4)
def _large(names: str) -> frozenset[str]:
    return frozenset(name.strip().lower() for name in names.split(",") if name.strip())
