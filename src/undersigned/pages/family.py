"""The published texts of appeals: what a page needs of them, whatever their number.

A page asks for the original, for one text, and for what is the same for all pages of an appeal; the
latter is kept until something is published. Lists of texts are read page by page.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from django.db.models import Exists, Min, OuterRef, Q, QuerySet, Subquery
from django.http import Http404
from django.urls import reverse

from undersigned.appeals import cite, languages, reading
from undersigned.appeals.models import Appeal, CitedSource, Text, Version
from undersigned.lib import clock
from undersigned.pages.public import absolute
from undersigned.signing.models import Delivery, EditionBuild, Update

# Texts that the language switch offers; the others are behind its link to all texts.
SWITCH = 20
# A publication that another one overtook shows after so many seconds at the latest.
_KEPT_SECONDS = 60


@dataclass
class Member:
    """A published text with its Versions, oldest first; without their words."""

    text: Text
    versions: list[Version] = field(default_factory=list)

    @property
    def newest(self) -> Version:
        """The Version that a new signature signs."""
        return self.versions[-1]

    @property
    def path(self) -> str:
        """The address of the letter."""
        return reverse("letter", args=[self.text.appeal.slug, self.text.slug])

    @property
    def own_name(self) -> str:
        """The text's language in itself."""
        return languages.own_name(self.text.language)

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return languages.direction(self.text.language)

    def version(self, number: int) -> Version:
        """One of its Versions; raises Http404."""
        for version in self.versions:
            if version.number == number:
                return version
        raise Http404


@dataclass(frozen=True)
class Choice:
    """A text as the language switch names it."""

    pk: int
    slug: str
    language: str
    title: str


@dataclass(frozen=True)
class Facts:
    """What all pages of an appeal have in common; `first` has the first text of each language."""

    texts: int
    first: tuple[Choice, ...]
    choices: tuple[Choice, ...]
    # Whether the page of deliveries has anything to say.
    delivered: bool
    # Whether anything was told since.
    updated: bool
    # Whether the team shows an edition or an archive.
    in_edition: bool


@dataclass
class Family:
    """An appeal's published texts, the original first."""

    appeal: Appeal
    original: Member
    stamp: int

    @cached_property
    def facts(self) -> Facts:
        """What is the same for all pages."""
        bucket = int(clock.now().timestamp()) // _KEPT_SECONDS
        return _facts(self.appeal.public_id, self.original.text.pk, self.stamp, bucket)

    @property
    def size(self) -> int:
        """How many texts are published."""
        return self.facts.texts

    def page(self, *, after: str, size: int) -> tuple[list[Member], bool]:
        """Texts behind the one of a name, the original first of all; and whether more follow."""
        derived = published_texts(self.appeal).exclude(pk=self.original.text.pk)
        # Whoever names the original has seen it alone.
        seen = "" if after == self.original.text.slug else after
        rows = list(derived.filter(slug__gt=seen).order_by("slug")[: size + 1])
        found = members(rows[:size], self.appeal)
        shown = [found[text.pk] for text in rows[:size]]
        return (shown if after else [self.original, *shown]), len(rows) > size

    def versions(self, numbers: Iterable[int]) -> dict[int, Version]:
        """Some Versions of the appeal with their texts, by number, without their words."""
        rows = Version.objects.filter(pk__in=numbers, text__appeal=self.appeal)
        without = rows.select_related("text").defer("source", "canonical", "text__draft")
        return {version.pk: version for version in without}

    @cached_property
    def citing(self) -> list[Member]:
        """The texts that cite anything, the original first."""
        # A source is cited by texts of its own appeal alone.
        cited = CitedSource.objects.filter(state__source__appeal=self.appeal)
        texts = {*cited.values_list("version__text", flat=True).distinct(), *cite.citing(self.appeal)}
        found = _members(Version.objects.filter(text__in=texts), self.appeal)
        return sorted(found.values(), key=lambda member: _original_first(member.text))

    @property
    def interface_languages(self) -> list[str]:
        """The interface languages of the texts, the original's first."""
        tags = [languages.interface_language(choice.language) for choice in self.facts.first]
        own = languages.interface_language(self.original.text.language)
        return list(dict.fromkeys([own, *tags]))

    def member(self, slug: str) -> Member:
        """One of the texts; raises Http404."""
        if slug == self.original.text.slug:
            return self.original
        found = _members(Version.objects.filter(text__appeal=self.appeal, text__slug=slug), self.appeal)
        for member in found.values():
            return member
        raise Http404

    def nearest(self, tag: str) -> str:
        """The address of the first text in a language, the original's where there is none."""
        slugs = [choice.slug for choice in self.facts.first if choice.language == tag]
        return reverse("letter", args=[self.appeal.slug, slugs[0] if slugs else self.original.text.slug])

    def alternates(self, current: Text) -> list[dict[str, object]]:
        """The other texts of a letter, as the language switch and `hreflang` take them; a bounded number."""
        if self.size < 2:
            return []
        shown = list(self.facts.choices)
        if all(choice.pk != current.pk for choice in shown):
            shown[-1:] = [Choice(current.pk, current.slug, current.language, current.slug)]
        return [
            {**link, "url": absolute(str(link["url"])), "current": choice.pk == current.pk}
            for choice, link in zip(shown, self._links(shown), strict=True)
        ]

    @property
    def choices(self) -> list[dict[str, object]]:
        """A link to each text that the switch offers."""
        return self._links(self.facts.choices)

    def _links(self, shown: Iterable[Choice]) -> list[dict[str, object]]:
        """By their language; where two have the same, their titles part them."""
        shown = list(shown)
        tags = [choice.language for choice in shown]
        return [
            {
                "lang": choice.language,
                "dir": languages.direction(choice.language),
                "name": languages.own_name(choice.language)
                if tags.count(choice.language) == 1
                else f"{languages.own_name(choice.language)} · {choice.title}",
                "url": reverse("letter", args=[self.appeal.slug, choice.slug]),
            }
            for choice in shown
        ]


def published_texts(appeal: Appeal) -> QuerySet[Text]:
    """An appeal's texts that have a Version, without their drafts."""
    return _published(Text.objects.filter(appeal=appeal))


def _published(texts: QuerySet[Text]) -> QuerySet[Text]:
    return texts.filter(Exists(Version.objects.filter(text=OuterRef("pk"), number=1))).defer("draft")


@lru_cache(maxsize=512)
def _facts(public_id: str, original: int, _stamp: int, _bucket: int) -> Facts:
    newest = Version.objects.filter(text=OuterRef("pk")).order_by("-number").values("title")[:1]
    texts = _published(Text.objects.filter(appeal__public_id=public_id))
    delivered = Delivery.objects.filter(appeal=OuterRef("appeal"), leaf_index__isnull=False)
    edition = EditionBuild.objects.filter(appeal=OuterRef("appeal"), published_at__isnull=False)
    told = Update.objects.filter(appeal=OuterRef("appeal"), number__isnull=False, taken_down_at__isnull=True)
    named = texts.annotate(
        title=Subquery(newest), delivered=Exists(delivered), updated=Exists(told), in_edition=Exists(edition)
    )
    by_language = texts.order_by().values("language").annotate(first=Min("pk")).values("first")
    rows = list(named.filter(Q(pk__in=by_language) | Q(pk=original)))
    own = next(text.language for text in rows if text.pk == original)
    # The original stands for its language.
    first = [text for text in rows if text.pk == original or text.language != own]
    number = texts.count()
    shown = sorted(first, key=_original_first)[:SWITCH]
    if len(shown) < min(SWITCH, number):
        others = named.exclude(pk__in=[text.pk for text in shown]).order_by("pk")
        shown = sorted([*shown, *others[: SWITCH - len(shown)]], key=_original_first)
    return Facts(
        number,
        tuple(_choice(text) for text in sorted(first, key=_original_first)),
        tuple(_choice(text) for text in shown),
        any(text.delivered for text in rows),
        any(text.updated for text in rows),
        any(text.in_edition for text in rows),
    )


def _choice(text: Any) -> Choice:
    return Choice(text.pk, text.slug, text.language, text.title)


def members(texts: Iterable[Text], appeal: Appeal) -> dict[int, Member]:
    """Some texts with their Versions, by number of the text."""
    return _members(Version.objects.filter(text__in=[text.pk for text in texts]), appeal)


def _members(rows: QuerySet[Version], appeal: Appeal) -> dict[int, Member]:
    # A text's words may be large: they are read where one Version is shown.
    versions = (
        rows.select_related("text").defer("source", "canonical", "text__draft").order_by("text_id", "number")
    )
    found: dict[int, Member] = {}
    for version in versions:
        member = found.setdefault(version.text_id, Member(version.text))
        version.text = member.text
        member.text.appeal = appeal
        member.versions.append(version)
    return found


def families(appeals: Iterable[Appeal]) -> dict[int, Family]:
    """These appeals with their originals; those without a published one are left out."""
    by_pk = {appeal.pk: appeal for appeal in appeals}
    stamp = Version.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    rows = (
        Version.objects.filter(text__appeal__in=by_pk, text__relation=Text.Relation.ORIGINAL)
        .select_related("text")
        .defer("source", "canonical", "text__draft")
        .order_by("text_id", "number")
    )
    found: dict[int, Family] = {}
    for version in rows:
        appeal = by_pk[version.text.appeal_id]
        family = found.setdefault(appeal.pk, Family(appeal, Member(version.text), stamp))
        version.text = family.original.text
        version.text.appeal = appeal
        family.original.versions.append(version)
    return found


def _original_first(text: Text) -> tuple[bool, str]:
    return text.relation != Text.Relation.ORIGINAL, text.slug


def family_or_404(slug: str) -> Family:
    """A public appeal with its texts; a draft is answered as what does not exist."""
    try:
        appeal = reading.public_appeal(slug)
    except Appeal.DoesNotExist:
        raise Http404 from None
    family = families([appeal]).get(appeal.pk)
    if family is None:
        raise Http404
    return family
