"""The migrations in the tree make the models in the tree."""

import io
import re
from pathlib import Path

import pytest
from django.core.management import call_command

SOURCE = Path(__file__).resolve().parents[2] / "src" / "undersigned"


@pytest.mark.django_db
def test_no_model_change_lacks_its_migration() -> None:
    told = io.StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=told, verbosity=1)
    except SystemExit:
        pytest.fail(told.getvalue())


def test_a_migration_is_named_by_hand() -> None:
    machine_made = re.compile(r"\d{4}_(auto_\d|alter_|remove_|.*_and_more)")
    assert [path.name for path in SOURCE.glob("*/migrations/0*.py") if machine_made.match(path.stem)] == []
