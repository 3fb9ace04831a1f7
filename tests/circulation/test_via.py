"""Who came by a carrier's link is counted for the carrier; a link that is none costs nobody a signature."""

import json

import pytest
from django.urls import reverse

from tests.circulation.conftest import ALL
from undersigned.appeals import draft, publish
from undersigned.circulation import collected, enrol, revoke
from undersigned.circulation.enrol import Entry
from undersigned.circulation.models import Carrier
from undersigned.lib import tokens
from undersigned.signing import confirm, sequence
from undersigned.signing.models import Signature

pytestmark = pytest.mark.django_db(transaction=True)
FIELDS = {"name": "Ana Sol", "email": "ana@people.example", "display": "name"}


@pytest.fixture
def ines(author, open_appeal) -> Carrier:
    return enrol.add(
        actor=author, appeal=open_appeal, entry=Entry("Ines", "i@people.example", "en"), given=ALL
    )


def test_the_form_behind_a_link_keeps_it_and_the_page_for_all_does_not(client, ines):
    plain = client.get("/appeals/night-ferry/en/")
    came = client.get(f"/appeals/night-ferry/en/?via={ines.public_id}")
    assert ines.public_id not in plain.content.decode()
    html = came.content.decode()
    assert f'action="/appeals/night-ferry/en/sign?via={ines.public_id}"' in html
    assert (
        '/appeals/night-ferry/en/">' in html
        and 'rel="canonical" href="http://127.0.0.1:8000/appeals/night-ferry/en/?' not in html
    )
    assert came["ETag"] != plain["ETag"]
    redirect = client.get(f"/appeals/night-ferry/?via={ines.public_id}")
    assert redirect["Location"] == f"/appeals/night-ferry/en/?via={ines.public_id}"


def test_nothing_but_a_public_id_is_repeated(client, ines):
    html = client.get('/appeals/night-ferry/en/?via="><script>').content.decode()
    assert 'action="/appeals/night-ferry/en/sign"' in html


@pytest.mark.parametrize("where", ["query", "field", "json", "json query"])
def test_a_signature_by_a_link_counts_for_its_carrier(client, ines, where):
    form, api = "/appeals/night-ferry/en/sign", "/api/v1/appeals/night-ferry/texts/en/signatures"
    query = f"?via={ines.public_id}" if "query" in where else ""
    values = FIELDS if query else {**FIELDS, "via": ines.public_id}
    if "json" in where:
        done = client.post(api + query, json.dumps(values), content_type="application/json")
    else:
        done = client.post(form + query, values)
    assert done.status_code in (202, 303)
    row = Signature.objects.get()
    confirm.confirm(token=tokens.token("confirm", row.nonce))
    sequence.record_due(force=True)
    assert collected.counts([ines.pk]) == {ines.pk: 1}


def test_a_form_shown_again_keeps_the_link(client, ines):
    address = reverse("sign", args=["night-ferry", "en"]) + f"?via={ines.public_id}"
    page = client.post(address, {**FIELDS, "email": "none"})
    assert page.status_code == 422
    assert f'action="{address}"' in page.content.decode()


@pytest.mark.parametrize("via", ["x", "A" * 22, "%00", '{"a":1}', "A" * 5000])
def test_an_unknown_link_takes_the_signature_for_nobody(client, ines, via):
    done = client.post("/appeals/night-ferry/en/sign", {**FIELDS, "via": via})
    assert done.status_code == 303
    assert Signature.objects.get().carrier is None


def test_a_link_taken_back_takes_the_signature_for_nobody(client, ines, author):
    revoke.revoke(actor=author, carrier=ines)
    done = client.post(f"/appeals/night-ferry/en/sign?via={ines.public_id}", FIELDS)
    assert done.status_code == 303
    assert Signature.objects.get().carrier is None


def test_json_of_a_wrong_kind_takes_the_signature_for_nobody(client, ines):
    body = json.dumps({**FIELDS, "via": [1]})
    done = client.post(
        "/api/v1/appeals/night-ferry/texts/en/signatures", body, content_type="application/json"
    )
    assert done.status_code == 202
    assert Signature.objects.get().carrier is None


def test_a_moved_signature_keeps_its_carrier(client, ines, author):
    def sign(query: str) -> None:
        client.post(f"/appeals/night-ferry/en/sign{query}", FIELDS)
        row = Signature.objects.get(state="pending")
        confirm.confirm(token=tokens.token("confirm", row.nonce))
        sequence.record_due(force=True)

    sign(f"?via={ines.public_id}")
    text = ines.appeal.texts.get()
    source = text.versions.get().source.replace("nine", "eight")
    draft.save_draft(actor=author, text=text, source=source, revision=text.draft_revision)
    publish.publish(actor=author, text=text)
    sign("")
    assert sorted(Signature.objects.values_list("state", flat=True)) == ["moved", "recorded"]
    assert collected.counts([ines.pk]) == {ines.pk: 1}
