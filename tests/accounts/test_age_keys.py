"""A team's own keys: the public half is entered, the private half is never kept nor sent back."""

import pyrage
import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from tests.cast import Cast
from undersigned.accounts import age_keys
from undersigned.accounts.models import AgeRecipient, AuditRecord
from undersigned.accounts.permissions import Forbidden

pytestmark = pytest.mark.django_db


def public() -> str:
    return str(pyrage.x25519.Identity.generate().to_public())


def desk(cast: Cast, role: str = "owner") -> Client:
    client = Client()
    client.force_login(getattr(cast, role))
    return client


def page(cast: Cast) -> str:
    return f"/desk/team/{cast.team.pk}/keys/"


def test_it_enters_a_key(cast: Cast) -> None:
    key = public()
    answer = desk(cast).post(page(cast), {"label": "Olive", "recipient": f"  {key} "})
    assert answer.status_code == 302
    assert age_keys.recipients(cast.team.pk) == [key]
    assert key in desk(cast, "viewer").get(page(cast)).content.decode()
    record = AuditRecord.objects.latest("pk")
    assert (
        record.verb == "key.add" and record.detail["key"].startswith("age1") and key not in str(record.detail)
    )


def test_a_private_key_is_refused_and_not_sent_back(cast: Cast) -> None:
    secret = str(pyrage.x25519.Identity.generate())
    answer = desk(cast).post(page(cast), {"label": "Olive", "recipient": secret})
    said = answer.content.decode()
    assert answer.status_code == 422 and "This is the private key" in said
    assert secret not in said and not AgeRecipient.objects.exists()


@pytest.mark.parametrize(
    "typed", ["", "age1", "age1qqqqqqqqqqqq", "ssh-ed25519 AAAA", "x" * 300, "\0", "age1" + "é" * 58]
)
def test_anything_else_is_refused(cast: Cast, typed: str) -> None:
    answer = desk(cast).post(page(cast), {"label": "Olive", "recipient": typed})
    assert answer.status_code == 422 and not AgeRecipient.objects.exists()


def test_the_same_key_is_entered_once(cast: Cast) -> None:
    key = public()
    age_keys.add(actor=cast.owner, team=cast.team, recipient=key, label="A")
    with pytest.raises(ValidationError, match="already"):
        age_keys.add(actor=cast.owner, team=cast.team, recipient=key, label="B")


def test_a_key_goes_out_of_use_but_never_the_last(cast: Cast) -> None:
    one, two = (
        age_keys.add(actor=cast.owner, team=cast.team, recipient=public(), label=label) for label in "AB"
    )
    address = f"{page(cast)}{one.pk}/retire/"
    assert desk(cast).post(address).status_code == 302
    assert age_keys.recipients(cast.team.pk) == [two.recipient]
    with pytest.raises(ValidationError, match="only key"):
        age_keys.retire(actor=cast.owner, key=two)
    desk(cast).post(f"{page(cast)}{two.pk}/retire/")
    assert age_keys.recipients(cast.team.pk) == [two.recipient]


def test_only_owners_change_keys(cast: Cast) -> None:
    key = age_keys.add(actor=cast.owner, team=cast.team, recipient=public(), label="A")
    for role in ("editor", "moderator", "viewer"):
        with pytest.raises(Forbidden):
            age_keys.add(actor=getattr(cast, role), team=cast.team, recipient=public(), label="B")
        with pytest.raises(Forbidden):
            age_keys.retire(actor=getattr(cast, role), key=key)
        assert desk(cast, role).get(page(cast)).status_code == 200
    assert desk(cast, "outsider").get(page(cast)).status_code == 404
    assert desk(cast, "outsider").post(page(cast), {"label": "B", "recipient": public()}).status_code == 404
    assert desk(cast, "outsider").post(f"{page(cast)}{key.pk}/retire/").status_code == 404
