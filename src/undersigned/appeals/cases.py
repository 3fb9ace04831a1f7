"""Cases: entered, corrected, named or withheld, shown to readers or taken from them."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals import case_fields, case_journal, case_sealed, case_shown
from undersigned.appeals.case_models import Case, CaseConsent
from undersigned.appeals.case_sealed import Consent, Name
from undersigned.appeals.models import Appeal
from undersigned.lib import clock, tokens

CASES_MAX = 10_000


@transaction.atomic
def add_case(
    *,
    actor: User,
    appeal: Appeal,
    names: Iterable[Name],
    kind: str = Case.Kind.PERSON.value,
    note: str = "",
    consent: Consent | None = None,
    ref: str = "",
    show: bool = True,
) -> Case:
    """Enters a case, withheld and unpublished unless consent says more; raises Forbidden, ValidationError.

    `show` is off for a caller that enters many and then shows them all.
    """
    require(actor, "appeal.edit", appeal.team)
    if appeal.cases.count() >= CASES_MAX:
        raise ValidationError(_("An appeal holds at most %(most)d cases.") % {"most": CASES_MAX})
    given = case_fields.consent(consent or Consent())
    now = clock.now()
    case = Case.objects.create(
        appeal=appeal,
        ref=ref or tokens.public_id(),
        public_id=tokens.public_id(),
        kind=case_fields.kind(kind),
        sealed=case_sealed.seal(case_fields.about(names, note)),
        level=given.level,
        created_at=now,
        changed_at=now,
    )
    if consent is not None:
        _note_consent(actor, case, given)
    if ref:
        case_journal.note(case, case_journal.BACK)
    _record(actor, case, "case.add", kind=case.kind, level=case.level)
    if show:
        case_shown.show(appeal)
    return case


@transaction.atomic
def change_case(
    *, actor: User, case: Case, names: Iterable[Name], kind: str, note: str, show: bool = True
) -> Case:
    """Corrects names, kind and note of a case; raises Forbidden, ValidationError."""
    current = _locked(actor, case)
    current.kind = case_fields.kind(kind)
    current.sealed = case_sealed.seal(case_fields.about(names, note))
    _save(current)
    _record(actor, current, "case.change")
    if show:
        case_shown.show(current.appeal)
    return current


@transaction.atomic
def set_consent(*, actor: User, case: Case, consent: Consent, show: bool = True) -> Case:
    """Records how the names may be shown from now on: pages, files and interface follow with this commit.

    Where less is to be shown than before, the case gets a new address as well. Raises Forbidden,
    ValidationError.
    """
    current = _locked(actor, case)
    given = case_fields.consent(consent)
    levels = case_journal.LEVELS
    if levels.index(given.level) > levels.index(current.level):
        case_shown.rename(current)
    current.level = given.level
    _save(current)
    _note_consent(actor, current, given)
    _record(actor, current, "case.consent", level=given.level)
    if show:
        case_shown.show(current.appeal)
    case_journal.note(current, given.level)
    return current


@transaction.atomic
def publish_case(*, actor: User, case: Case, published: bool, show: bool = True) -> Case:
    """Shows a case to readers, as far as its consent goes, or takes it from them; raises Forbidden."""
    current = _locked(actor, case)
    if current.is_published != published:
        current.is_published = published
        _save(current)
        _record(actor, current, "case.publish" if published else "case.hide")
        if show:
            case_shown.show(current.appeal, [current])
        case_journal.note(current, case_journal.SHOWN if published else case_journal.HIDDEN)
    return current


@transaction.atomic
def remove_case(*, actor: User, case: Case) -> None:
    """Erases a case with its names, history and consents; raises Forbidden."""
    current = _locked(actor, case)
    appeal = current.appeal
    _record(actor, current, "case.remove")
    case_journal.note(current, case_journal.GONE)
    current.delete()
    case_shown.show(appeal)


def _locked(actor: User, case: Case) -> Case:
    require(actor, "appeal.edit", case.appeal.team)
    return Case.objects.select_for_update(of=("self",)).select_related("appeal__team").get(pk=case.pk)


def _save(case: Case) -> None:
    case.changed_at = clock.now()
    case.save()


def _note_consent(actor: User, case: Case, consent: Consent) -> None:
    CaseConsent.objects.create(
        case=case,
        level=consent.level,
        sealed=case_sealed.seal_consent(consent),
        recorded_at=clock.now(),
        recorded_by=actor,
    )


def _record(actor: User, case: Case, verb: str, **detail: str) -> None:
    audit.record(
        team=case.appeal.team,
        actor=actor,
        verb=verb,
        # Never a name, nor the address that readers know.
        subject=f"case:{case.appeal.slug}/{case.ref}",
        **detail,
    )
