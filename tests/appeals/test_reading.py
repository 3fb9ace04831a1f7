"""What readers and the desk read of an appeal and its texts."""

import pytest
from django.utils import translation

from tests.cast import LETTER, Cast
from undersigned.accounts.permissions import Forbidden
from undersigned.appeals import draft, languages, markup, publish, reading
from undersigned.appeals.models import Appeal, Text, Version

pytestmark = pytest.mark.django_db


def test_the_public_sees_no_draft(draft_appeal: Appeal) -> None:
    for slug in ("night-ferry", "no-such-appeal"):
        with pytest.raises(Appeal.DoesNotExist):
            reading.public_appeal(slug)


@pytest.mark.parametrize("state", ["open", "closed"])
def test_the_public_sees_an_open_and_a_closed_appeal(published: Version, state: str) -> None:
    appeal = published.text.appeal
    appeal.state, appeal.opened_at, appeal.closed_at = state, appeal.created_at, appeal.created_at
    appeal.save()
    assert reading.public_appeal("night-ferry") == appeal
    assert reading.public_text(appeal, "en") == published.text
    assert reading.public_texts(appeal) == [published.text]


def test_a_text_without_a_version_is_not_public(text: Text) -> None:
    assert reading.public_texts(text.appeal) == []
    with pytest.raises(Text.DoesNotExist):
        reading.public_text(text.appeal, "en")


def test_the_original_comes_first(cast: Cast, published: Version) -> None:
    arabic = Text.objects.create(
        public_id="t" * 22, appeal=published.text.appeal, slug="ar", language="ar", relation="translation",
        parent=published, draft=LETTER.replace("lang: en", "lang: ar"), created_at=published.published_at,
    )  # fmt: skip
    publish.publish(actor=cast.owner, text=arabic)
    assert [text.slug for text in reading.public_texts(published.text.appeal)] == ["en", "ar"]


def test_the_desk_tells_outsiders_nothing_and_roles_what_they_may(cast: Cast, draft_appeal: Appeal) -> None:
    assert reading.desk_appeal(cast.viewer, "night-ferry") == draft_appeal
    assert reading.desk_appeal(cast.editor, "night-ferry", "appeal.edit") == draft_appeal
    with pytest.raises(Forbidden):
        reading.desk_appeal(cast.viewer, "night-ferry", "appeal.edit")
    for slug in ("night-ferry", "no-such-appeal"):
        with pytest.raises(Appeal.DoesNotExist):
            reading.desk_appeal(cast.outsider, slug, "appeal.edit")
    cast.owner.is_active = False
    with pytest.raises(Appeal.DoesNotExist):
        reading.desk_appeal(cast.owner, "night-ferry")


def test_a_version_is_rendered_with_its_notes(published: Version) -> None:
    document = reading.document(published)
    assert document.head.title == "For the night ferry"
    assert "<em>walk home</em>" in document.html and "Timetable of January" in document.html


def test_the_names_of_parts_are_in_the_texts_language() -> None:
    for tag in ("en", "ar", "ka"):
        page = reading.preview(LETTER.replace("lang: en", f"lang: {tag}"), "fr").html
        with translation.override(languages.interface_language(tag)):
            assert translation.gettext("Back to mark {number}").format(number=1) in page


def test_a_preview_needs_no_head() -> None:
    document = reading.preview("No *head* at all", "fr")
    assert document.head == markup.Head() and "<em>head</em>" in document.html


def test_a_preview_says_what_cannot_be_read() -> None:
    with pytest.raises(markup.MarkupError):
        reading.preview("---\ntitle: [\n---\n", "en")


def test_corrections_show_on_the_newest_version_only(cast: Cast, published: Version) -> None:
    text = published.text
    changed = LETTER.replace("one boat", "two boats")
    draft.save_draft(actor=cast.owner, text=text, source=changed, revision=0)
    second = publish.publish(actor=cast.owner, text=text)
    corrected = changed.replace("lang: en", "lang: en\narchive: Harbour Museum\nplace: Lower Quay")
    draft.save_draft(actor=cast.owner, text=text, source=corrected, revision=1)
    assert publish.publish(actor=cast.owner, text=text) == second
    first, second = Version.objects.order_by("number")
    assert reading.document(second).head.archive == "Harbour Museum"
    assert reading.document(second).head.extra == {"place": "Lower Quay"}
    assert reading.document(first).head.archive == ""
    assert reading.current_version(text) == second


def test_a_correction_can_be_taken_back(cast: Cast, published: Version) -> None:
    text = published.text
    without = LETTER.replace("date: 2026-03-01\n", "")
    draft.save_draft(actor=cast.owner, text=text, source=without, revision=0)
    publish.publish(actor=cast.owner, text=text)
    text.refresh_from_db()
    assert reading.document(Version.objects.get()).head.date == ""
