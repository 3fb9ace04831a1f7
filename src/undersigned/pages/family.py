"""The published texts of appeals, with their Versions and addresses: one query for a whole list."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.http import Http404
from django.urls import reverse

from undersigned.appeals import languages, reading
from undersigned.appeals.models import Appeal, Text, Version
from undersigned.pages.public import absolute


@dataclass
class Member:
    """A published text with its Versions, oldest first."""

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


@dataclass
class Family:
    """An appeal's published texts, the original first."""

    appeal: Appeal
    members: list[Member] = field(default_factory=list)

    @property
    def original(self) -> Member:
        """The text that all others derive from."""
        return self.members[0]

    @property
    def interface_languages(self) -> list[str]:
        """The interface languages of the texts, the original's first."""
        tags = [languages.interface_language(member.text.language) for member in self.members]
        return list(dict.fromkeys(tags))

    def member(self, slug: str) -> Member:
        """One of the texts; raises Http404."""
        for member in self.members:
            if member.text.slug == slug:
                return member
        raise Http404

    def parent_of(self, text: Text) -> tuple[Member, Version] | None:
        """What a text was derived from."""
        for member in self.members:
            for version in member.versions:
                if version.pk == text.parent_id:
                    return member, version
        return None

    def alternates(self, current: Text) -> list[dict[str, object]]:
        """The other languages of a letter, as the language switch and `hreflang` take them."""
        if len(self.members) < 2:
            return []
        return [
            {**choice, "url": absolute(str(choice["url"])), "current": member.text.pk == current.pk}
            for member, choice in zip(self.members, self.choices, strict=True)
        ]

    @property
    def choices(self) -> list[dict[str, object]]:
        """A link to each text, by its language; where two have the same, their titles part them."""
        tags = [member.text.language for member in self.members]
        return [
            {
                "lang": member.text.language,
                "dir": member.direction,
                "name": member.own_name
                if tags.count(member.text.language) == 1
                else f"{member.own_name} · {member.newest.title}",
                "url": member.path,
            }
            for member in self.members
        ]


def families(appeals: Iterable[Appeal]) -> dict[int, Family]:
    """The published texts of these appeals; those without any are left out."""
    by_pk = {appeal.pk: appeal for appeal in appeals}
    # A text's words may be large: they are read where one Version is shown.
    rows = (
        Version.objects.filter(text__appeal__in=by_pk)
        .select_related("text")
        .defer("source", "canonical", "text__draft")
        .order_by("text_id", "number")
    )
    members: dict[int, Member] = {}
    for version in rows:
        member = members.setdefault(version.text_id, Member(version.text))
        version.text = member.text
        member.text.appeal = by_pk[member.text.appeal_id]
        member.versions.append(version)
    found: dict[int, Family] = {}
    for member in sorted(members.values(), key=_original_first):
        family = found.setdefault(member.text.appeal_id, Family(member.text.appeal))
        family.members.append(member)
    return found


def _original_first(member: Member) -> tuple[bool, str]:
    return member.text.relation != Text.Relation.ORIGINAL, member.text.slug


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
