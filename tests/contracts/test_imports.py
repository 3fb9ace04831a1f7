"""Imports and foreign keys run downward only, and stand where a reader looks for them."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

PROJECT = Path(__file__).resolve().parents[2]
SOURCE = PROJECT / "src" / "undersigned"

# From below to above; apps of one rank may not see each other.
RANKS = {
    "auth": 0, "contenttypes": 0,
    "accounts": 1, "mailroom": 1,
    "appeals": 2, "ledger": 2,
    "circulation": 3,
    "signing": 4,
    "edition": 5,
    "pages": 6,
}  # fmt: skip


def test_imports_run_downward_only(tmp_path: Path) -> None:
    program = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    assert program, "import-linter is not installed"
    done = subprocess.run(
        [program, "--no-logo", "--cache-dir", str(tmp_path)],
        cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def foreign_keys() -> Iterator[tuple[str, str, str]]:
    for model in apps.get_models(include_auto_created=True):
        if model.__module__.startswith("undersigned."):
            for field in model._meta.get_fields():
                related = getattr(field, "related_model", None)
                if isinstance(field, models.ForeignKey | models.ManyToManyField) and related is not None:
                    yield model._meta.app_label, related._meta.app_label, f"{model.__name__}.{field.name}"


def test_a_foreign_key_written_as_a_string_runs_downward_too() -> None:
    found = list(foreign_keys())
    assert found
    wrong = [
        f"{name}: {own} -> {other}"
        for own, other, name in found
        if own != other and RANKS[other] >= RANKS[own]
    ]
    assert wrong == []


def imports_inside_functions(path: Path) -> Iterator[int]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Import | ast.ImportFrom):
                    yield inner.lineno


def test_no_import_hides_inside_a_function() -> None:
    found = [
        f"{path.relative_to(PROJECT)}:{line}"
        for path in SOURCE.rglob("*.py")
        for line in sorted(set(imports_inside_functions(path)))
    ]
    assert found == []


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
