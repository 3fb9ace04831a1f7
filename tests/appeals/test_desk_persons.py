"""The desk's pages of persons, over HTTP."""

import html
import io
from typing import Any

import pytest
from django.test import Client

from tests.appeals.personed import HIDDEN, VEILED, enter
from tests.cast import Cast
from undersigned.appeals.models import Appeal
from undersigned.appeals.person_models import Person, PublicPerson

pytestmark = pytest.mark.django_db

DESK = "/desk/appeals/night-ferry/persons/"


def desk(cast: Cast, role: str = "owner") -> Client:
    client = Client()
    client.force_login(getattr(cast, role))
    return client


def words(answer: Any) -> str:
    return html.unescape(bytes(answer.content).decode())


def values(**changes: Any) -> dict[str, Any]:
    names = {
        "names-TOTAL_FORMS": 1, "names-INITIAL_FORMS": 0, "names-0-kind": "name", "names-0-text": "Anna Kell",
        "names-0-language": "en", "names-0-since": "1921", "names-0-until": "",
    }  # fmt: skip
    return {
        **names,
        "ident": "anna-kell",
        "level": "withheld",
        "roles": ["author"],
        "born": "c. 1890",
        **changes,
    }


def test_a_person_is_entered_shown_linked_and_erased(cast: Cast, draft_appeal: Appeal) -> None:
    client = desk(cast, "editor")
    assert "The person was entered" in words(client.post(f"{DESK}new/", values(), follow=True))
    person = Person.objects.get()
    page = f"{DESK}{person.ref}/"
    for sent in (
        {"act": "level", "level-level": "named"},
        {"act": "mention", "mention-text": "en", "mention-passage": "bakers"},
        {"act": "change", **values(born="1891-02", orcid="0000-0002-1825-0097")},
    ):
        assert client.post(page, sent).status_code == 302, sent
    assert PublicPerson.objects.get().data["born"] == "1891-02"
    answer = words(client.get(page))
    assert "[Anna Kell](person:anna-kell)" in answer and "bakers" in answer
    assert client.post(page, {"act": "unmention", "row": person.mentions.get().pk}).status_code == 302
    assert client.post(page, {"act": "remove"}).status_code == 302 and Person.objects.exists()
    assert client.post(page, {"act": "remove", "sure": "yes"}).status_code == 302
    assert not Person.objects.exists()


def test_what_is_wrong_is_said_beside_its_field_and_kept(cast: Cast, draft_appeal: Appeal) -> None:
    for wrong in (
        {"orcid": "0000-0002-1825-0098"}, {"viaf": "x"}, {"wikidata": "42"}, {"born": "long ago"},
        {"ident": "Anna Kell!"}, {"names-0-text": ""}, {"names-0-until": "then"}, {"note": "<b>x</b>"},
        {"names-0-language": "nonsense-xx-yy-zz-1"},
    ):  # fmt: skip
        answer = desk(cast).post(f"{DESK}new/", values(**wrong))
        assert answer.status_code == 422, wrong
        assert "c. 1890" in words(answer) or "born" in wrong
    assert not Person.objects.exists()


def test_who_may_see_what(cast: Cast, draft_appeal: Appeal) -> None:
    person = enter(cast.owner, draft_appeal, "the-heron", VEILED, level="other")
    page = f"{DESK}{person.ref}/"
    assert HIDDEN in words(desk(cast, "moderator").get(page))
    assert desk(cast, "moderator").post(page, {"act": "remove", "sure": "yes"}).status_code == 403
    for address in (DESK, page, f"{DESK}export.csv"):
        assert desk(cast, "outsider").get(address).status_code == 404
    assert desk(cast, "moderator").get(f"{DESK}export.csv").status_code == 403


def test_a_file_is_shown_first_and_then_taken(cast: Cast, draft_appeal: Appeal) -> None:
    client = desk(cast, "editor")
    enter(cast.owner, draft_appeal)
    data = client.get(f"{DESK}export.csv").content
    Person.objects.all().delete()
    sent = {"file": io.BytesIO(data), "on_clash": "refuse"}
    answer = client.post(f"{DESK}import/", sent)
    assert "Anna Kell" in words(answer) and not Person.objects.exists()
    previewed = answer.context["previewed"]
    assert "1 person was taken" in words(client.post(f"{DESK}import/", {"previewed": previewed}, follow=True))
    assert PublicPerson.objects.get().ident == "anna-kell"
    bad = {"file": io.BytesIO(b"person,name\n,x"), "on_clash": "refuse"}
    assert client.post(f"{DESK}import/", bad).status_code == 422
    assert client.post(f"{DESK}import/", {"previewed": previewed + "x"}).status_code == 302
