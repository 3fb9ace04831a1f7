"""Where texts come from: the tree of an appeal's published texts, and which of them lag behind."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Subquery

from undersigned.appeals.models import Text, Version


@dataclass(frozen=True)
class Node:
    """A text in the tree: how deep it hangs, what it follows, and what its source has published since."""

    text: Text
    newest: Version
    depth: int
    # The Version that its words followed when they were frozen; None for an original.
    follows: Version | None
    # A newer Version of the source than the one followed; None when it is up to date.
    ahead: Version | None

    @property
    def is_behind(self) -> bool:
        """Whether the source has words that this text does not know yet."""
        return self.ahead is not None

    @property
    def is_attested(self) -> bool:
        """Whether what was attested is what stands there now."""
        return bool(self.text.attested_by) and self.text.attested_id == self.newest.pk


def newest_of(text_id: int) -> Version | None:
    """The newest Version of a text, without its words."""
    rows = Version.objects.filter(text_id=text_id).select_related("text").defer("source", "canonical")
    return rows.order_by("-number").first()


def tree(texts: Iterable[Text], versions: Mapping[int, Iterable[Version]]) -> list[Node]:
    """The published texts from the root down, children behind their parent; `versions` by text."""
    known = {version.pk: version for some in versions.values() for version in some}
    newest = {text: max(some, key=_number) for text, some in versions.items()}
    children: dict[int | None, list[Text]] = {}
    for text in texts:
        if text.pk in newest:
            above = known.get(text.parent_id) if text.parent_id else None
            # Under a source that is not published the text stands at the top.
            children.setdefault(above.text_id if above else None, []).append(text)
    return list(_walk(children, newest, known))


def _walk(
    children: Mapping[int | None, list[Text]], newest: Mapping[int, Version], known: Mapping[int, Version]
) -> Iterator[Node]:
    waiting = [(text, 0) for text in reversed(_sorted(children.get(None, [])))]
    while waiting:
        text, depth = waiting.pop()
        last = newest[text.pk]
        follows = known.get(last.derived_from_id) if last.derived_from_id else None
        source = newest.get(follows.text_id) if follows else None
        ahead = source if source and follows and source.number > follows.number else None
        yield Node(text, last, depth, follows, ahead)
        waiting += [(child, depth + 1) for child in reversed(_sorted(children.get(text.pk, [])))]


def _sorted(texts: Iterable[Text]) -> list[Text]:
    return sorted(texts, key=lambda text: (text.relation != Text.Relation.ORIGINAL, text.slug))


def _number(version: Version) -> int:
    return version.number


def order(public_id: str) -> list[tuple[int, int]]:
    """All published texts of an appeal from the root down, as numbers with their depths.

    A text hangs under the source of its newest Version; one small row is read for each text.
    """
    newest = Version.objects.filter(text=OuterRef("pk")).order_by("-number").values("derived_from__text")
    published = Version.objects.filter(text=OuterRef("pk"), number=1)
    texts = Text.objects.filter(Exists(published), appeal__public_id=public_id)
    rows = texts.annotate(above=Subquery(newest[:1]))
    children: dict[int | None, list[tuple[bool, str, int]]] = {}
    for pk, slug, relation, above in rows.values_list("pk", "slug", "relation", "above"):
        children.setdefault(above, []).append((relation != Text.Relation.ORIGINAL, slug, pk))
    found = []
    waiting = [(pk, 0) for _last, _slug, pk in sorted(children.get(None, []), reverse=True)]
    while waiting:
        pk, depth = waiting.pop()
        found.append((pk, depth))
        waiting += [(child, depth + 1) for _last, _slug, child in sorted(children.get(pk, []), reverse=True)]
    return found


def nodes(some: Sequence[tuple[int, int]]) -> list[Node]:
    """The texts of one page of that order, with what they follow: the cost is that of the page."""
    numbers = [pk for pk, _depth in some]
    texts = Text.objects.defer("draft").in_bulk(numbers)
    newest = _newest(numbers)
    sources = {version.derived_from_id for version in newest.values()} - {None}
    lean = Version.objects.select_related("text").defer("source", "canonical", "text__draft")
    follows = lean.in_bulk(sources)
    ahead = _newest([version.text_id for version in follows.values()])
    found = []
    for pk, depth in some:
        own = newest[pk]
        source = follows.get(own.derived_from_id) if own.derived_from_id else None
        last = ahead.get(source.text_id) if source else None
        behind = last if source and last and last.number > source.number else None
        found.append(Node(texts[pk], own, depth, source, behind))
    return found


def _newest(texts: Sequence[int]) -> dict[int, Version]:
    """The newest Version of each of some texts, without its words."""
    last = Version.objects.filter(text=OuterRef("text")).order_by("-number").values("pk")[:1]
    rows = Version.objects.filter(text__in=texts, pk=Subquery(last))
    found = rows.select_related("text").defer("source", "canonical", "text__draft")
    return {version.text_id: version for version in found}
