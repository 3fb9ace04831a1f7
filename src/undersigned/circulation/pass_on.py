"""A carrier invites further carriers, inside the rights and the depth that the author gave."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from undersigned.circulation import enrol, links, post
from undersigned.circulation.answer import NotAllowed, locked
from undersigned.circulation.covering import Composer
from undersigned.circulation.enrol import Entry
from undersigned.circulation.models import DEPTH_LIMIT, Carrier, Circulation
from undersigned.circulation.rights import Rights
from undersigned.lib import clock, printer

# So many may one carrier write to: a link in wrong hands is no mailing list.
PASS_ON_MAX = 20


def depth_max(carrier: Carrier) -> int:
    """How deep the appeal's tree may grow."""
    row = Circulation.objects.filter(appeal_id=carrier.appeal_id).first() or Circulation()
    return min(row.depth_max, DEPTH_LIMIT)


def room(carrier: Carrier) -> int:
    """How many more this carrier may write to; 0 without the right or at the end of the tree."""
    if not carrier.may_pass_on or carrier.depth >= depth_max(carrier):
        return 0
    return max(0, PASS_ON_MAX - carrier.children.count())


def pass_on(*, token: str, entry: Entry, given: Rights) -> None:
    """Writes to one more person in the author's words, with this carrier as the parent.

    Says nothing of whether the address had the letter: a carrier sees the own circle only. Raises
    LinkOver, NotAllowed, FieldError, NoTemplate, Carrier.DoesNotExist.
    """
    found = links.find(token)
    if found is not None and found.may_pass_on and not links.hindrance(found, clock.now()):
        entry = enrol.clean(name=entry.name, email=entry.email, language=entry.language)
        child = Carrier(appeal=found.appeal, text=found.text, language=entry.language)
        try:
            Composer(found.appeal).print(child)
        except printer.Busy:
            raise NotAllowed(_("Others are printing just now. Please try again in a moment.")) from None
    _pass_on(token, entry, given)


@transaction.atomic
def _pass_on(token: str, entry: Entry, given: Rights) -> None:
    carrier, now = locked(token)
    if not carrier.may_pass_on:
        raise NotAllowed(_("The author did not give you this right."))
    if carrier.depth >= depth_max(carrier):
        raise NotAllowed(_("The letter has travelled as far as its author wishes."))
    if room(carrier) == 0:
        raise NotAllowed(_("You have written to as many people as one carrier may."))
    entry = enrol.clean(name=entry.name, email=entry.email, language=entry.language)
    office = post.Post(carrier.appeal, now)
    # Before the address is looked at: whether there is a letter says nothing about the person.
    office.composer.template(entry.language)
    sorted_out = enrol.sort_out(carrier.appeal, [entry])
    if not sorted_out.new:
        return
    given = given if carrier.depth + 1 < depth_max(carrier) else _without_passing_on(given)
    child = enrol.new_carrier(
        appeal=carrier.appeal,
        entry=entry,
        given=given,
        now=now,
        deadline=carrier.deadline,
        parent=carrier,
        text=carrier.text,
    )
    try:
        with transaction.atomic():
            child.save(force_insert=True)
    except IntegrityError:
        # Two carriers thought of the same person at once: the first one's letter goes.
        return
    office.covers([child])


def _without_passing_on(given: Rights) -> Rights:
    return Rights(given.collect, given.adapt, given.translate, given.vouch, pass_on=False)
