"""Words of a text that lead to a case: set by an editor, taken away, hidden while they would tell a name."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals import anchors, case_sealed, case_shown, cite, markup, veil
from undersigned.appeals.case_models import Case, CaseMention
from undersigned.appeals.models import Text, Version
from undersigned.lib import clock

MENTIONS_MAX = 200
_EXACT_MAX = 500


@dataclass(frozen=True)
class Where:
    """A published text in whose words a hidden name stands: signed, and so not to be changed."""

    text: Text
    number: int


@transaction.atomic
def mention(*, actor: User, case: Case, text: Text, passage: str, occurrence: int = 0) -> CaseMention:
    """Lets words of a text lead to a case; raises Forbidden, ValidationError.

    The words are quoted as they are read in the draft, and stand in plain words: across no mark.
    """
    require(actor, "appeal.edit", case.appeal.team)
    if text.appeal_id != case.appeal_id:
        raise ValidationError({"text": _("This text belongs to another appeal.")})
    if case.mentions.count() >= MENTIONS_MAX:
        raise ValidationError(_("A case has at most %(most)d mentions.") % {"most": MENTIONS_MAX})
    found = cite.passage_in(cite.draft_words(text), passage, occurrence)
    if len(found.exact) > _EXACT_MAX:
        raise ValidationError({"passage": _("Quote fewer words.")})
    body = markup.split(text.draft)[1]
    if not markup.can_be_linked(body, found.start, found.end):
        raise ValidationError(
            {"passage": _("Choose words that stand together: across no emphasis, link or note mark.")}
        )
    row = CaseMention.objects.create(
        case=case, text=text, created_at=clock.now(), created_by=actor, **cite.selectors(found)
    )
    _record(actor, case, text, "case.mention")
    case_shown.show(case.appeal, [case])
    return row


@transaction.atomic
def remove_mention(*, actor: User, mention: CaseMention) -> None:
    """Takes the link from the words; raises Forbidden."""
    case = mention.case
    require(actor, "appeal.edit", case.appeal.team)
    _record(actor, case, mention.text, "case.unmention")
    mention.delete()
    case_shown.touch(case.appeal)


def stands_in(mention: CaseMention) -> bool:
    """Whether the words still stand in the draft as they were."""
    words = cite.draft_words(mention.text)
    return anchors.find(words, mention.exact, mention.prefix, mention.suffix) is not None


def still_named(case: Case) -> list[Where]:
    """Where the newest signed words hold a name that the case hides: only people can decide what follows."""
    hidden = case_sealed.hidden_names(case_sealed.about(case).names, case.level)
    if not hidden:
        return []
    over = veil.veil(name.text for name in hidden)
    newest: dict[int, Version] = {}
    rows = Version.objects.filter(text__appeal=case.appeal_id).select_related("text")
    for version in rows.defer("canonical").order_by("text_id", "number"):
        newest[version.text_id] = version
    return [Where(row.text, row.number) for row in newest.values() if over.hides(row.source)]


def _record(actor: User, case: Case, text: Text, verb: str) -> None:
    audit.record(
        team=case.appeal.team,
        actor=actor,
        verb=verb,
        subject=f"case:{case.appeal.slug}/{case.ref}",
        text=text.slug,
    )
