"""Asking again: one mail, one button, one answer; no answer is not a yes, and nobody is asked twice."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from tests.cast import Cast
from tests.signing import crowd
from undersigned.accounts.permissions import Forbidden
from undersigned.appeals import draft, publish
from undersigned.appeals.models import Appeal, Version
from undersigned.ledger import read
from undersigned.mailroom.models import Message
from undersigned.signing import ask_again, sequence
from undersigned.signing.erase import erase
from undersigned.signing.models import Asking, Signature

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(open_appeal: Appeal) -> list[Signature]:
    version = crowd.original(open_appeal)
    rows = [crowd.confirmed(version, name) for name in ("Ana Sol", "Bo Lund", "Cy Voss")]
    sequence.record_due(force=True)
    return rows


@pytest.fixture
def second(cast: Cast, open_appeal: Appeal, signed: list[Signature]) -> Version:
    text = open_appeal.texts.get()
    draft.save_draft(
        actor=cast.owner,
        text=text,
        source=text.draft.replace("one boat", "two boats"),
        revision=text.draft_revision,
    )
    version = publish.publish(actor=cast.owner, text=text)
    Message.objects.all().delete()
    return Version.objects.select_related("text__appeal__team").get(pk=version.pk)


def links() -> list[str]:
    return [f"/again/{ask_again.link(one).rsplit('/', 2)[1]}/" for one in Asking.objects.order_by("pk")]


def test_each_is_asked_once_whatever_happens(cast: Cast, second: Version) -> None:
    assert ask_again.askable(second) == 3
    ask_again.ask(actor=cast.editor, version=second)
    assert ask_again.step(second.pk, chunk=2) == 2
    assert ask_again.go() == 1
    assert ask_again.go() == 0
    assert Message.objects.filter(kind="again").count() == 3
    with pytest.raises(ValidationError, match="twice"):
        ask_again.ask(actor=cast.editor, version=second)


def test_a_yes_moves_and_a_no_does_not(client: Client, cast: Cast, second: Version) -> None:
    ask_again.ask(actor=cast.owner, version=second)
    ask_again.go()
    first, other, _silent = links()
    page = client.get(first).content.decode()
    assert "You signed version 1. Do you sign version 2 too?" in page
    assert not Asking.objects.exclude(answer="").exists()
    assert client.post(first, {"answer": "maybe"}).status_code == 422
    assert "You signed the new version" in client.post(first, {"answer": "yes"}, follow=True).content.decode()
    assert "stays where it is" in client.post(other, {"answer": "no"}, follow=True).content.decode()
    # One answer: what was said stands.
    client.post(other, {"answer": "yes"})
    sequence.record_due(force=True)
    assert ask_again.answers(second.pk) == ask_again.Answers(asked=3, yes=1, no=1)
    log = read.log_of(second.text.appeal.public_id)
    assert log
    assert [(tally.signatures, tally.moved) for tally in read.tallies(log)] == [(2, 1), (1, 0)]
    letter = client.get("/appeals/night-ferry/en/").content.decode()
    assert "3 people who signed an earlier version were asked about this one; 1 without an answer" in letter


def test_the_moved_signature_shows_as_before(client: Client, cast: Cast, second: Version) -> None:
    Signature.objects.filter(public_line__name="Ana Sol").update(for_edition=True, display="pseudonym")
    ask_again.ask(actor=cast.owner, version=second)
    ask_again.go()
    client.post(links()[0], {"answer": "yes"})
    moved = Signature.objects.get(version=second)
    assert moved.state == "confirmed"
    assert moved.for_edition
    assert moved.display == "pseudonym"


def test_who_is_erased_leaves_no_question(cast: Cast, second: Version, signed: list[Signature]) -> None:
    ask_again.ask(actor=cast.owner, version=second)
    ask_again.go()
    signed[0].refresh_from_db()
    erase(signature=signed[0])
    assert Asking.objects.count() == 2
    assert Message.objects.filter(kind="again").count() == 2


def test_a_question_is_closed_by_a_newer_version(client: Client, cast: Cast, second: Version) -> None:
    ask_again.ask(actor=cast.owner, version=second)
    ask_again.go()
    text = second.text
    text.refresh_from_db()
    words = text.draft.replace("two boats", "three boats")
    draft.save_draft(actor=cast.owner, text=text, source=words, revision=text.draft_revision)
    publish.publish(actor=cast.owner, text=text)
    assert client.get(links()[0]).status_code == 410
    client.post(links()[0], {"answer": "yes"})
    assert not Signature.objects.filter(version=second).exists()


@pytest.mark.parametrize("who", ["moderator", "viewer", "outsider"])
def test_others_may_not_ask(cast: Cast, second: Version, who: str) -> None:
    with pytest.raises(Forbidden):
        ask_again.ask(actor=getattr(cast, who), version=second)


def test_the_desk_asks_and_counts(client: Client, cast: Cast, second: Version) -> None:
    client.force_login(cast.editor)
    address = "/desk/appeals/night-ferry/texts/en/ask/"
    assert "3 people signed an earlier version" in client.get(address).content.decode()
    assert "still going out" in client.post(address, follow=True).content.decode()
    assert client.post(address).status_code == 422
    client.force_login(cast.outsider)
    assert client.get(address).status_code == 404


def test_a_strange_link_leads_nowhere(client: Client, second: Version) -> None:
    assert client.get(f"/again/{'x' * 43}/").status_code == 404
    assert client.post("/again/short/", {"answer": "yes"}).status_code == 404


def test_a_yes_before_the_first_batch_is_kept(client: Client, cast: Cast, open_appeal: Appeal) -> None:
    crowd.confirmed(crowd.original(open_appeal), "Ana Sol")
    text = open_appeal.texts.get()
    draft.save_draft(
        actor=cast.owner,
        text=text,
        source=text.draft.replace("one boat", "two boats"),
        revision=text.draft_revision,
    )
    version = publish.publish(actor=cast.owner, text=text)
    ask_again.ask(actor=cast.owner, version=version)
    ask_again.go()
    page = links()[0]
    client.post(page, {"answer": "yes"})
    shown = client.get(page)
    assert (shown.status_code, "You signed the new version" in shown.content.decode()) == (200, True)
    said = ask_again.answers(version.pk)
    assert said is not None and (said.asked, said.yes) == (1, 1)
    assert [row.version_id for row in Signature.objects.all()] == [version.pk]
    erase(signature=Signature.objects.get())
    assert not Asking.objects.exists()
