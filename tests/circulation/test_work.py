"""A carrier's workbench: what it takes, what the author decides, and that nothing typed is lost."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.urls import reverse

from tests.circulation.conftest import ALL, signed_in
from undersigned.appeals import draft, publish
from undersigned.appeals.models import Appeal, Text, Version
from undersigned.circulation import links, work
from undersigned.circulation.models import Carrier, Work
from undersigned.circulation.rights import Rights
from undersigned.lib import clock
from undersigned.mailroom.models import Message
from undersigned.mailroom.render import render

pytestmark = pytest.mark.django_db

SPANISH = "---\ntitle: Por el transbordador\nlang: es\n---\n\nEstimados miembros:\n\nPedimos un barco más.\n"


def at(carrier: Carrier, name: str = "carry-work") -> str:
    return reverse(name, args=[links.token(carrier)])


@pytest.fixture
def version(published: Version) -> Version:
    return published


@pytest.fixture
def ines(carry, version):
    return carry("Ines")


def licence(value: str) -> None:
    Appeal.objects.update(licence=value)


def start(client, carrier, version, relation="translation", **more):
    values = {"relation": relation, "source": version.pk, "language": "es", "made_by": "Inés P."}
    return client.post(at(carrier), values | more)


def write(client, carrier, source=SPANISH):
    text = Work.objects.get(carrier=carrier).text
    return client.post(at(carrier), {"source": source, "revision": text.draft_revision})


def hand_in(client, carrier):
    text = Work.objects.get(carrier=carrier).text
    return client.post(at(carrier, "carry-work-ready"), {"revision": text.draft_revision})


def plain(message: Message) -> str:
    """The text of a mail as it is sent."""
    found = message_from_bytes(render(message).data, policy=policy.default).get_body(("plain",))
    assert found is not None
    return found.get_content()


def test_the_source_stands_beside_the_draft(ines, client, version):
    assert "Start writing" in client.get(at(ines)).content.decode()
    assert start(client, ines, version).status_code == 303
    page = client.get(at(ines))
    assert (page["Cache-Control"], page["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "noindex" in page["X-Robots-Tag"] and not page.cookies
    assert "The last ferry leaves at nine." in page.content.decode()
    text = Text.objects.get(relation="translation")
    assert (text.made_by, text.language, text.parent) == ("Inés P.", "es", version)
    assert Carrier.objects.get().state == "translating"


def test_an_unpublished_text_is_enclosed_to_nobody(ines, client, version):
    start(client, ines, version)
    write(client, ines)
    assert "transbordador" not in client.get(at(ines, "carry")).content.decode()


def test_under_review_the_author_publishes_exactly_what_was_handed_in(ines, client, version, author):
    start(client, ines, version)
    assert write(client, ines).status_code == 303
    assert hand_in(client, ines).status_code == 303
    assert not Version.objects.filter(language="es").exists()
    desk = signed_in(author)
    listing = reverse("desk-carriers-texts", args=[version.text.appeal.slug])
    assert "waits for you" in desk.get(listing).content.decode()
    text = Text.objects.get(relation="translation")
    address = reverse("desk-carriers-text", args=[text.appeal.slug, text.slug])
    assert "Pedimos un barco más." in desk.get(address).content.decode()
    assert desk.post(address, {"act": "publish", "revision": 0}).status_code == 409
    assert desk.post(address, {"act": "publish", "revision": text.draft_revision}).status_code == 302
    made = Version.objects.get(language="es")
    assert made.derived_from == version
    assert "has published version 1 of your text" in plain(Message.objects.get(kind="text-published"))
    # Editing after approval changes no frozen word, and waits again.
    write(client, ines, SPANISH.replace("barco", "bote"))
    assert hand_in(client, ines).status_code == 303
    assert Version.objects.filter(language="es").count() == 1
    assert Work.objects.get().handed_at is not None
    made.refresh_from_db()
    assert "barco" in made.source


def test_a_text_is_sent_back_with_words(ines, client, version, author):
    start(client, ines, version)
    write(client, ines)
    hand_in(client, ines)
    text = Text.objects.get(relation="translation")
    desk = signed_in(author)
    address = reverse("desk-carriers-text", args=[text.appeal.slug, text.slug])
    assert desk.post(address, {"act": "back", "words": ""}).status_code == 422
    assert desk.post(address, {"act": "back", "words": "Warmer, please."}).status_code == 302
    assert "Warmer, please." in client.get(at(ines)).content.decode()
    mail = plain(Message.objects.get(kind="text-back"))
    assert "Warmer, please." in mail and "/text/" in mail
    assert "Warmer" not in str(bytes(Work.objects.get().sealed))
    again = desk.post(address, {"act": "back", "words": "Twice?"})
    assert again.status_code == 422 and "Twice?" in again.content.decode()


def test_saving_takes_back_what_was_handed_in(ines, client, version, author):
    start(client, ines, version)
    write(client, ines)
    hand_in(client, ines)
    write(client, ines, SPANISH + "\nGracias.\n")
    assert Work.objects.get().handed_at is None


def test_with_a_free_licence_the_carrier_publishes(ines, client, version):
    licence("free")
    start(client, ines, version)
    write(client, ines)
    page = client.get(at(ines, "carry-work-ready")).content.decode()
    assert "Freeze and publish these words" in page
    assert hand_in(client, ines).status_code == 303
    made = Version.objects.get(language="es")
    assert made.published_by is None
    # The carrier's link leads to the own text from now on.
    assert f"/{made.text.slug}/?via=" in client.get(at(ines, "carry")).content.decode()


def test_two_carriers_at_once_get_two_texts(carry, client, version):
    one, two = carry("Ana"), carry("Bea")
    start(client, one, version, "adaptation")
    start(client, two, version, "adaptation")
    assert len({row.text.slug for row in Work.objects.select_related("text")}) == 2
    # A second click starts no second text.
    start(client, one, version, "adaptation")
    assert Work.objects.count() == 2


def test_two_windows_of_one_carrier_overwrite_nothing(ines, client, version):
    start(client, ines, version)
    write(client, ines)
    clash = client.post(at(ines), {"source": "mine, typed", "revision": 0})
    assert clash.status_code == 409
    page = clash.content.decode()
    assert "mine, typed" in page and "Pedimos un barco más." in page
    assert Text.objects.get(relation="translation").draft == SPANISH


def test_what_is_typed_comes_back_when_the_link_is_over(ines, client, version):
    start(client, ines, version)
    Carrier.objects.update(deadline=clock.now() - timedelta(hours=1))
    late = client.post(at(ines), {"source": "typed too late", "revision": 0})
    assert late.status_code == 410 and "typed too late" in late.content.decode()
    Carrier.objects.update(deadline=None, revoked_at=clock.now())
    assert client.get(at(ines)).status_code == 410


def test_a_closed_appeal_takes_no_text_and_keeps_what_was_typed(ines, carry, client, version):
    start(client, ines, version)
    now = clock.now()
    Appeal.objects.update(state="closed", opened_at=now, closed_at=now)
    late = client.post(at(ines), {"source": "typed too late", "revision": 0})
    assert late.status_code == 422 and "typed too late" in late.content.decode()
    assert hand_in(client, ines).status_code == 422
    assert start(client, carry("Bea"), version).status_code == 422
    assert Work.objects.count() == 1


@pytest.mark.parametrize("given", [Rights(collect=True), Rights(collect=True, adapt=True)])
def test_a_right_that_was_not_given_makes_nothing(carry, client, version, given):
    carrier = carry("Ana", given=given)
    assert start(client, carrier, version).status_code == 422
    assert not Work.objects.exists()


def test_a_licence_taken_back_later_counts(ines, client, version):
    start(client, ines, version)
    licence("none")
    refused = client.post(at(ines), {"source": "typed", "revision": 0})
    assert refused.status_code == 422 and "typed" in refused.content.decode()
    assert "I translate it" not in client.get(at(ines, "carry")).content.decode()


@pytest.mark.parametrize(
    "source",
    ["x" * 3_000_000, "a\0b", SPANISH.replace("lang: es", "lang: fr")],
    ids=["too long", "nul", "language"],
)
def test_what_cannot_be_kept_is_said(ines, client, version, source):
    start(client, ines, version)
    assert write(client, ines, source).status_code in (400, 413, 422)
    assert Text.objects.get(relation="translation").draft_revision == 0


def test_bad_starts_are_explained(ines, client, version):
    assert start(client, ines, version, language="zz-nonsense-").status_code == 422
    assert start(client, ines, version, language="en").status_code == 422
    assert start(client, ines, version, source="999999").status_code == 422
    assert start(client, ines, version, relation="original").status_code == 422
    assert not Work.objects.exists()


def test_a_newer_source_shows_what_to_catch_up_with(ines, client, version, author):
    start(client, ines, version)
    text = version.text
    text.refresh_from_db()
    draft.save_draft(
        actor=author,
        text=text,
        source=version.source.replace("nine", "eight"),
        revision=text.draft_revision,
    )
    newer = publish.publish(actor=author, text=text)
    assert "The source has a version 2" in client.get(at(ines)).content.decode()
    assert client.post(at(ines), {"act": "follow"}).status_code == 303
    assert Text.objects.get(relation="translation").parent == newer


def test_before_publication_there_is_nothing_to_start_from(carry, client):
    assert "no published text to start from" in client.get(at(carry("Ana"))).content.decode()


def test_those_it_was_passed_on_to_cannot_write_in_it(ines, carry, client, version):
    start(client, ines, version)
    child = carry("Bea")
    Carrier.objects.filter(pk=child.pk).update(text=Work.objects.get().text)
    assert work.of(child) is None
    assert client.post(at(child), {"source": "mine", "revision": 0}).status_code == 422
    assert ALL.adapt


def test_the_author_sets_the_licence_and_an_older_form_keeps_it(author, version):
    slug = version.text.appeal.slug
    desk, address = signed_in(author), reverse("desk-appeal-settings", args=[slug])
    page = desk.get(address)
    assert "Adaptations and translations by carriers" in page.content.decode()
    values = {name: value for name, value in page.context["form"].initial.items() if value is not None}
    assert desk.post(address, {**values, "licence": "free"}).status_code == 302
    assert Appeal.objects.get().licence == "free"
    values.pop("licence")
    assert desk.post(address, values).status_code == 302
    assert Appeal.objects.get().licence == "free"
    assert desk.post(address, {**values, "licence": "anything"}).status_code == 422
