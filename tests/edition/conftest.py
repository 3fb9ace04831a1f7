"""What editions are made of: an invented letter of the model's shape, its family, and who signed it."""

import importlib
import os
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cast import Cast
from tests.signing import crowd
from undersigned.appeals import derive, draft, import_letter, letter, publish, reading
from undersigned.appeals.models import Appeal, Text, Version
from undersigned.edition import document as d
from undersigned.edition.gather import gather
from undersigned.lib import clock
from undersigned.signing import sequence

ROOT = Path(__file__).parents[2]
LETTER = ROOT / "tests/letters/carta-desde-el-faro.txt"
SHARED = Path(os.environ.get("UNDERSIGNED_SHARED", str(ROOT.parent / "shared")))
MODEL = SHARED / "letters/1936-07-06-letter-to-v-serge.txt"

DETAILS = {
    "controller": "Cuadernos del Estuario",
    "controller_contact": "correo@estuario.example",
    "purpose": "To ask for the release of the fishermen.",
    "closes_at": clock.now() + timedelta(days=30),
}

ENGLISH = """\
---
title: Draft of a manifesto for the arrested fishermen
author: Ernestina Valdomar
lang: en
addressee: Lino Arce
---

Dear comrade Arce:

I send you the draft of a manifesto.
"""

# One text each in a script of its own: greeting, a note, a word stressed, a list, verse, a section.
SCRIPTS = {
    "ar": ("من أجل عبّارة الليل", "السادة الأعضاء،", "نطلب *عبّارة* واحدة[^1] إضافية.", "جدول كانون الثاني."),
    "ru": (
        "Письмо о ночном пароме",
        "Дорогие товарищи,",
        "Мы просим *один* паром[^1] ещё.",
        "Расписание января.",
    ),
    "el": (
        "Για το νυχτερινό πλοίο",
        "Αγαπητοί φίλοι,",
        "Ζητάμε *ένα* πλοίο[^1] ακόμη.",
        "Δρομολόγιο Ιανουαρίου.",
    ),
}


def source_in(language: str) -> str:
    """A letter in one of the scripts."""
    title, greeting, words, note = SCRIPTS[language]
    return f"---\ntitle: {title}\nlang: {language}\n---\n\n{greeting}\n\n{words}\n\n[^1]: {note}\n"


def make(cast: Cast, path: Path, slug: str) -> Version:
    """A plain letter, imported and published; the appeal is not open."""
    text = import_letter.import_letter(
        actor=cast.owner, team=cast.team, letter=letter.read_letter_file(path), slug=slug
    )
    Appeal.objects.filter(pk=text.appeal_id).update(**DETAILS)
    return publish.publish(actor=cast.owner, text=Text.objects.select_related("appeal__team").get(pk=text.pk))


def rewrite(cast: Cast, text: Text, *changes: tuple[str, str]) -> Version:
    """The next version, with these words changed."""
    text.refresh_from_db()
    words = text.draft
    for old, new in changes:
        assert old in words
        words = words.replace(old, new)
    draft.save_draft(actor=cast.owner, text=text, source=words, revision=text.draft_revision)
    return publish.publish(actor=cast.owner, text=text)


def derived(cast: Cast, source: Version, relation: str, language: str, words: str, slug: str = "") -> Version:
    """A text under a version, published with these words."""
    text = derive.derive(
        actor=cast.editor, source=source, relation=relation, language=language, slug=slug, made_by="Inés Paz",
        reason="For readers abroad" if relation == "translation" else "Shorter, for a poster",
    )  # fmt: skip
    draft.save_draft(actor=cast.owner, text=text, source=words, revision=text.draft_revision)
    text.refresh_from_db()
    return publish.publish(actor=cast.owner, text=text)


def open_it(cast: Cast, appeal: Appeal) -> Appeal:
    """Open for signature."""
    opening = importlib.import_module("undersigned.signing.opening")
    return opening.open_appeal(
        actor=cast.owner, appeal=Appeal.objects.select_related("team").get(pk=appeal.pk)
    )


@pytest.fixture
def faro(cast: Cast) -> Appeal:
    """The letter from the lighthouse, published and not yet open."""
    return make(cast, LETTER, "faro").text.appeal


@pytest.fixture
def family(cast: Cast, faro: Appeal) -> Appeal:
    """Two versions, a translation, an adaptation in the same language, a dozen signatures of every kind."""
    text = reading.original(faro)
    first = crowd.original(faro)
    open_it(cast, faro)
    crowd.confirmed(first, "Amparo Veiga", edition=True, role="red-maker", place="Vigo", country="ES")
    sequence.record_due(force=True)
    second = rewrite(cast, text, ("que siguen presos", "que aún siguen presos"), ("Un saludo", "Un abrazo"))
    derived(cast, second, "translation", "en", ENGLISH)
    words = text.draft.replace("Haga con", "Hagan con").replace(
        "Estimada compañera Arce:", "Vecinas, vecinos:"
    )
    derived(cast, second, "adaptation", "es", words, slug="cartel")
    sign(second)
    return Appeal.objects.select_related("team").get(pk=faro.pk)


def sign(version: Version) -> None:
    """Signatures with and without the consent to be kept, listed and not."""
    crowd.confirmed(version, "Zoë Ångström", edition=True)
    crowd.confirmed(version, "Мария Ковалёва", edition=True, email="maria@people.example")
    crowd.confirmed(version, "أمينة قادر", edition=True, email="amina@people.example")
    crowd.confirmed(version, "Kept Civil", edition=True, display="pseudonym", pseudonym="Garza Real")
    crowd.confirmed(version, "Nokeep Consentless", edition=False)
    crowd.confirmed(version, "Unlisted Hidden", edition=True, display="unlisted")
    sequence.record_due(force=True)


@pytest.fixture
def edition(family: Appeal) -> d.Edition:
    return gather(family)
