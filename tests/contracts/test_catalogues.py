"""Every catalogue is complete, keeps the placeholders, and is compiled as it stands."""

import io
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
LOCALE = ROOT / "src" / "undersigned" / "locale"
LANGUAGES = ("es", "fr", "ar")
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]|%[sd]|\{[a-z_]*\}")


def catalogue(language: str) -> Catalog:
    with (LOCALE / language / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=language)


def name(message: Message) -> tuple[str | None, ...]:
    """What tells one message from another: context, singular and plural."""
    ids = [message.id] if isinstance(message.id, str) else message.id
    # Read from a compiled catalogue, a context is still bytes.
    context: str | bytes | None = message.context
    return (context.decode() if isinstance(context, bytes) else context, *ids)


def forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_string_is_translated(language: str) -> None:
    left = [m.id for m in catalogue(language) if m.id and (m.fuzzy or not all(forms(m)))]
    assert left == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_keeps_the_placeholders(language: str) -> None:
    wrong = []
    for message in catalogue(language):
        if not message.id:
            continue
        sources = [message.id] if isinstance(message.id, str) else list(message.id)
        allowed = {frozenset(PLACEHOLDER.findall(source)) for source in sources}
        most = frozenset().union(*allowed)
        for form in forms(message):
            used = frozenset(PLACEHOLDER.findall(form))
            # A form for one or two things may leave the number out.
            if used not in allowed and not (len(sources) > 1 and used <= most):
                wrong.append((message.id, form))
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_the_written_one(language: str) -> None:
    with (LOCALE / language / "LC_MESSAGES" / "django.mo").open("rb") as file:
        compiled = {name(m): forms(m) for m in read_mo(file) if m.id}
    assert compiled == {name(m): forms(m) for m in catalogue(language) if m.id}


def test_no_string_of_the_program_is_missing(tmp_path: Path) -> None:
    if shutil.which("xgettext") is None:
        pytest.skip("gettext's xgettext is not installed, which collects the strings")
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("*.pyc", "locale"))
    package = tmp_path / "src" / "undersigned"
    (package / "locale").mkdir()
    subprocess.run(
        [sys.executable, "-m", "django", "makemessages", "-l", "es", "--no-wrap", "--no-location"],
        cwd=package,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "PYTHONPATH": str(tmp_path / "src")},
        check=True,
        capture_output=True,
    )
    collected = read_po(io.BytesIO((package / "locale/es/LC_MESSAGES/django.po").read_bytes()))
    used = {name(m) for m in collected if m.id}
    for language in LANGUAGES:
        assert used - {name(m) for m in catalogue(language) if m.id} == set(), language
