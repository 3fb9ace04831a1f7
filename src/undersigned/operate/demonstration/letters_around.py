"""The demonstration's correspondence: letters around the appeal, printed where their writers agreed."""

from collections.abc import Mapping

from undersigned.accounts.models import User
from undersigned.appeals.models import Appeal
from undersigned.circulation.correspondence import answer, choose, letters
from undersigned.circulation.correspondence.letters import Content
from undersigned.circulation.models import Carrier, EditionLetter, Reply
from undersigned.signing.updates import write

_ASKED, _SILENT = "Inés Corvera", "Tove Lindqvist"


def keep(*, actor: User, appeal: Appeal, by_name: Mapping[str, Carrier]) -> None:
    """A covering letter and its answer, both agreed to; one that was not asked for yet; another."""
    to = Carrier.objects.select_related("appeal__team").get(pk=by_name[_ASKED].pk)
    covering = letters.from_covering(actor=actor, carrier=to, own=True)
    answer.answer(letter=covering, yes=True)
    replied = letters.take_reply(actor=actor, reply=_reply(_ASKED, by_name))
    answer.answer(letter=replied, yes=True)
    letters.take_reply(actor=actor, reply=_reply(_SILENT, by_name))
    other = letters.put_down(
        actor=actor, appeal=appeal, kind=EditionLetter.Kind.OTHER.value, language="en", date="2026-03-29",
        own=True,
        content=Content(
            "Would you *count us* on the next evening, too? We are thirty-one now.",
            sender="Friends of the Reading Room", addressee="The evening class", place="Saltmarsh",
            title="From the hill", markup=True,
        ),
    )  # fmt: skip
    for letter in (covering, replied, other):
        choose.include(actor=actor, letter=EditionLetter.objects.get(pk=letter.pk), wanted=True)


def tell(*, actor: User, appeal: Appeal) -> None:
    """Publishes one update; nobody of the demonstration is written to."""
    made = write.save(
        actor=actor, appeal=appeal, title="Thirty-one on a Tuesday", language="en",
        words="The class counted again, and **thirty-one** came. The stove was lit by the oldest.\n",
    )  # fmt: skip
    write.publish(actor=actor, update=made, revision=made.revision)


def _reply(name: str, by_name: Mapping[str, Carrier]) -> Reply:
    rows = Reply.objects.select_related("carrier__appeal__team")
    return rows.filter(carrier=by_name[name]).order_by("pk")[0]
