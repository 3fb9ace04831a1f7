"""Starting, writing and publishing a text on the desk, over HTTP."""

import html
import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import translation

from tests.appeals.awkward import AWKWARD
from tests.cast import LETTER, Cast
from undersigned.accounts.models import Membership, Role
from undersigned.appeals import draft, publish
from undersigned.appeals.markup import Problem
from undersigned.appeals.models import Appeal, Text, Version
from undersigned.appeals.said import said

pytestmark = pytest.mark.django_db

NEW = "/desk/appeals/new/"
DRAFT = "/desk/appeals/night-ferry/draft/en/"
WRITERS = ["owner", "editor"]
READERS = ["moderator", "viewer"]


def desk(cast: Cast, role: str) -> Client:
    client = Client()
    client.force_login(getattr(cast, role))
    return client


def shown(answer: HttpResponse) -> str:
    return html.unescape(answer.content.decode())


# Roles


@pytest.mark.parametrize("path", ["", "preview/", "publish/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_it_sends_strangers_to_the_sign_in_page(text: Text, method: str, path: str) -> None:
    answer = getattr(Client(), method)(DRAFT + path)
    assert answer.status_code == 302 and answer["Location"].startswith("/desk/account/login/")


@pytest.mark.parametrize("role", READERS)
@pytest.mark.parametrize("path", ["", "preview/", "publish/"])
def test_it_refuses_a_role_that_may_not_write(cast: Cast, text: Text, role: str, path: str) -> None:
    assert desk(cast, role).post(DRAFT + path, {"source": "x", "revision": 0}).status_code == 403
    text.refresh_from_db()
    assert (text.draft, text.versions.count()) == (LETTER, 0)


@pytest.mark.parametrize("path", ["", "preview/", "publish/"])
def test_an_outsider_gets_what_a_missing_page_gets(cast: Cast, text: Text, path: str) -> None:
    client = desk(cast, "outsider")
    for address in (DRAFT + path, DRAFT.replace("night-ferry", "no-such-appeal") + path):
        assert client.post(address, {"source": "x", "revision": 0}).status_code == 404
        assert client.get(address).status_code in (404, 405)
    assert desk(cast, "owner").get(DRAFT.replace("/en/", "/xx/")).status_code == 404


@pytest.mark.parametrize("role", WRITERS)
def test_who_writes_sees_the_draft_and_its_preview(cast: Cast, text: Text, role: str) -> None:
    answer = desk(cast, role).get(DRAFT)
    assert answer.status_code == 200
    assert "We ask for one boat more." in shown(answer) and "<em>walk home</em>" in answer.content.decode()


def test_it_asks_for_the_form_token(cast: Cast, text: Text) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.owner)
    assert client.post(DRAFT, {"source": "x", "revision": 0}).status_code == 403


# Starting


def start(cast: Cast, role: str = "owner", **values: object) -> HttpResponse:
    team = Membership.objects.get(user=getattr(cast, role)).team
    return desk(cast, role).post(NEW, {"title": "A letter", "language": "en", "team": team.pk, **values})


@pytest.mark.parametrize("role", WRITERS)
def test_it_starts_an_appeal_with_a_head(cast: Cast, role: str) -> None:
    answer = start(cast, role, title="Pour le bac  de nuit", language="fr")
    text = Text.objects.get()
    assert answer["Location"] == "/desk/appeals/pour-le-bac-de-nuit/draft/fr/"
    assert text.draft.startswith("---\ntitle: Pour le bac  de nuit\nlang: fr\n---\n")
    assert text.appeal.title == "Pour le bac de nuit"


@pytest.mark.parametrize("role", READERS)
def test_it_lets_readers_start_nothing(cast: Cast, role: str) -> None:
    assert start(cast, role).status_code == 403
    assert "Ask an owner of the team" in shown(desk(cast, role).get(NEW))
    assert not Appeal.objects.exists()


@pytest.mark.parametrize("team", ["", "x", "-1", "9" * 40, "\0"])
def test_it_starts_nothing_in_a_team_of_others(cast: Cast, team: str) -> None:
    other = str(Membership.objects.get(user=cast.outsider).team_id)
    assert start(cast, team=other).status_code == 422
    assert start(cast, team=team).status_code == 422
    assert not Appeal.objects.exists()


@pytest.mark.parametrize("value", AWKWARD)
@pytest.mark.parametrize("field", ["title", "language"])
def test_any_title_and_language_is_answered(cast: Cast, field: str, value: str) -> None:
    answer = start(cast, **{field: value})
    assert answer.status_code in (302, 422)
    assert Appeal.objects.count() == (answer.status_code == 302)
    if answer.status_code == 422:
        assert value.strip() in shown(answer) or "\0" in value
        assert "field-error" in answer.content.decode()
    else:
        assert desk(cast, "owner").get(answer["Location"]).status_code == 200


@pytest.mark.parametrize("tag", ["en_US", "xq", "en-XX-nonsense-zz", "English"])
def test_it_says_when_a_language_is_none(cast: Cast, tag: str) -> None:
    answer = start(cast, language=tag)
    assert answer.status_code == 422
    assert "not a language code" in shown(answer) and f'value="{tag}"' in shown(answer)


def test_a_form_that_was_sent_empty_says_what_is_missing(cast: Cast) -> None:
    for path in (NEW, "/desk/import/"):
        answer = desk(cast, "owner").post(path)
        assert answer.status_code == 422 and "This field is required" in shown(answer)


def test_an_appeal_never_takes_the_address_of_a_page(cast: Cast) -> None:
    assert start(cast, title="New")["Location"] == "/desk/appeals/new-2/draft/en/"


# Writing


def save(cast: Cast, source: str, revision: object = 0, role: str = "owner", **more: str) -> HttpResponse:
    return desk(cast, role).post(DRAFT, {"source": source, "revision": revision, **more})


def test_it_keeps_the_draft_as_typed(cast: Cast, text: Text) -> None:
    typed = LETTER.replace("one boat", "two boats").replace("\n", "\r\n")
    assert save(cast, typed)["Location"] == DRAFT
    text.refresh_from_db()
    assert text.draft == LETTER.replace("one boat", "two boats")
    assert text.draft_revision == 1


def test_it_follows_a_language_that_changes_the_address(cast: Cast, text: Text) -> None:
    answer = save(cast, LETTER.replace("lang: en", "lang: pt-BR"))
    assert answer["Location"] == DRAFT.replace("/en/", "/pt-br/")


@pytest.mark.parametrize("value", AWKWARD)
def test_any_draft_is_answered(cast: Cast, text: Text, value: str) -> None:
    answer = save(cast, value)
    assert answer.status_code in (302, 422)
    if "\0" in value:
        assert answer.status_code == 422 and "field-error" in answer.content.decode()
    else:
        text.refresh_from_db()
        assert text.draft == value
        assert desk(cast, "owner").get(DRAFT).status_code == 200
        assert desk(cast, "owner").get(DRAFT + "publish/").status_code == 200
        assert desk(cast, "owner").get("/desk/appeals/night-ferry/").status_code == 200


@pytest.mark.parametrize("value", AWKWARD)
def test_any_title_in_the_head_is_answered(cast: Cast, text: Text, value: str) -> None:
    escaped = value.replace("\0", r"\0").replace("\x01", r"\x01").replace("\x1b", r"\e").replace('"', r"\"")
    source = LETTER.replace("title: For the night ferry", f'title: "{escaped}"')
    save(cast, source)
    assert desk(cast, "owner").get(DRAFT).status_code == 200
    assert desk(cast, "owner").get("/desk/appeals/night-ferry/").status_code == 200
    assert desk(cast, "owner").post(DRAFT + "publish/").status_code in (302, 422)


@pytest.mark.parametrize("escape", [r"\0", r"\x01", r"\ud800", r"\N", r"\u2028"])
def test_a_head_cannot_smuggle_in_what_cannot_be_typed(cast: Cast, text: Text, escape: str) -> None:
    source = LETTER.replace("author: The", f'"a{escape}b": "{escape}"\nauthor: The').replace(
        "Board\n---", f'"{escape}"\n---'
    )
    assert save(cast, source).status_code == 302
    assert desk(cast, "owner").post(DRAFT + "publish/").status_code in (302, 422)


def test_bytes_that_are_no_utf8_are_answered(cast: Cast, text: Text) -> None:
    body = b"revision=0&source=caf%E9%FF%00"
    answer = desk(cast, "owner").post(DRAFT, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422
    body = b"revision=0&source=caf%E9%FF"
    answer = desk(cast, "owner").post(DRAFT, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 302


@pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 40, "1.5", "\0"])
def test_a_revision_that_is_none_loses_no_word(cast: Cast, text: Text, revision: str) -> None:
    answer = save(cast, "my own words", revision)
    assert answer.status_code == 422 and "my own words" in shown(answer)
    text.refresh_from_db()
    assert text.draft == LETTER


def test_a_text_that_is_too_long_is_kept_in_the_form(cast: Cast, text: Text) -> None:
    answer = save(cast, "word " * 100_000)
    assert answer.status_code == 422
    assert "longer than 400 kB" in shown(answer) and "word " * 100_000 in shown(answer)


def test_two_who_write_at_once_see_both_texts(cast: Cast, text: Text) -> None:
    assert save(cast, "what Edda wrote <b>", role="editor").status_code == 302
    answer = save(cast, "what Olive wrote", revision=0)
    page = shown(answer)
    assert answer.status_code == 409
    assert "what Edda wrote <b>" in page and "<b>" not in answer.content.decode()
    assert re.search(r"<textarea[^>]*>\s*what Olive wrote", page)
    text.refresh_from_db()
    assert text.draft == "what Edda wrote <b>"
    revision = re.search(r'name="revision" value="(\d+)"', page)
    assert revision and page.count('name="revision"') == 1
    assert save(cast, "both", revision=revision[1]).status_code == 302


def test_the_preview_button_works_without_script_and_saves_nothing(cast: Cast, text: Text) -> None:
    answer = save(cast, "A *typed* word", preview="1")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<em>typed</em>" in page and re.search(r"<textarea[^>]*>\s*A \*typed\* word", page)
    text.refresh_from_db()
    assert text.draft == LETTER


def test_the_preview_is_a_fragment_and_stored_nowhere(cast: Cast, text: Text) -> None:
    answer = desk(cast, "editor").post(DRAFT + "preview/", {"source": "A <b>x</b> *y*<script>"})
    page = answer.content.decode()
    assert answer.status_code == 200 and "<html" not in page
    assert "<em>y</em>" in page and "<script" not in page and "<b>" not in page
    assert "Raw HTML is not accepted" in page
    text.refresh_from_db()
    assert text.draft == LETTER
    assert desk(cast, "editor").get(DRAFT + "preview/").status_code == 405


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("---\ntitle: x\n", "Line 1: The head is never closed"),
        ("---\ntitle: [\n---\nx", "The head is not valid YAML"),
        ("---\ntitle: a\ntitle: b\n---\nx", "The head names “title” twice."),
        ("---\nlang: not a language\n---\nx", "is not a language code"),
        ("a\x01", "control character U+0001"),
    ],
)
def test_a_draft_with_a_broken_head_says_so_and_stays_editable(
    cast: Cast, text: Text, source: str, sentence: str
) -> None:
    assert sentence in shown(desk(cast, "owner").post(DRAFT + "preview/", {"source": source}))
    assert save(cast, source).status_code == 302
    page = shown(desk(cast, "owner").get(DRAFT))
    assert sentence in page and source.split("\n")[-1] in page
    assert sentence in shown(desk(cast, "owner").get(DRAFT + "publish/"))


def test_a_problem_is_said_in_the_readers_language() -> None:
    problem = Problem(3, "note-undefined", {"mark": "7"})
    assert said(problem) == "Line 3: The footnote mark [^7] has no footnote."
    assert said(Problem(0, "image")).startswith("Images are not accepted")
    with translation.override("es"):
        assert "[^7]" in said(problem)


# Publishing


def test_it_shows_what_would_be_frozen_and_freezes_it(cast: Cast, text: Text) -> None:
    client = desk(cast, "editor")
    page = shown(client.get(DRAFT + "publish/"))
    assert "Freeze and publish these words" in page and "<em>walk home</em>" in page
    assert not Version.objects.exists()
    assert client.post(DRAFT + "publish/")["Location"] == "/desk/appeals/night-ferry/"
    assert Version.objects.get().number == 1
    assert "Version 1 is published." in shown(client.get("/desk/appeals/night-ferry/"))


def test_it_shows_what_changed_since_the_last_version(cast: Cast, published: Version) -> None:
    client = desk(cast, "owner")
    source = LETTER.replace("one boat", "two boats")
    draft.save_draft(actor=cast.owner, text=published.text, source=source, revision=0)
    page = client.get(DRAFT + "publish/").content.decode()
    assert re.search(r"<ins>.*two.*</ins>", page) and re.search(r"<del>.*one.*</del>", page)
    client.post(DRAFT + "publish/")
    assert list(Version.objects.values_list("number", flat=True)) == [1, 2]


def test_the_same_words_make_no_new_version(cast: Cast, published: Version) -> None:
    client = desk(cast, "owner")
    client.post(DRAFT + "publish/")
    assert "The words are those of version 1" in shown(client.get("/desk/appeals/night-ferry/"))
    assert Version.objects.count() == 1


def test_it_publishes_nothing_that_has_a_problem(cast: Cast, text: Text) -> None:
    draft.save_draft(actor=cast.owner, text=text, source="![x](x.png)", revision=0)
    client = desk(cast, "owner")
    page = client.get(DRAFT + "publish/")
    assert page.status_code == 200 and "Freeze" not in shown(page)
    answer = client.post(DRAFT + "publish/")
    assert answer.status_code == 422
    for sentence in ("The head has no title", "names no language that exists", "Images are not accepted"):
        assert sentence in shown(answer)
    assert not Version.objects.exists()


def test_a_closed_appeal_keeps_its_words(cast: Cast, published: Version) -> None:
    appeal = published.text.appeal
    appeal.state, appeal.opened_at, appeal.closed_at = "closed", appeal.created_at, appeal.created_at
    appeal.save()
    answer = desk(cast, "owner").post(DRAFT + "publish/")
    assert answer.status_code == 422 and "its words stay as they are" in shown(answer)
    assert [problem.code for problem in publish.problems_of(Text.objects.get())] == ["closed"]


def test_a_role_taken_away_ends_at_once(cast: Cast, text: Text) -> None:
    client = desk(cast, "editor")
    assert client.get(DRAFT).status_code == 200
    Membership.objects.filter(user=cast.editor).update(role=Role.VIEWER)
    assert client.post(DRAFT, {"source": "x", "revision": 0}).status_code == 403
    Membership.objects.filter(user=cast.editor).delete()
    assert client.get(DRAFT).status_code == 404


def test_the_longest_text_in_any_script_fits_into_a_request(cast: Cast, text: Text, settings: Any) -> None:
    page = desk(cast, "owner").get(DRAFT).content.decode()
    # Sent as it is: written as %XX it would be three times as long.
    assert re.search(r'<form class="form editor"[^>]* enctype="multipart/form-data"', page)
    longest = "عبّارة " * (390_000 // len("عبّارة ".encode()))
    assert len(longest.encode()) < settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    assert save(cast, longest).status_code == 302
