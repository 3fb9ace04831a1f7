"""The demonstration's carriers: a tree of invented people with every kind of answer; no mail is sent."""

from collections.abc import Mapping
from dataclasses import replace

from undersigned.accounts.models import User
from undersigned.appeals.models import Appeal, Text
from undersigned.circulation import answer, covering, dispatch, enrol, links, notices, pass_on, post, sheets
from undersigned.circulation.enrol import Entry
from undersigned.circulation.models import Carrier, Work
from undersigned.circulation.rights import Rights
from undersigned.lib import clock
from undersigned.mailroom import queue
from undersigned.operate.demonstration import people
from undersigned.signing.models import Signature

# Who may also vouch for people, and how that carrier is named beside them.
VOUCHER, VOUCHER_KNOWN_AS = "Samir Haddad", "S. Haddad, ferry school"

_ALL = Rights(collect=True, adapt=True, translate=True, pass_on=True)
# Name, language, answer (empty: none), whom it was passed on by (empty: the author), words to the author.
_CARRIERS = (
    ("Inés Corvera", "es", "translate", "", "Con gusto. Tendrán la traducción el jueves."),
    ("Tove Lindqvist", "en", "adapt", "", "May we make it shorter for the evening class?"),
    ("Samir Haddad", "ar", "carry", "", ""),
    ("Odile Garance", "fr", "decline", "", "Je quitte la ville en mai ; demandez à ma sœur."),
    ("Hester Vane", "en", "", "", ""),
    ("Paloma Rey", "es", "carry", "Inés Corvera", ""),
    ("Lucho Marín", "es", "", "Inés Corvera", ""),
    ("Dario Cobo", "es", "carry", "Paloma Rey", ""),
)


# Whose text a carrier made, by its address, and whose link each of its signers came by, in turn.
_MADE = {"es": "Inés Corvera", "evening-class": "Tove Lindqvist"}
_COLLECTED = {
    "es": ("Paloma Rey", "Inés Corvera", "Dario Cobo"),
    "evening-class": ("Tove Lindqvist",),
    "en": ("Samir Haddad", "", "", "", ""),
}


def collect(*, appeal: Appeal, by_name: Mapping[str, Carrier]) -> None:
    """Lets carriers have made the derived texts and collected some of the signatures; before recording."""
    for text in appeal.texts.all():
        if text.slug in _MADE:
            maker = by_name[_MADE[text.slug]]
            Carrier.objects.filter(pk=maker.pk).update(text=text)
            Work.objects.create(carrier=maker, text=text, appeal=appeal, created_at=text.created_at)
        links_used = _COLLECTED.get(text.slug, ())
        rows = Signature.objects.filter(version__text=text, first_order__isnull=True).order_by("pk")
        for place, row in enumerate(rows):
            if links_used and (name := links_used[place % len(links_used)]):
                Signature.objects.filter(pk=row.pk).update(carrier=by_name[name])


def travel(*, owner: User, appeal: Appeal) -> dict[str, Carrier]:
    """Sends the letter to invented carriers, lets them answer, issues sheets; all but the mail. By name."""
    for language in ("en", "es", "fr", "ar"):
        words = covering.starting_words(language)
        covering.save_template(actor=owner, appeal=appeal, language=language, words=words)
    made: dict[str, Carrier] = {}
    for number, (name, language, choice, parent, said) in enumerate(_CARRIERS):
        given = replace(_ALL, vouch=name == VOUCHER)
        entry = Entry(name, f"carrier-{number}@{people.DOMAIN}", language)
        if parent:
            pass_on.pass_on(token=links.token(made[parent]), entry=entry, given=given)
        else:
            dispatch.send_one(
                actor=owner, carrier=enrol.add(actor=owner, appeal=appeal, entry=entry, given=given)
            )
        made[name] = _delivered(appeal)
        if choice:
            answer.answer(token=links.token(made[name]), choice=choice, words=said)
    queue.forget(subject_ref=notices.subject_ref(appeal, owner))
    original = appeal.texts.get(relation=Text.Relation.ORIGINAL)
    sheets.issue(actor=owner, appeal=appeal, text=original, count=2, layout=sheets.Layout())
    sheets.issue_own(token=links.token(made["Paloma Rey"]), count=1, layout=sheets.Layout(asks_email=True))
    return made


def _delivered(appeal: Appeal) -> Carrier:
    """The newest carrier, whose letter counts as sent: nobody is there to read it."""
    carrier = Carrier.objects.filter(appeal=appeal).latest("pk")
    queue.forget(subject_ref=post.cover_ref(carrier.pk))
    Carrier.objects.filter(pk=carrier.pk).update(sent_at=clock.now())
    return carrier
