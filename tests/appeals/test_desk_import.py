"""A letter's file sent to the desk."""

import html

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import translation

from tests.appeals.awkward import BROKEN, MODEL
from tests.cast import LETTER, Cast
from undersigned.accounts.models import Membership
from undersigned.appeals import markup
from undersigned.appeals.models import Appeal, Text

pytestmark = pytest.mark.django_db

IMPORT = "/desk/import/"


def send(cast: Cast, data: bytes, name: str = "letter.txt", role: str = "owner") -> HttpResponse:
    client = Client()
    client.force_login(getattr(cast, role))
    team = Membership.objects.get(user=getattr(cast, role)).team_id
    return client.post(IMPORT, {"letter": SimpleUploadedFile(name, data), "team": team})


def followed(cast: Cast, answer: HttpResponse, client: Client) -> str:
    return html.unescape(client.get(answer["Location"]).content.decode())


def test_it_is_for_those_who_write(cast: Cast) -> None:
    assert Client().post(IMPORT)["Location"].startswith("/desk/account/login/")
    for role, status in [("owner", 302), ("editor", 302), ("moderator", 403), ("viewer", 403)]:
        assert send(cast, LETTER.encode(), role=role).status_code == status
    assert Appeal.objects.count() == 2


def test_a_letter_becomes_a_draft(cast: Cast) -> None:
    answer = send(cast, LETTER.encode(), "night.md")
    assert answer["Location"] == "/desk/appeals/for-the-night-ferry/draft/en/"
    text = Text.objects.get()
    assert markup.split(text.draft) == markup.split(LETTER)
    assert text.appeal.team == cast.team


@pytest.mark.parametrize(("data", "sentence"), BROKEN)
def test_a_file_that_is_no_letter_changes_nothing(cast: Cast, data: bytes, sentence: str) -> None:
    answer = send(cast, data)
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert sentence in page and 'class="field-error"' in page
    assert not Appeal.objects.exists()


def test_a_file_of_50_mb_is_refused(cast: Cast) -> None:
    answer = send(cast, b"a" * 50_000_000)
    assert answer.status_code == 422 and "larger than 2 MB" in answer.content.decode()


def test_a_team_of_others_gets_no_letter(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.owner)
    other = Membership.objects.get(user=cast.outsider).team_id
    letter = SimpleUploadedFile("letter.txt", LETTER.encode())
    assert client.post(IMPORT, {"letter": letter, "team": other}).status_code == 422
    assert not Appeal.objects.exists()


def test_it_says_what_it_was_unsure_of_in_words(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.owner)
    letter = SimpleUploadedFile("x.txt", b"Dear friends,\n\nPlease sign this letter with us all.\n")
    answer = client.post(IMPORT, {"letter": letter, "team": cast.team.pk})
    page = followed(cast, answer, client)
    assert "No title was found; please give one." in page
    assert "Remark(" not in page


def test_a_hundred_remarks_do_not_fill_the_page(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.owner)
    body = "\n\n".join(f"<b>{n}</b> words" for n in range(100))
    letter = SimpleUploadedFile("x.md", f"---\ntitle: T\nlang: en\n---\n\n{body}\n".encode())
    answer = client.post(IMPORT, {"letter": letter, "team": cast.team.pk})
    page = followed(cast, answer, client)
    assert page.count('class="notice warning"') == 30 + 1 + 1
    assert "more remarks like these" in page


def test_what_has_no_place_is_kept_in_the_head(cast: Cast) -> None:
    stray = "Cabinet 14, drawer 3, copied by hand"
    head = f"**A letter to the mayor**\n\n**Ana Ruiz**\n\n{stray}\n\n**3 May 1921**\n\n"
    source = head + "Dear Mayor,\n\nOpen the gates, please, and keep them open.\n"
    client = Client()
    client.force_login(cast.owner)
    answer = client.post(
        IMPORT, {"letter": SimpleUploadedFile("x.txt", source.encode()), "team": cast.team.pk}
    )
    assert stray in Text.objects.get().draft
    assert stray in followed(cast, answer, client)


def test_the_sentences_are_in_the_language_of_the_page(cast: Cast) -> None:
    cast.owner.language = "es"
    cast.owner.save()
    with translation.override("es"):
        expected = translation.gettext("The file is empty.")
    assert expected in html.unescape(send(cast, b" \n").content.decode())


@pytest.mark.skipif(not MODEL.exists(), reason="a plain checkout has no shared letters")
def test_the_model_letter_is_whole_on_the_editors_page(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.owner)
    letter = SimpleUploadedFile(MODEL.name, MODEL.read_bytes())
    answer = client.post(IMPORT, {"letter": letter, "team": cast.team.pk})
    page = followed(cast, answer, client)
    text = Text.objects.get()
    head, body = markup.split(text.draft)
    assert head.date == "1936-07-06" and head.title and head.author and head.series
    assert head.addressee.pseudonym and head.addressee.civil_name
    assert head.source.volume and head.source.pages and head.archive
    assert body.count("[^1]") == body.count("[^2]") == 2
    assert text.draft in page.replace("\r\n", "\n")
    assert client.get(answer["Location"] + "publish/").status_code == 200
    assert client.post(answer["Location"] + "publish/").status_code == 302
