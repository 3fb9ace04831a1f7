"""The texts of an appeal as witnesses of each other."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC

from undersigned.appeals import markup
from undersigned.appeals.markup import Cluster
from undersigned.appeals.models import Text, Version
from undersigned.edition import document as d
from undersigned.edition.apparatus import collate
from undersigned.edition.body import read_body

_RELATIONS: dict[str, d.Relation] = {
    Text.Relation.ORIGINAL: "original",
    Text.Relation.TRANSLATION: "translation",
    Text.Relation.ADAPTATION: "adaptation",
}


def versions(texts: Iterable[Text]) -> dict[int, list[Version]]:
    """The versions of each text in their order."""
    rows = Version.objects.filter(text__in=[text.pk for text in texts]).select_related(
        "text", "derived_from__text"
    )
    found: dict[int, list[Version]] = {}
    for version in rows.order_by("text", "number"):
        found.setdefault(version.text_id, []).append(version)
    return found


def relation(text: Text) -> d.Relation:
    """What a text is within its family."""
    return _RELATIONS[text.relation]


def derivation(text: Text, printed: Version) -> d.Derivation | None:
    """What the printed words follow; None for an original."""
    source = printed.derived_from or text.parent
    if source is None:
        return None
    return d.Derivation(source.text.slug, source.number, text.reason, text.made_by, text.attested_by)


def apparatus(
    text: Text,
    base: d.Blocks,
    family: Mapping[int, list[Version]],
    cite: Callable[[Cluster], str] | None = None,
) -> d.Apparatus:
    """All versions of the family as witnesses; those in the text's own language are compared with it.

    `cite` says how a citation reads, in the base as in the others.
    """
    printed = family[text.pk][-1]
    witnesses: list[d.Witness] = []
    variants: list[d.Variant] = []
    for version in _own_first(text, family):
        compared = version.pk != printed.pk and _primary(version.language) == _primary(printed.language)
        witnesses.append(_witness(version, compared))
        if compared:
            other = read_body(markup.split(version.source)[1], cite=cite).blocks
            variants += collate(witnesses[-1].sigil, base, other)
    return d.Apparatus(_sigil(printed), tuple(witnesses), tuple(variants))


def _own_first(text: Text, family: Mapping[int, list[Version]]) -> list[Version]:
    own = family[text.pk]
    others = [version for some in family.values() for version in some if version.text_id != text.pk]
    return own + sorted(others, key=lambda version: (version.text.slug, version.number))


def _witness(version: Version, collated: bool) -> d.Witness:
    return d.Witness(
        sigil=_sigil(version),
        text=version.text.slug,
        version=version.number,
        language=version.language,
        digest=version.digest,
        published=version.published_at.astimezone(UTC).date(),
        relation=relation(version.text),
        collated=collated,
    )


def _sigil(version: Version) -> str:
    return f"{version.text.slug}-{version.number}"


def _primary(language: str) -> str:
    return language.split("-")[0].lower()
