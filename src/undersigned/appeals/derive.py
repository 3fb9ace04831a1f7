"""Deriving: a translation or an adaptation is a text of its own under an exact Version."""

from dataclasses import replace

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals import languages, lineage, markup
from undersigned.appeals.models import Appeal, Text, Version
from undersigned.lib import canonical, clock, tokens

# What the family's own pages are called; the database refuses these as well.
RESERVED = frozenset(
    {
        "names",
        "sources",
        "variants",
        "verify",
        "privacy",
        "cases",
        "delivery",
        "persons",
        "updates",
        "edition",
    }
)
_DERIVED = (Text.Relation.TRANSLATION, Text.Relation.ADAPTATION)
TEXTS_MAX = 10_000


@transaction.atomic
def derive(
    *,
    actor: User,
    source: Version,
    relation: str,
    language: str,
    slug: str = "",
    reason: str = "",
    made_by: str = "",
) -> Text:
    """Makes a text under a Version, with a draft to start from; raises Forbidden, ValidationError."""
    require(actor, "appeal.edit", source.text.appeal.team)
    text = plant(
        source=source, relation=relation, language=language, slug=slug, reason=reason, made_by=made_by
    )
    audit.record(
        team=text.appeal.team,
        actor=actor,
        verb="text.derive",
        subject=f"text:{text.appeal.slug}/{text.slug}",
        relation=relation,
        source=f"{source.text.slug} v{source.number}",
    )
    return text


def plant(
    *, source: Version, relation: str, language: str, slug: str = "", reason: str = "", made_by: str = ""
) -> Text:
    """The new text itself, whoever may make it; asks no permission. Raises ValidationError."""
    appeal = Appeal.objects.select_for_update().select_related("team").get(pk=source.text.appeal_id)
    if appeal.state == Appeal.State.CLOSED:
        raise ValidationError(_("The appeal is closed: its words stay as they are."))
    if relation not in _DERIVED:
        raise ValidationError({"relation": _("Choose translation or adaptation.")})
    if not languages.is_language(language):
        raise ValidationError({"language": _("This is not a language code such as “es” or “pt-BR”.")})
    same = language.split("-")[0].lower() == source.language.split("-")[0].lower()
    if relation == Text.Relation.TRANSLATION and language.lower() == source.language.lower():
        raise ValidationError({"language": _("A translation is in another language than its source.")})
    if relation == Text.Relation.ADAPTATION and not same:
        raise ValidationError(
            {"language": _("An adaptation keeps the language of its source; make a translation first.")}
        )
    text = Text(
        public_id=tokens.public_id(),
        appeal=appeal,
        slug=_slug(appeal, slug, language, relation),
        language=language,
        relation=relation,
        parent=source,
        reason=_line("reason", reason),
        made_by=_line("made_by", made_by),
        draft=_first_draft(source, relation, language),
        created_at=clock.now(),
    )
    text.full_clean(exclude=["parent"])
    text.save(force_insert=True)
    return text


@transaction.atomic
def describe(
    *, actor: User, text: Text, reason: str, made_by: str, attested_by: str, rules_in_doubt: bool
) -> Text:
    """Corrects what readers are told of a derived text; an attestation is of its newest Version."""
    require(actor, "appeal.edit", text.appeal.team)
    current = Text.objects.select_for_update().select_related("appeal__team").get(pk=text.pk)
    current.reason, current.made_by = _line("reason", reason), _line("made_by", made_by)
    attester = _line("attested_by", attested_by)
    if attester != current.attested_by:
        current.attested_by = attester
        current.attested = current.versions.order_by("-number").first() if attester else None
        if attester and current.attested is None:
            raise ValidationError(
                {"attested_by": _("Publish the text first: an attestation is of a version.")}
            )
    current.rules_in_doubt = rules_in_doubt and current.relation != Text.Relation.ORIGINAL
    current.full_clean(exclude=["parent", "attested"])
    current.save(update_fields=["reason", "made_by", "attested_by", "attested", "rules_in_doubt"])
    audit.record(
        team=current.appeal.team,
        actor=actor,
        verb="text.describe",
        subject=f"text:{current.appeal.slug}/{current.slug}",
    )
    return current


@transaction.atomic
def catch_up(*, actor: User, text: Text, source: Version) -> Text:
    """From now on the text derives from a newer Version of its source; the next publication says so."""
    require(actor, "appeal.edit", text.appeal.team)
    current = follow(text=text, source=source)
    audit.record(
        team=current.appeal.team,
        actor=actor,
        verb="text.catch_up",
        subject=f"text:{current.appeal.slug}/{current.slug}",
        source=f"v{source.number}",
    )
    return current


def follow(*, text: Text, source: Version) -> Text:
    """The step itself, in the caller's transaction, whoever may take it; raises ValidationError."""
    current = (
        Text.objects.select_for_update(of=("self",)).select_related("appeal__team", "parent").get(pk=text.pk)
    )
    parent = current.parent
    if parent is None or source.text_id != parent.text_id:
        raise ValidationError(_("A text never changes what it derives from."))
    if source.number <= parent.number:
        return current
    current.parent = source
    current.save(update_fields=["parent"])
    return current


def _line(name: str, value: str) -> str:
    try:
        return canonical.one_line(value)
    except canonical.CanonicalError:
        raise ValidationError({name: _("This holds characters that cannot be shown.")}) from None


def _slug(appeal: Appeal, wanted: str, language: str, relation: str) -> str:
    """The address asked for, or one made of the language; raises ValidationError where it is taken."""
    taken = set(appeal.texts.values_list("slug", flat=True)) | RESERVED
    if len(taken) > TEXTS_MAX:
        raise ValidationError(_("This appeal has as many texts as one appeal can have."))
    if wanted:
        if wanted in taken or slugify(wanted) != wanted:
            raise ValidationError(
                {"slug": _("This address is taken, or holds more than small letters, digits and hyphens.")}
            )
        return wanted
    base = slugify(language) or "text"
    if relation == Text.Relation.ADAPTATION and base in taken:
        base = f"{base}-adapted"
    slug, number = base, 1
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    return slug


def _first_draft(source: Version, relation: str, language: str) -> str:
    """An adaptation starts from the words; a translation from the head, its body to be written."""
    head, body = markup.split(source.source)
    if relation == Text.Relation.ADAPTATION:
        return markup.join(replace(head, lang=language), body)
    told = f"{languages.language_name(source.language, language)}, {source.title}"
    return markup.join(replace(head, lang=language, translated_from=head.translated_from or told), "")


def newest_source(text: Text) -> Version | None:
    """The newest Version of what a text derives from; None for an original."""
    return lineage.newest_of(text.parent.text_id) if text.parent else None
