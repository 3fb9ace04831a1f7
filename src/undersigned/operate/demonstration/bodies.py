"""The demonstration's organisations: one proved by mail, one by its domain's record, one of a translation."""

from datetime import timedelta

from undersigned.accounts.models import User
from undersigned.appeals.models import Appeal, Version
from undersigned.lib import clock
from undersigned.signing.models import Organisation
from undersigned.signing.organisations import ask, confirm, mails, moderate
from undersigned.signing.organisations.request import Officer, Request

# Name, place, domain, officer, the officer's mail domain, second officer; names under .example are nobody's.
_BODIES = (
    (
        "Saltmarsh Harbour Choir", "Saltmarsh", "harbour-choir.example",
        Officer("Edda Lorne", "conductor", "edda@harbour-choir.example"), None,
    ),
    (
        "Guild of Lamp Menders", "Upper Quay", "lamp-menders.example",
        Officer("Rurik Tolland", "warden", "rurik@saltmarsh.example"),
        Officer("Pilar Oyarzun", "treasurer", "pilar@saltmarsh.example"),
    ),
)  # fmt: skip
_SPANISH = (
    "Asociación de Vecinas de Bajamar", "Bajamar", "vecinas-bajamar.example",
    Officer("Amaia Larrun", "presidenta", "amaia@vecinas-bajamar.example"), None,
)  # fmt: skip


def sign(*, actor: User, appeal: Appeal, original: Version, spanish: Version) -> None:
    """Lets organisations of both texts sign, each with its proof; no mail and no query goes out."""
    moderate.set_rule(actor=actor, appeal=appeal, accepts=True, by_hand=False)
    for body in _BODIES:
        _sign(original, *body)
    _sign(spanish, *_SPANISH)


def _sign(
    version: Version, name: str, place: str, domain: str, officer: Officer, second: Officer | None
) -> None:
    asked = Request(
        name=name, place=place, country="", domain=domain, officer=officer, second=second,
        resolved_on=(clock.now() - timedelta(days=12)).date(), resolution="", shows_officers=True,
        addressee=True, edition=True,
    )  # fmt: skip
    row = confirm.confirm(organisation=ask.ask(version=version, request=asked, language=version.language))
    if row.state == Organisation.State.CONFIRMED:
        # As the domain's name server would answer.
        row = confirm.check(organisation=row, look=lambda _domain: [confirm.record_text(row)])
    if second:
        row = confirm.cosign(organisation=row)
    mails.forget(row)
