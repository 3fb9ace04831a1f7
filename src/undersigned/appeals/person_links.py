"""Which words of a text lead to a person whom readers may see."""

from collections.abc import Iterable
from dataclasses import dataclass

from undersigned.appeals.models import Appeal, Text
from undersigned.appeals.person_models import PersonMention, PublicPerson


@dataclass(frozen=True)
class Linked:
    """Words that an editor linked, quoted so that they are found again, and to whom they lead."""

    exact: str
    prefix: str
    suffix: str
    ident: str


def typed(appeal: Appeal, idents: Iterable[str]) -> list[str]:
    """Of the persons that stand in a text, those whom readers may see, in a lasting order."""
    wanted = list(idents)
    if not wanted:
        return []
    rows = PublicPerson.objects.filter(appeal=appeal, ident__in=wanted)
    return sorted(rows.values_list("ident", flat=True))


def linked(text: Text) -> list[Linked]:
    """The words that were linked without changing them."""
    rows = PersonMention.objects.filter(text=text, is_shown=True, person__shown__isnull=False)
    found = rows.order_by("start", "pk").values_list("exact", "prefix", "suffix", "person__ident")
    return [Linked(*row) for row in found]
