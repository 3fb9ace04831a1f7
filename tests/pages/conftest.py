"""What the tests of public pages read: an open appeal with signatures, versions and a translation."""

import pytest
from django.test import Client

from tests.cast import LETTER, Cast
from tests.signing import crowd
from undersigned.appeals import draft, publish
from undersigned.appeals.models import Appeal, Text, Version
from undersigned.lib import clock, tokens
from undersigned.signing import sequence

ARABIC = """\
---
title: من أجل عبّارة الليل
author: أهل الرصيف الأدنى
lang: ar
addressee: مجلس الميناء
---

السادة أعضاء المجلس،

نطلب عبّارة واحدة إضافية.
"""


@pytest.fixture
def reader() -> Client:
    """Somebody without cookies."""
    return Client()


def sign(version: Version, *names: str, **more: object) -> None:
    """Confirmed and recorded signatures of these names."""
    for name in names:
        crowd.confirmed(version, name, **more)
    sequence.record_due(force=True)


@pytest.fixture
def signed_appeal(open_appeal: Appeal) -> Appeal:
    """Three listed names, one pseudonym, one unlisted."""
    version = crowd.original(open_appeal)
    crowd.confirmed(version, "Grace Lang", display="unlisted")
    crowd.confirmed(version, "Hidden Name", display="pseudonym", pseudonym="Heron")
    sign(version, "Amina Qadir", "Ángel Ruiz", "Bela Novák", affiliation="Ferry school")
    return open_appeal


@pytest.fixture
def family(cast: Cast, signed_appeal: Appeal) -> Appeal:
    """The same with a second version, signed once, and an Arabic translation, signed twice."""
    text = signed_appeal.texts.get()
    first = crowd.original(signed_appeal)
    source = LETTER.replace("leaves at nine", "leaves at eight").replace("one boat more", "two boats more")
    draft.save_draft(actor=cast.owner, text=text, source=source, revision=text.draft_revision)
    text.refresh_from_db()
    second = publish.publish(actor=cast.owner, text=text)
    arabic = Text.objects.create(
        public_id=tokens.public_id(),
        appeal=signed_appeal,
        slug="ar",
        language="ar",
        relation=Text.Relation.TRANSLATION,
        parent=first,
        draft=ARABIC,
        created_at=clock.now(),
    )
    translated = publish.publish(actor=cast.owner, text=arabic)
    sequence.record_due(force=True)
    sign(second, "Late Comer")
    sign(translated, "سلمى ناصر", "يوسف خوري")
    return signed_appeal
