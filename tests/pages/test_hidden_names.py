"""Hide all names now: no public address names anybody while it is on, the count stays, and back."""

import asyncio
import json

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.test import Client

from tests.front.ways import Answered, Request, ask, through
from tests.pages.test_embargo_unseen import addresses
from tests.signing import crowd
from tests.signing.organisations import societies
from undersigned.accounts.models import AuditRecord
from undersigned.accounts.permissions import Forbidden
from undersigned.appeals.models import Appeal
from undersigned.edition import signatories
from undersigned.edition.archive import roll as archived
from undersigned.front.door import Front
from undersigned.signing import export, hidden, roll, sequence, withdraw
from undersigned.signing.delivery import ask as bundle
from undersigned.signing.delivery import making
from undersigned.signing.delivery import names as given
from undersigned.signing.models import OrganisationRule, PublicLine, Signature
from undersigned.signing.organisations import moderate

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ("Ana Sol", "Heron", "Ben First", "Carla Gone", "Users' Union", "Users&#x27; Union", "Ida Berg")
# Parts of names: a page says again what somebody looked for.
QUERIES = ("", "?lang=en", "?last=1", "?q=An", "?q=Her")


@pytest.fixture
def named(cast, open_appeal: Appeal) -> Appeal:
    """A person, a pseudonym, a first signatory, a withdrawn name that was kept, an organisation."""
    version = crowd.original(open_appeal)
    crowd.confirmed(version, "Ana Sol", affiliation="Ferry school", edition=True, addressee=True)
    crowd.confirmed(version, "Nobody Knows", display="pseudonym", pseudonym="Heron", edition=True)
    first = crowd.confirmed(version, "Ben First", edition=True)
    gone = crowd.confirmed(version, "Carla Gone")
    OrganisationRule.objects.create(appeal=open_appeal, accepts=True)
    made = societies.signed(version, shows_officers=True)
    if made.state == "checked":
        moderate.approve(actor=cast.owner, organisation=made)
    sequence.record_due(force=True)
    Signature.objects.filter(pk=first.pk).update(first_order=1)
    PublicLine.objects.filter(pk=first.pk).update(first_order=1)
    withdraw.withdraw(signature=Signature.objects.get(pk=gone.pk), keeps_name=True)
    return open_appeal


def said(body: bytes) -> list[str]:
    words = body.decode("utf-8", "replace")
    return [name for name in NAMES if name in words]


def everywhere() -> dict[str, list[str]]:
    """Which names each public address says, by any method, query and header."""
    client, found = Client(), {}
    paths = [*addresses("night-ferry"), "/", "/feed.atom", "/api/v1/appeals"]
    for path in paths:
        for method in ("get", "head", "post", "options"):
            for query in QUERIES if method == "get" else ("",):
                answer = getattr(client, method)(path + query)
                assert answer.status_code < 500, path
                body = b"".join(answer) if answer.streaming else answer.content
                if names := said(body):
                    found[path] = sorted({*found.get(path, []), *names})
    return found


def test_no_public_address_names_anybody_while_they_are_hidden(cast, named):
    before = everywhere()
    assert set().union(*before.values()) >= {"Ana Sol", "Heron", "Ben First", "Carla Gone", "Ida Berg"}
    assert {path.rpartition("night-ferry")[2] for path in before} >= {
        "/en/", "/names/", "/names/organisations/", "/organisations"
    }  # fmt: skip
    count = json.loads(Client().get("/api/v1/appeals/night-ferry").content)["signatures"]["recorded"]
    hidden.hide(actor=cast.moderator, appeal=named, reason="a list was asked for")
    assert everywhere() == {}
    api = json.loads(Client().get("/api/v1/appeals/night-ferry").content)
    assert api["signatures"]["recorded"] == count == 5
    page = Client().get("/appeals/night-ferry/names/")
    assert b"The organisers have taken all names off" in page.content
    hidden.show(actor=cast.editor, appeal=named, reason="it is over")
    assert everywhere() == before


def test_what_names_people_is_kept_by_no_cache_unasked(named):
    for path in ("en/", "names/", "names/organisations/"):
        assert "max-age=0" in Client().get(f"/appeals/night-ferry/{path}")["Cache-Control"]
    assert "max-age=0" in Client().get("/api/v1/appeals/night-ferry/organisations")["Cache-Control"]


def test_files_that_are_made_meanwhile_name_nobody(cast, named):
    text = named.texts.get()

    def named_in_files() -> list[str]:
        lines = [*signatories.of_appeal(named).read(), *signatories.of_text(text).read()]
        lines += archived.lines(named)
        lines += given.lines(named, 10**9)
        public = b"".join(b"".join(export.public_rows(None, named, kind)) for kind in ("csv", "json"))
        return [line.name for line in lines] + said(public)

    assert "Ana Sol" in named_in_files()
    hidden.hide(actor=cast.owner, appeal=named, reason="now")
    named.refresh_from_db()
    assert named_in_files() == []
    assert signatories.of_appeal(named).count == archived.count(named) == given.count(named, 10**9) == 0
    assert roll.first_signatories(named) == roll.page(named).lines == []
    with pytest.raises(ValidationError):
        bundle.ask(actor=cast.owner, appeal=named, text=text, recipient="The Board")
    hidden.show(actor=cast.owner, appeal=named, reason="over")
    assert "Ana Sol" in named_in_files()


def test_a_bundle_that_is_being_made_begins_anew_once_names_are_shown(cast, named):
    asked = bundle.ask(actor=cast.owner, appeal=named, text=named.texts.get(), recipient="The Board")
    hidden.hide(actor=cast.owner, appeal=named, reason="now")
    assert making.waiting() == []
    with making.taken(asked.pk) as row:
        assert row is None
    asked.refresh_from_db()
    assert asked.gone_at is not None and not asked.problem
    hidden.show(actor=cast.owner, appeal=named, reason="over")
    assert making.waiting() == [asked.pk]


def test_what_was_hidden_stays_so_when_an_older_copy_is_restored(cast, named):
    hidden.hide(actor=cast.owner, appeal=named, reason="now")
    Appeal.objects.update(names_hidden_at=None)
    assert hidden.replay() == 1
    assert Appeal.objects.get().names_hidden_at is not None
    hidden.show(actor=cast.owner, appeal=named, reason="over")
    assert hidden.replay() == 0


@pytest.mark.parametrize("who", ["viewer", "outsider"])
def test_others_may_neither_hide_nor_show(cast, named, who):
    for act in (hidden.hide, hidden.show):
        with pytest.raises(Forbidden):
            act(actor=getattr(cast, who), appeal=named, reason="so")
    assert not AuditRecord.objects.filter(verb__startswith="names.").exists()


@pytest.mark.parametrize("who", ["owner", "editor", "moderator"])
def test_those_who_moderate_may_with_a_reason_that_the_record_keeps(cast, named, who):
    actor = getattr(cast, who)
    for wrong in ("", " ", "x" * 301):
        with pytest.raises(ValidationError):
            hidden.hide(actor=actor, appeal=named, reason=wrong)
    with pytest.raises(hidden.NotPossible):
        hidden.show(actor=actor, appeal=named, reason="not hidden")
    hidden.hide(actor=actor, appeal=named, reason="  a leak ")
    with pytest.raises(hidden.NotPossible):
        hidden.hide(actor=actor, appeal=named, reason="twice")
    assert hidden.last(named).detail == {"reason": "a leak"}


def test_the_front_gives_no_name_out_of_its_memory(cast, named):
    letter = Request("GET", "/appeals/night-ferry/en/")

    async def act(front: Front) -> tuple[Answered, ...]:
        first, second = await ask(front, letter), await ask(front, letter)
        await asyncio.to_thread(_hide, cast.owner, named)
        await asyncio.sleep(1.0)
        return first, second, await ask(front, letter)

    first, second, after = through(act)
    assert said(first.body) == said(second.body) == ["Ben First"]
    assert after.status == 200 and said(after.body) == []
    assert first["etag"] != after["etag"]


def _hide(actor, appeal) -> None:
    hidden.hide(actor=actor, appeal=appeal, reason="now")
    connections.close_all()
