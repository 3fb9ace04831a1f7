import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from tests.cast import LETTER, Cast
from undersigned.accounts.models import AuditRecord
from undersigned.accounts.permissions import Forbidden
from undersigned.appeals import draft, publish, reading
from undersigned.appeals.models import Appeal, Text, Version

pytestmark = pytest.mark.django_db


def test_it_makes_an_appeal_with_an_original_text(draft_appeal: Appeal) -> None:
    text = draft_appeal.texts.get()
    assert (text.relation, text.slug, text.language) == ("original", "en", "en")
    assert len(draft_appeal.public_id) == len(text.public_id) == 22
    assert AuditRecord.objects.get().verb == "appeal.create"


@pytest.mark.parametrize("role", ["moderator", "viewer", "outsider"])
def test_it_refuses_who_may_not_write(cast: Cast, text: Text, role: str) -> None:
    actor = getattr(cast, role)
    with pytest.raises(Forbidden):
        draft.save_draft(actor=actor, text=text, source="x", revision=0)
    with pytest.raises(Forbidden):
        draft.create_appeal(actor=actor, team=cast.team, title="x")
    with pytest.raises(Forbidden):
        publish.publish(actor=actor, text=text)
    with pytest.raises(Forbidden):
        draft.update_settings(actor=actor, appeal=text.appeal, title="x")
    text.refresh_from_db()
    assert text.draft == LETTER


def test_it_keeps_what_somebody_else_saved(cast: Cast, text: Text) -> None:
    draft.save_draft(actor=cast.owner, text=text, source="first", revision=0)
    with pytest.raises(draft.Conflict) as caught:
        draft.save_draft(actor=cast.editor, text=text, source="second", revision=0)
    assert caught.value.text.draft == "first"


def test_it_follows_the_head_until_it_is_published(cast: Cast, text: Text) -> None:
    source = LETTER.replace("lang: en", "lang: pt-BR").replace("For the night ferry", "Outro título")
    draft.save_draft(actor=cast.owner, text=text, source=source, revision=0)
    text.refresh_from_db()
    assert (text.language, text.slug, text.appeal.title) == ("pt-BR", "pt-br", "Outro título")


def test_it_makes_a_slug_for_any_title() -> None:
    assert draft.free_slug("نداء من أجل العبّارة").startswith("letter-")
    assert draft.free_slug("A night ferry!") == "a-night-ferry"
    assert draft.free_slug("word " * 30) == "-".join(["word"] * 12)


def test_it_freezes_the_words(cast: Cast, published: Version) -> None:
    assert published.number == 1
    assert len(published.digest) == 43
    assert b"one boat more" in bytes(published.canonical)
    for change in ({"source": "x"}, {"digest": "x"}, {"number": 9}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Version.objects.filter(pk=published.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM appeals_version WHERE id = %s", [published.pk])


def test_it_makes_the_next_version_from_changed_words(cast: Cast, published: Version) -> None:
    text = published.text
    draft.save_draft(actor=cast.owner, text=text, source=LETTER.replace("one boat", "two boats"), revision=0)
    second = publish.publish(actor=cast.owner, text=text)
    assert (second.number, second.digest == published.digest) == (2, False)
    assert reading.current_version(text) == second


def test_it_corrects_the_apparatus_without_a_new_version(cast: Cast, published: Version) -> None:
    text = published.text
    source = LETTER.replace("date: 2026-03-01", "date: 2026-03-02\narchive: Harbour Museum, box 4")
    draft.save_draft(actor=cast.owner, text=text, source=source, revision=0)
    assert publish.publish(actor=cast.owner, text=text) == published
    head = reading.document(Version.objects.get()).head
    assert (head.archive, head.date, head.title) == (
        "Harbour Museum, box 4",
        "2026-03-02",
        "For the night ferry",
    )
    assert head.addressee.name == "The Harbour Board"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("title: For the night ferry\n", ""), "no-title"),
        (("lang: en", "lang: qqq-nonsense-zz"), "no-language"),
        (("[^1]:", "[^2]:"), "note-undefined"),
        (("We ask", "<b>We</b> ask"), "raw-html"),
        (("We ask", "![x](https://elsewhere.example/x.png) We ask"), "image"),
        (("---\n\nDear", "\n\nDear"), "head-unclosed"),
    ],
)
def test_it_says_why_a_draft_is_not_publishable(
    cast: Cast, text: Text, change: tuple[str, str], code: str
) -> None:
    draft.save_draft(actor=cast.owner, text=text, source=LETTER.replace(*change), revision=0)
    with pytest.raises(publish.NotPublishable) as caught:
        publish.publish(actor=cast.owner, text=text)
    assert code in [problem.code for problem in caught.value.problems]
    assert all(str(problem) for problem in caught.value.problems)
    assert not Version.objects.exists()


def test_it_keeps_the_address_of_an_open_appeal(cast: Cast, draft_appeal: Appeal) -> None:
    draft_appeal.state, draft_appeal.opened_at = Appeal.State.OPEN, draft_appeal.created_at
    draft_appeal.save()
    with pytest.raises(ValidationError):
        draft.update_settings(actor=cast.owner, appeal=draft_appeal, slug="elsewhere")
    changed = draft.update_settings(actor=cast.owner, appeal=draft_appeal, purpose="Another purpose")
    assert changed.purpose == "Another purpose"
