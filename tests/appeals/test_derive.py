"""A translation or an adaptation is a text of its own under an exact Version, and stays where it hangs."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.test import Client

from tests.cast import Cast
from undersigned.accounts.models import AuditRecord
from undersigned.accounts.permissions import Forbidden
from undersigned.appeals import derive, draft, lineage, publish
from undersigned.appeals.models import Appeal, Text, Version

pytestmark = pytest.mark.django_db

SPANISH = """\
---
title: Por el ferry de la noche
author: The people of Lower Quay
lang: es
addressee: The Harbour Board
---

Estimados miembros:

El último ferry sale a las nueve.[^1] Enfermeras, panaderos y estudiantes *vuelven a pie* por la colina.

Pedimos un barco más.

[^1]: Horario de enero de 2026, página 4.
"""


@pytest.fixture
def spanish(cast: Cast, published: Version) -> Text:
    return derive.derive(
        actor=cast.editor, source=published, relation="translation", language="es", made_by="Inés Paz"
    )


def rewrite(cast: Cast, text: Text, words: str) -> Version:
    text.refresh_from_db()
    draft.save_draft(actor=cast.owner, text=text, source=words, revision=text.draft_revision)
    return publish.publish(actor=cast.owner, text=text)


def test_a_translation_starts_from_the_head_alone(spanish: Text, published: Version) -> None:
    assert (spanish.slug, spanish.relation, spanish.parent) == ("es", "translation", published)
    assert "For the night ferry" in spanish.draft
    assert "lang: es" in spanish.draft
    assert "Nurses" not in spanish.draft
    assert not spanish.versions.exists()
    assert AuditRecord.objects.filter(verb="text.derive").exists()


def test_an_adaptation_starts_from_the_words(cast: Cast, published: Version) -> None:
    text = derive.derive(actor=cast.owner, source=published, relation="adaptation", language="en")
    assert text.slug == "en-adapted"
    assert "Nurses, bakers" in text.draft
    assert publish.publish(actor=cast.owner, text=text).derived_from == published


@pytest.mark.parametrize("who", ["moderator", "viewer", "outsider"])
def test_others_may_not(cast: Cast, published: Version, who: str) -> None:
    with pytest.raises(Forbidden):
        derive.derive(actor=getattr(cast, who), source=published, relation="translation", language="es")
    assert Text.objects.count() == 1


@pytest.mark.parametrize(
    ("relation", "language", "slug", "field"),
    [
        ("translation", "zz-99-qq", "", "language"),
        ("translation", "en", "", "language"),
        ("adaptation", "es", "", "language"),
        ("original", "es", "", "relation"),
        ("translation", "es", "names", "slug"),
        ("translation", "es", "en", "slug"),
        ("translation", "es", "No Slug", "slug"),
    ],
)
def test_what_cannot_be_is_said(
    cast: Cast, published: Version, relation: str, language: str, slug: str, field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        derive.derive(actor=cast.owner, source=published, relation=relation, language=language, slug=slug)
    assert field in refused.value.error_dict
    assert Text.objects.count() == 1


def test_a_closed_appeal_takes_no_more_texts(cast: Cast, published: Version) -> None:
    Appeal.objects.update(state="closed", opened_at=published.published_at, closed_at=published.published_at)
    published.text.appeal.refresh_from_db()
    with pytest.raises(ValidationError, match="closed"):
        derive.derive(actor=cast.owner, source=published, relation="translation", language="es")


def test_it_is_behind_until_it_follows_the_newer_version(
    cast: Cast, published: Version, spanish: Text
) -> None:
    rewrite(cast, spanish, SPANISH)
    second = rewrite(cast, published.text, published.source.replace("one boat", "two boats"))

    def node() -> lineage.Node:
        versions = {text.pk: list(text.versions.all()) for text in Text.objects.all()}
        return lineage.tree(Text.objects.all(), versions)[1]

    assert node().ahead == second
    assert node().depth == 1
    spanish.refresh_from_db()
    derive.catch_up(actor=cast.editor, text=spanish, source=second)
    # The published words still follow version 1; only the next ones follow version 2.
    assert node().is_behind
    rewrite(cast, spanish, SPANISH.replace("miembros", "miembros del consejo"))
    assert not node().is_behind
    assert [version.derived_from for version in spanish.versions.all()] == [published, second]


def test_an_attestation_is_of_the_version_that_was_read(
    cast: Cast, published: Version, spanish: Text
) -> None:
    told = {"reason": "", "made_by": "Inés Paz", "attested_by": "Sworn Translators", "rules_in_doubt": False}
    with pytest.raises(ValidationError, match="Publish"):
        derive.describe(actor=cast.owner, text=spanish, **told)
    first = rewrite(cast, spanish, SPANISH)
    derive.describe(actor=cast.owner, text=spanish, **told)
    spanish.refresh_from_db()
    assert spanish.attested == first


@pytest.mark.django_db(transaction=True)
def test_the_database_keeps_the_tree(
    cast: Cast, published: Version, spanish: Text, other_appeal: Callable[[], Version]
) -> None:
    foreign = other_appeal()
    own = rewrite(cast, spanish, SPANISH)
    with pytest.raises(DatabaseError), transaction.atomic():
        Text.objects.filter(pk=spanish.pk).update(parent=foreign)
    with pytest.raises(DatabaseError), transaction.atomic():
        Text.objects.filter(pk=spanish.pk).update(parent=own)
    with pytest.raises(DatabaseError), transaction.atomic():
        Text.objects.filter(pk=published.text_id).update(parent=own, relation="adaptation")
    with pytest.raises(DatabaseError), transaction.atomic():
        Version.objects.filter(pk=own.pk).update(derived_from=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        Text.objects.create(
            public_id="x" * 22,
            appeal=published.text.appeal,
            slug="fr",
            language="fr",
            relation="translation",
            parent=foreign,
            created_at=published.published_at,
        )


@pytest.fixture
def other_appeal(cast: Cast, published: Version) -> Callable[[], Version]:
    def make() -> Version:
        other = draft.create_appeal(
            actor=cast.owner, team=cast.team, title="For the bridge", source=published.source
        )
        return publish.publish(actor=cast.owner, text=other.texts.get())

    return make


def test_the_desk_starts_a_translation_with_its_source_beside(
    client: Client, cast: Cast, published: Version
) -> None:
    client.force_login(cast.editor)
    address = "/desk/appeals/night-ferry/texts/new/"
    assert b"A translation" in client.get(address).content
    wrong = client.post(address, {"source": published.pk, "relation": "translation", "language": "xx-nope"})
    assert wrong.status_code == 422
    made = {"source": published.pk, "relation": "translation", "language": "es", "made_by": "Inés Paz"}
    page = client.post(address, made, follow=True).content.decode()
    assert "Nurses, bakers and students" in page
    assert "The source: version 1" in page
    rewrite(cast, Text.objects.get(slug="es"), SPANISH)
    rewrite(cast, published.text, published.source.replace("one boat", "two boats"))
    page = client.get("/desk/appeals/night-ferry/draft/es/").content.decode()
    assert "The source has a version 2" in page
    client.post("/desk/appeals/night-ferry/texts/es/catch-up/")
    parent = Text.objects.get(slug="es").parent
    assert parent is not None
    assert parent.number == 2
    told = {"made_by": "Inés Paz", "reason": "For the south", "attested_by": "Sworn", "rules_in_doubt": "on"}
    assert client.post("/desk/appeals/night-ferry/texts/es/", told).status_code == 302
    assert Text.objects.get(slug="es").rules_in_doubt


@pytest.mark.parametrize("path", ["texts/new/", "texts/es/", "texts/en/"])
def test_outsiders_find_nothing(client: Client, cast: Cast, published: Version, path: str) -> None:
    client.force_login(cast.outsider)
    assert client.get(f"/desk/appeals/night-ferry/{path}").status_code == 404
