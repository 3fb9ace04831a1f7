"""A text that was called as a page of the family is now gives way."""

import importlib
from types import SimpleNamespace

import pytest
from django.apps import apps

from undersigned.appeals.models import Text

pytestmark = pytest.mark.django_db

migration = importlib.import_module("undersigned.appeals.migrations.0007_cases")


def test_a_text_that_was_called_so_moves_to_the_first_free_name(text: Text) -> None:
    saved: list[str] = []
    old = SimpleNamespace(
        appeal_id=text.appeal_id, slug="cases", save=lambda **_fields: saved.append(old.slug)
    )
    texts = SimpleNamespace(
        filter=lambda **asked: [old] if "slug__in" in asked else Text.objects.filter(**asked)
    )
    known = SimpleNamespace(get_model=lambda *_name: SimpleNamespace(objects=texts))
    Text.objects.filter(pk=text.pk).update(slug="cases-2")
    migration._give_way(known, None)
    assert saved == ["cases-3"]
    # Where no text is called so, nothing moves.
    migration._give_way(apps, None)
    assert Text.objects.get(pk=text.pk).slug == "cases-2"
