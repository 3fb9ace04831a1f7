"""Editions from the web: who may have them, what they hold, and that no name outlives its consent in them."""

import hashlib
import io
import zipfile
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from tests.cast import Cast
from tests.signing import crowd
from undersigned.accounts.models import AuditRecord
from undersigned.accounts.permissions import Forbidden
from undersigned.appeals.models import Appeal
from undersigned.edition import handed_out
from undersigned.lib import clock, keys
from undersigned.signing import mine, moderate, sequence
from undersigned.signing.editions import ask, kept, making
from undersigned.signing.erase import erase
from undersigned.signing.models import EditionBuild, Signature
from undersigned.signing.withdraw import withdraw

pytestmark = pytest.mark.django_db(transaction=True)
EDITION, ARCHIVE = EditionBuild.Kind.EDITION, EditionBuild.Kind.ARCHIVE


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Layout takes seconds and is tested elsewhere: here the formats that need none are made."""
    light = [row for row in handed_out.FORMATS if row.name in ("html", "tei", "markdown", "csl")]
    monkeypatch.setattr("undersigned.edition.build.FORMATS", light)


@pytest.fixture
def signed(open_appeal: Appeal) -> Appeal:
    version = crowd.original(open_appeal)
    crowd.confirmed(version, "Ana Sol", edition=True)
    crowd.confirmed(version, "Bo Reed", edition=True)
    crowd.confirmed(version, "Not Kept", edition=False)
    sequence.record_due(force=True)
    return Appeal.objects.select_related("team").get(pk=open_appeal.pk)


def person(name: str) -> Signature:
    return Signature.objects.get(public_line__name=name)


def made(cast: Cast, appeal: Appeal, kind: str = EDITION, *, publish: bool = True) -> EditionBuild:
    (row,) = ask.ask(actor=cast.editor, appeal=appeal, kinds=[kind], publish=publish)
    assert handed_out.make(row.pk)
    row.refresh_from_db()
    return row


def page(client: Client, appeal: Appeal, name: str = "") -> tuple[int, bytes]:
    answer = client.get(f"/appeals/{appeal.slug}/edition/{name}")
    return answer.status_code, b"".join(answer) if answer.streaming else answer.content


def all_bytes(client: Client, row: EditionBuild) -> bytes:
    found = b""
    for file in row.files.order_by("number"):
        status, data = page(client, row.appeal, file.name)
        assert status == 200 and hashlib.sha256(data).hexdigest() == file.sha256 and len(data) == file.size
        if file.format != "zip":
            found += data
    return found


def test_every_file_is_public_once_published(cast: Cast, client: Client, signed: Appeal) -> None:
    row = made(cast, signed, publish=False)
    assert page(client, signed)[0] == 404 and page(client, signed, "manifest.json")[0] == 404
    ask.publish(actor=cast.editor, build=row)
    status, listed = page(client, signed)
    assert status == 200
    names = [file.name for file in row.files.all()]
    assert {"manifest.json", f"{signed.slug}-edition.zip"} < set(names)
    assert all(f"/edition/{name}".encode() in listed for name in names)
    everything = all_bytes(client, row)
    assert b"Ana Sol" in everything and b"Not Kept" not in everything
    (html,) = [name for name in names if name.endswith(".html")]
    answer = client.get(f"/appeals/{signed.slug}/edition/{html}")
    assert answer["Content-Disposition"].startswith("attachment;") and answer["Cache-Control"] == "no-store"
    assert (
        answer["X-Content-Type-Options"] == "nosniff" and answer["Content-Security-Policy"][:7] == "sandbox"
    )
    ask.take_down(actor=cast.editor, appeal=signed, kind=EDITION)
    assert page(client, signed)[0] == 404 and page(client, signed, html)[0] == 404


def test_the_archive_is_a_bag_in_a_zip(cast: Cast, client: Client, signed: Appeal) -> None:
    made(cast, signed, ARCHIVE)
    status, data = page(client, signed, f"{signed.slug}-archive.zip")
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        assert status == 200 and found.testzip() is None
        names = {name.split("/", 1)[1] for name in found.namelist()}
        assert {"bagit.txt", "manifest-sha256.txt", "index.html"} <= names
        assert not any(b"Not Kept" in found.read(name) for name in found.namelist())


def _withdrawn(_cast: Cast, row: Signature) -> None:
    withdraw(signature=row, keeps_name=False)


def _erased(_cast: Cast, row: Signature) -> None:
    erase(signature=row)


def _struck(cast: Cast, row: Signature) -> None:
    moderate.strike(actor=cast.moderator, signature=row, reason="not a person")


def _not_kept(_cast: Cast, row: Signature) -> None:
    mine.change_consents(signature=row, updates=False, addressee=True, edition=False)


def _unlisted(_cast: Cast, row: Signature) -> None:
    mine.change_display(signature=row, display="unlisted", pseudonym="")


@pytest.mark.parametrize("leave", [_withdrawn, _erased, _struck, _not_kept, _unlisted])
def test_a_name_taken_back_is_in_no_file_that_is_served(
    leave, cast: Cast, client: Client, signed: Appeal
) -> None:
    row = made(cast, signed)
    old, name = row.public_id, row.files.get(format="html").name
    assert b"Ana Sol" in page(client, signed, name)[1]
    leave(cast, person("Ana Sol"))
    assert page(client, signed, name)[0] == 404
    status, told = page(client, signed)
    assert status == 200 and name.encode() not in told
    assert not kept.folder_of(old).exists()
    with pytest.raises(keys.KeyMissing):
        keys.read(kept.key_name(old))
    assert making.renew(clock.now()) == 0
    assert making.renew(clock.now() + making.SETTLED) == 1
    assert handed_out.make_all() == 1
    row.refresh_from_db()
    everything = all_bytes(client, row)
    assert b"Ana Sol" not in everything and b"Bo Reed" in everything


def test_a_name_taken_back_while_it_is_made_is_noticed(cast: Cast, signed: Appeal) -> None:
    (row,) = ask.ask(actor=cast.editor, appeal=signed, kinds=[EDITION], publish=True)
    left: list[Signature] = []

    def leaving(_row: EditionBuild, step: str, _done: int, _total: int) -> None:
        if step == "pack" and not left:
            left.append(person("Ana Sol"))
            withdraw(signature=left[0], keeps_name=False)

    assert not handed_out.make(row.pk, tell=leaving)
    assert making.waiting() == [row.pk] and handed_out.make(row.pk)


def test_a_case_that_changed_closes_the_files(cast: Cast, client: Client, signed: Appeal) -> None:
    row = made(cast, signed)
    Appeal.objects.filter(pk=signed.pk).update(cases_changed_at=clock.now())
    assert page(client, signed, "manifest.json")[0] == 404
    with pytest.raises(ask.NotKept):
        ask.fetch(actor=cast.owner, file=row.files.select_related("build__appeal__team").first())
    making.renew()
    assert making.renew(clock.now() + making.SETTLED) == 1 and handed_out.make_all() == 1
    assert page(client, signed, "manifest.json")[0] == 200


def test_files_that_were_lost_are_made_anew(cast: Cast, client: Client, signed: Appeal) -> None:
    row = made(cast, signed)
    kept.discard(row.public_id)
    assert page(client, signed, "manifest.json")[0] == 404
    assert making.renew() == 1 and handed_out.make_all() == 1
    assert page(client, signed, "manifest.json")[0] == 200


def test_a_newer_one_takes_the_place_of_the_published(cast: Cast, client: Client, signed: Appeal) -> None:
    first = made(cast, signed)
    later = made(cast, signed, publish=False)
    assert EditionBuild.objects.count() == 2
    ask.publish(actor=cast.editor, build=later)
    assert list(EditionBuild.objects.all()) == [later] and not kept.folder_of(first.public_id).exists()
    assert page(client, signed, "manifest.json")[0] == 200


def test_what_was_published_and_failed_is_tried_again_after_a_while(cast: Cast, signed: Appeal) -> None:
    row = made(cast, signed)
    EditionBuild.objects.filter(pk=row.pk).update(made_at=None, moment=None, problem=making.FAILED)
    assert making.renew() == 0
    assert making.renew(clock.now() + making.AGAIN + timedelta(minutes=1)) == 1 and making.waiting() == [
        row.pk
    ]


def test_who_may_not_is_refused_and_each_act_leaves_a_row(cast: Cast, signed: Appeal) -> None:
    for nobody in (cast.moderator, cast.viewer, cast.outsider):
        with pytest.raises(Forbidden):
            ask.ask(actor=nobody, appeal=signed, kinds=[EDITION])
    row = made(cast, signed, publish=False)
    file = row.files.select_related("build__appeal__team").first()
    for nobody in (cast.moderator, cast.viewer, cast.outsider):
        with pytest.raises(Forbidden):
            ask.fetch(actor=nobody, file=file)
        with pytest.raises(Forbidden):
            ask.publish(actor=nobody, build=row)
    assert b"".join(ask.fetch(actor=cast.owner, file=file))
    ask.publish(actor=cast.owner, build=row)
    with pytest.raises(ValidationError):
        ask.ask(actor=cast.owner, appeal=signed, kinds=[])
    verbs = AuditRecord.objects.filter(subject__startswith="edition:").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == ["edition.make", "edition.fetch", "edition.publish"]


def test_the_desk_asks_shows_and_publishes(cast: Cast, client: Client, signed: Appeal) -> None:
    client.force_login(cast.editor)
    here = reverse("desk-edition", args=[signed.slug])
    assert client.post(here, {"act": "ask"}).status_code == 422
    assert client.post(here, {"act": "ask", "kinds": ["edition"]}).status_code == 302
    assert client.post(here, {"act": "ask", "kinds": ["edition"]}).status_code == 422
    assert "It waits for its turn" in client.get(here).content.decode()
    assert handed_out.make_all() == 1
    row = EditionBuild.objects.get()
    shown = client.get(here).content.decode()
    assert all(file.name in shown and file.sha256 in shown for file in row.files.all())
    answer = client.post(reverse("desk-edition-file", args=[signed.slug, row.pk, 0]))
    assert answer.status_code == 200 and answer["Content-Disposition"].startswith("attachment")
    assert client.post(here, {"act": "publish", "build": row.pk}).status_code == 302
    assert page(Client(), signed)[0] == 200
    assert client.post(here, {"act": "down", "kind": "edition"}).status_code == 302
    assert page(Client(), signed)[0] == 404
