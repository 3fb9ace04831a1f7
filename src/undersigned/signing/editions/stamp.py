"""What an edition shows besides signatures and could have to hide again, as one short value.

A case, a person, a carrier or a letter whose name is withheld, or whose consent is taken back, changes it at
once, as hiding all names does, so that what was made before is not handed out any more. It is reckoned from
the rows themselves, whoever changed them.
"""

import hashlib

from django.db.models import Count, Max, Q

from undersigned.appeals.models import Appeal
from undersigned.circulation.models import Carrier, EditionLetter


def of(appeal: int) -> str:
    """The stamp of an appeal as it stands now; empty only for one that is not there."""
    marks = (
        Appeal.objects.filter(pk=appeal)
        .values_list("cases_changed_at", "persons_changed_at", "names_hidden_at")
        .first()
    )
    if marks is None:
        return ""
    shown = EditionLetter.objects.filter(
        appeal=appeal, consent=EditionLetter.Consent.YES, included_at__isnull=False
    )
    letters = shown.aggregate(
        n=Count("pk"), named=Count("pk", filter=Q(names_addressee=True)), last=Max("included_at"),
        agreed=Max("consent_at"), addressee=Max("addressee_at"),
    )  # fmt: skip
    # Carriers are named where they vouched and where they made a text.
    carriers = Carrier.objects.filter(appeal=appeal, erased_at__isnull=False).aggregate(last=Max("erased_at"))
    facts = [*marks, *letters.values(), *carriers.values()]
    told = "|".join(fact.isoformat() if hasattr(fact, "isoformat") else str(fact) for fact in facts)
    return hashlib.sha256(told.encode()).hexdigest()
