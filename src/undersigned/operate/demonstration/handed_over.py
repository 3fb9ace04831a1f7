"""The demonstration's delivery: a bundle of those who stand, handed over, answered; nobody is written to."""

import logging

from undersigned.accounts.models import User
from undersigned.appeals.models import Appeal, Text
from undersigned.lib import clock
from undersigned.lib.lazily import Library
from undersigned.signing.delivery import ask, hand_over
from undersigned.signing.editions import ask as editions
from undersigned.signing.models import Delivery, EditionBuild

# Setting a letter needs libraries that nothing else here does.
make = Library("undersigned.edition.delivery.make")
_RECIPIENT = "The Harbour Council of Saltmarsh"
_ANSWER = """We have received your letter and the list. The Council has put the *lamp* on the agenda of its
next meeting, which will be held at seven in the evening.

As to the eleven steps, we accept the four joiners.
"""


def bundle(*, actor: User, appeal: Appeal) -> None:
    """Makes the bundle, unless it is there; its digest enters the log with the next recording."""
    row = Delivery.objects.filter(appeal=appeal).first()
    if row is None:
        text = appeal.texts.get(relation=Text.Relation.ORIGINAL)
        row = ask.ask(actor=actor, appeal=appeal, text=text, recipient=_RECIPIENT)
    # Some signers' scripts may have no font on this machine: that is the demonstration's own doing.
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    if row.made_at is None and not make.make(row.pk):
        logging.getLogger(__name__).warning("the demonstration's bundle could not be made")


def published(*, actor: User, appeal: Appeal) -> None:
    """Asks for the edition and the archive, unless that was done; the server makes and publishes them."""
    if not EditionBuild.objects.filter(appeal=appeal).exists():
        editions.ask(actor=actor, appeal=appeal, kinds=EditionBuild.Kind.values, publish=True)


def answered(*, actor: User, appeal: Appeal) -> None:
    """Notes the handing over and publishes the answer, unless it is there."""
    row = Delivery.objects.select_related("appeal__team").filter(appeal=appeal, made_at__isnull=False).first()
    if row is None or row.answers.exists():
        return
    if row.handed_on is None:
        today = clock.now().date()
        row = hand_over.note(
            actor=actor, delivery=row, on=today, how=Delivery.Way.PERSON.value,
            by="The clerk", told="At the door, in the rain.",
        )  # fmt: skip
    hand_over.publish_answer(
        actor=actor, delivery=row, words=_ANSWER, language="en", signed="The clerk to the Harbour Council",
        on=clock.now().date().isoformat(),
    )  # fmt: skip
