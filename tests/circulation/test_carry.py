"""The carrier's own page: what it shows, what it takes, and what it never tells."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.circulation.conftest import ENGLISH
from undersigned.accounts.models import AuditRecord
from undersigned.appeals.models import Text
from undersigned.circulation import (
    answer,
    covering,
    dispatch,
    enclosed,
    links,
    pass_on,
    people,
    revoke,
    rights,
)
from undersigned.circulation.enrol import Entry
from undersigned.circulation.models import Carrier, DoNotWrite, Reply
from undersigned.circulation.rights import Rights
from undersigned.lib import clock, tokens
from undersigned.mailroom.models import Message
from undersigned.signing.models import Signature

pytestmark = pytest.mark.django_db


def page(carrier: Carrier, name: str = "carry") -> str:
    return reverse(name, args=[links.token(carrier)])


@pytest.fixture
def ines(carry, author):
    carrier = carry("Ines")
    dispatch.send_one(actor=author, carrier=carrier)
    return carrier


def test_it_shows_letter_draft_and_buttons_without_cookie_or_cache(ines, client):
    shown = client.get(page(ines))
    assert shown.status_code == 200
    assert (shown["Cache-Control"], shown["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "noindex" in shown["X-Robots-Tag"]
    assert not shown.cookies
    html = shown.content.decode()
    for words in ("Dear Ines,", "The last ferry leaves at nine.", "I carry it as it is", "I translate it"):
        assert words in html
    assert f"?via={ines.public_id}" in html
    assert "<svg" in html
    # The private token stands in links of this page alone, never in the link for others.
    assert links.token(ines) not in re.findall(r'class="link-box".*?</p>', html, re.S)[0]


def test_fetching_it_is_the_fact_that_it_was_opened_and_a_head_request_is_not(ines, client):
    client.head(page(ines))
    assert Carrier.objects.get().opened_at is None
    client.get(page(ines))
    first = Carrier.objects.get().opened_at
    assert first is not None
    client.get(page(ines))
    assert Carrier.objects.get().opened_at == first
    assert Carrier.objects.get().state == "opened"


@pytest.mark.parametrize(
    ("choice", "state"),
    [("carry", "carrying"), ("adapt", "adapting"), ("translate", "translating"), ("decline", "declined")],
)
def test_an_answer_is_kept_with_its_words_and_can_be_changed(ines, client, choice, state):
    done = client.post(page(ines), {"answer": choice, "words": "Gladly,\nif I can."})
    assert done.status_code == 303
    assert Carrier.objects.get().state == state
    assert people.reply_text(Reply.objects.get()) == "Gladly,\nif I can."
    assert "Gladly" not in str(bytes(Reply.objects.get().sealed))
    assert "Your answer has reached the author" in client.get(done["Location"]).content.decode()
    client.post(page(ines), {"answer": "decline"})
    assert Carrier.objects.get().state == "declined"
    # What a carrier does is no act of the team.
    assert not AuditRecord.objects.filter(verb__contains="answer").exists()


@pytest.mark.parametrize("choice", ["", "shout", "adapt"])
def test_an_answer_without_the_right_to_it_changes_nothing_and_keeps_what_was_typed(carry, client, choice):
    carrier = carry(given=Rights())
    answered = client.post(page(carrier), {"answer": choice, "words": "My words"})
    assert answered.status_code == 422
    assert "My words" in answered.content.decode()
    assert Carrier.objects.get().answer == ""
    assert not Reply.objects.exists()


def test_words_to_the_author_are_kept_and_empty_ones_refused(ines, client):
    assert client.post(page(ines, "carry-write"), {"words": "A question"}).status_code == 303
    assert client.post(page(ines, "carry-write"), {"words": "  "}).status_code == 422
    assert client.post(page(ines, "carry-write"), {"words": "x" * 5000}).status_code == 422
    assert Reply.objects.count() == 1


def test_another_sites_page_can_answer_for_nobody(ines, client):
    refused = client.post(page(ines), {"answer": "decline"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 403
    assert Carrier.objects.get().answer == ""


ALL_PAGES = ("carry", "carry-write", "carry-pass-on", "carry-code", "carry-text")


@pytest.mark.parametrize("name", ALL_PAGES)
@pytest.mark.parametrize("why", ["revoked", "expired"])
def test_a_link_that_is_over_says_so_and_opens_nothing(ines, author, client, name, why):
    if why == "revoked":
        revoke.revoke(actor=author, carrier=ines)
    else:
        Carrier.objects.filter(pk=ines.pk).update(deadline=clock.now() - timedelta(minutes=1))
    for answered in (
        client.get(page(ines, name)),
        client.post(page(ines, name), {"answer": "carry", "words": "x"}),
    ):
        assert answered.status_code == 410
        assert answered["Cache-Control"] == "no-store"
        html = answered.content.decode()
        assert "last ferry" not in html
        assert "Signatures that were collected stay counted" in html
    assert Carrier.objects.get().answer == ""
    assert Carrier.objects.get().opened_at is None
    assert not Reply.objects.exists()


@pytest.mark.parametrize("name", [*ALL_PAGES, "carry-stop"])
def test_a_token_of_nobody_or_of_another_purpose_leads_nowhere(ines, client, name):
    forged = tokens.token("carry", tokens.new_nonce())
    for token in (forged, tokens.token("mine", ines.nonce), "short", links.token(ines)[:-1] + "A"):
        if token != links.token(ines):
            assert client.get(reverse(name, args=[token])).status_code == 404


def test_no_more_letters_is_one_click_for_a_mail_program_and_works_after_the_link_is_over(
    ines, author, client
):
    revoke.revoke(actor=author, carrier=ines)
    assert client.get(page(ines, "carry-stop")).status_code == 200
    assert not DoNotWrite.objects.exists()
    done = client.post(
        page(ines, "carry-stop"), {"List-Unsubscribe": "One-Click"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert done.status_code == 200
    assert bytes(DoNotWrite.objects.get().address_key) == bytes(ines.address_key)


def test_the_code_and_the_text_come_as_files(ines, client):
    code = client.get(page(ines, "carry-code"))
    assert code.content.startswith(b"\x89PNG")
    text = client.get(page(ines, "carry-text"))
    assert "The last ferry leaves at nine." in text.content.decode()
    assert text["Content-Disposition"] == 'attachment; filename="night-ferry-en.txt"'


# Passing on


def hand_on(client, carrier, **more: object):
    form = {
        "name": "Omar",
        "email": "omar@people.example",
        "language": "es",
        "rights": ["collect", "pass_on"],
    }
    return client.post(page(carrier, "carry-pass-on"), form | more)


def test_a_carrier_passes_on_within_rights_and_depth(carry, client):
    first = carry("Ana", given=Rights(True, False, True, False, True))
    assert hand_on(client, first).status_code == 303
    child = Carrier.objects.get(parent=first)
    assert (child.depth, rights.of(child)) == (1, Rights(True, False, False, False, True))
    assert Message.objects.get().key == f"cover:{child.pk}"
    # A right that the parent has not is not offered, and a forged one is refused.
    assert hand_on(client, first, email="b@people.example", rights=["vouch"]).status_code == 422
    assert hand_on(client, child, name="Lea", email="lea@people.example").status_code == 422
    assert (
        hand_on(client, child, name="Lea", email="lea@people.example", rights=["collect"]).status_code == 303
    )
    grandchild = Carrier.objects.get(parent=child)
    assert grandchild.depth == 2
    assert not grandchild.may_pass_on
    assert hand_on(client, grandchild, email="z@people.example").status_code == 422
    with pytest.raises(answer.NotAllowed):
        pass_on.pass_on(
            token=links.token(grandchild), entry=Entry("Z", "z@people.example", "en"), given=Rights()
        )


def test_the_author_can_shorten_the_way(carry, author, letters, client):
    revoke.settle(actor=author, appeal=letters, depth_max=0, author="")
    assert hand_on(client, carry("Ana")).status_code == 422
    assert Carrier.objects.count() == 1


def test_passing_on_never_tells_who_has_the_letter(carry, client):
    first = carry("Ana")
    known = carry("Bea")
    new = hand_on(client, first)
    again = hand_on(client, first, name="Bea", email="bea@people.example")
    assert (new.status_code, new["Location"]) == (again.status_code, again["Location"])
    assert Carrier.objects.filter(parent=first).count() == 1
    assert Carrier.objects.get(pk=known.pk).parent_id is None


def test_a_carrier_sees_the_own_circle_only(carry, client):
    first, other = carry("Ana"), carry("Stranger")
    hand_on(client, first)
    hand_on(
        client, Carrier.objects.get(parent=first), name="Lea", email="lea@people.example", rights=["collect"]
    )
    html = client.get(page(first)).content.decode()
    assert "Omar" in html
    assert "Lea" not in html
    assert "Stranger" not in html
    assert "omar@people.example" not in html
    assert "Omar" not in client.get(page(other)).content.decode()


def test_a_link_in_wrong_hands_is_no_mailing_list(carry, client):
    first = carry("Ana")
    for number in range(pass_on.PASS_ON_MAX):
        assert hand_on(client, first, email=f"p{number}@people.example").status_code == 303
    assert hand_on(client, first, email="more@people.example").status_code == 422
    assert Carrier.objects.filter(parent=first).count() == pass_on.PASS_ON_MAX
    for name in ("carry", "carry-pass-on"):
        html = client.get(page(first, name)).content.decode()
        assert "You have written to as many people as one carrier may." in html
        assert "as far as its author wishes" not in html


# Counting


def test_the_signing_link_names_a_carrier_only_while_it_may_collect(carry, author, letters, open_appeal):
    carrier = carry("Ana")
    asked = {"appeal": letters, "via": carrier.public_id}
    assert links.carrier_of(**asked, now=clock.now()) == carrier.pk
    assert links.carrier_of(appeal=letters, via="x" * 22, now=clock.now()) is None
    assert links.carrier_of(appeal=letters, via="' OR 1=1 --", now=clock.now()) is None
    Carrier.objects.filter(pk=carrier.pk).update(deadline=clock.now() - timedelta(1))
    assert links.carrier_of(**asked, now=clock.now()) is None
    Carrier.objects.filter(pk=carrier.pk).update(deadline=None, revoked_at=clock.now())
    assert links.carrier_of(**asked, now=clock.now()) is None


def test_the_letter_is_the_same_with_a_signing_link_and_without(carry, open_appeal, client):
    link = links.signing(carry("Ana"), open_appeal.texts.get()).partition("//")[2].partition("/")[2]
    with_it, without = client.get(f"/{link}"), client.get(f"/{link}".partition("?")[0])
    assert with_it.status_code == without.status_code == 200
    assert f'<link rel="canonical" href="{links.env.load().base_url}/{link.partition("?")[0]}">' in (
        with_it.content.decode()
    )


def test_a_carrier_of_a_translation_not_yet_published_collects_for_the_original(carry, letters, open_appeal):
    original = open_appeal.texts.get()
    draft = Text.objects.create(
        public_id=tokens.public_id(),
        appeal=letters,
        slug="es",
        language="es",
        relation="translation",
        parent=original.versions.get(),
        draft="---\ntitle: Borrador\nlang: es\n---\n\nHola.\n",
        created_at=clock.now(),
    )
    reader, translator = carry("Ana", "es"), carry("Bea", "es")
    Carrier.objects.filter(pk=translator.pk).update(text=draft)
    translator.refresh_from_db()
    assert enclosed.text_for(reader) == original
    assert enclosed.text_for(translator) == draft
    assert enclosed.text_to_sign(translator) == original


def test_the_page_counts_what_came_by_the_link(carry, open_appeal, client):
    carrier = carry("Ana")
    version = open_appeal.texts.get().versions.get()
    for number in range(3):
        Signature.objects.create(
            appeal=open_appeal,
            version=version,
            carrier=carrier if number else None,
            state="recorded",
            leaf_index=number + 50,
            recorded_at=clock.now(),
            created_at=clock.now(),
            nonce=tokens.new_nonce(),
            consent_wording="1",
        )
    html = client.get(page(carrier)).content.decode()
    assert "<strong>2</strong>" in html
    assert 'class="bar"' in html


def test_the_page_speaks_the_carriers_language_from_right_to_left(carry, author, letters, client):
    covering.save_template(actor=author, appeal=letters, language="ar", words=ENGLISH)
    html = client.get(page(carry("Omar", "ar"))).content.decode()
    assert '<html lang="ar" dir="rtl">' in html


def test_erasing_leaves_place_and_count_and_nothing_else(ines, author):
    answer.write(token=links.token(ines), words="Secret")
    revoke.erase(actor=author, carrier=ines)
    row = Carrier.objects.get(pk=ines.pk)
    assert (bytes(row.sealed), row.address_key, row.state) == (b"", None, "revoked")
    assert people.contact_of(row) == people.Contact()
    assert not Reply.objects.exists()
    assert not Message.objects.exclude(kind="carrier-wrote").exists()


def test_taking_a_branch_back_ends_every_link_below(carry, author):
    client = Client()
    first = carry("Ana")
    hand_on(client, first)
    child = Carrier.objects.get(parent=first)
    hand_on(client, child, name="Lea", email="lea@people.example", rights=["collect"])
    assert revoke.revoke(actor=author, carrier=first, with_branch=True) == 3
    assert set(Carrier.objects.values_list("state", flat=True)) == {"revoked"}
    # What was not sent yet does not go.
    assert not Message.objects.exists()
