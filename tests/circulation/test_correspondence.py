"""Letters for the edition: only with their writer's consent, nobody named without theirs, erased whole."""

import re

import pytest
from django.test import Client
from lxml import etree

from tests.cast import Cast
from tests.circulation.conftest import Carry
from undersigned.appeals import publish
from undersigned.appeals.models import Appeal
from undersigned.circulation import answer as carrying
from undersigned.circulation import covering, erasures, expire, links, revoke
from undersigned.circulation.correspondence import answer, choose, letters
from undersigned.circulation.correspondence.consent import WORDING
from undersigned.circulation.covering import NotPossible
from undersigned.circulation.models import Carrier, EditionLetter, Reply
from undersigned.edition import document as d
from undersigned.edition.build import build
from undersigned.edition.formats import cmif, html, tei
from undersigned.edition.formats import letters as markdown
from undersigned.edition.gather import gather
from undersigned.lib import clock
from undersigned.lib.fields import FieldError
from undersigned.mailroom.models import Message

pytestmark = pytest.mark.django_db

TEI = "{http://www.tei-c.org/ns/1.0}"


def reply(carrier: Carrier, words: str = "I read it *twice*.\nIt is <good>.", printed: bool = True) -> Reply:
    carrying.write(token=links.token(carrier), words=words, printed=printed)
    return Reply.objects.latest("pk")


def included(cast: Cast, letter: EditionLetter) -> EditionLetter:
    return choose.include(actor=cast.editor, letter=letter, wanted=True)


def sent(cast: Cast, carrier: Carrier) -> Carrier:
    covering.compose(actor=cast.owner, carrier=carrier)
    Carrier.objects.filter(pk=carrier.pk).update(queued_at=clock.now(), sent_at=clock.now())
    return Carrier.objects.select_related("appeal__team", "letter", "text").get(pk=carrier.pk)


@pytest.fixture
def printable(cast: Cast, carry: Carry, draft_appeal: Appeal) -> Appeal:
    publish.publish(actor=cast.owner, text=draft_appeal.texts.get())
    return Appeal.objects.select_related("team").get(pk=draft_appeal.pk)


def test_it_is_agreed_to_where_it_is_written(client: Client, carry: Carry) -> None:
    carrier = carry("Ines Paz")
    page = f"/carry/{links.token(carrier)}/"
    client.post(f"{page}write/", {"words": "Count me in.", "printed": "on"})
    client.post(f"{page}write/", {"words": "This is for you alone."})
    (letter,) = EditionLetter.objects.all()
    assert (letter.kind, letter.consent, letter.consent_wording) == ("answer", "yes", WORDING)
    assert letters.content_of(letter).sender == "Ines Paz"
    assert b"Count me in" not in bytes(letter.sealed)
    assert "Letters for the edition" in client.get(page).content.decode()


def test_without_consent_it_is_never_printed(cast: Cast, carry: Carry, printable: Appeal) -> None:
    row = letters.take_reply(actor=cast.editor, reply=reply(carry("Ines Paz"), printed=False))
    with pytest.raises(NotPossible, match="not agreed"):
        included(cast, row)
    with pytest.raises(NotPossible, match="Only the carrier"):
        choose.agree_own(actor=cast.owner, letter=row)
    assert gather(printable).correspondence == ()


def test_its_writer_agrees_and_takes_it_back_by_link(
    client: Client, cast: Cast, carry: Carry, printable: Appeal
) -> None:
    row = letters.take_reply(actor=cast.editor, reply=reply(carry("Ines Paz"), printed=False))
    choose.ask(actor=cast.editor, letter=row)
    assert Message.objects.filter(kind="letter-consent").count() == 1
    with pytest.raises(NotPossible, match="nobody is asked twice"):
        choose.ask(actor=cast.editor, letter=row)
    page = f"/correspondence/{answer.token(row)}/"
    assert client.get(page).status_code == 200
    row.refresh_from_db()
    assert row.consent == ""
    assert client.post(page, {"may": "perhaps"}).status_code == 422
    client.post(page, {"may": "yes"})
    included(cast, row)
    assert [letter.sender.name for letter in gather(printable).correspondence] == ["Ines Paz"]
    choose.hand_out(actor=cast.owner, appeal=printable, to="The archive")
    assert "was handed out on" in client.get(page).content.decode()
    client.post(page, {"may": "no"})
    assert gather(printable).correspondence == ()
    assert client.post(page, {"may": "yes"}, headers={"origin": "https://evil.example"}).status_code == 403


def test_an_addressee_is_named_only_by_their_own_consent(
    client: Client, cast: Cast, carry: Carry, printable: Appeal
) -> None:
    carrier = sent(cast, carry("Ines Paz"))
    row = included(cast, letters.from_covering(actor=cast.owner, carrier=carrier, own=True))
    shown = str(gather(printable).correspondence)
    assert "Ines" not in shown and "Paz" not in shown
    assert links.token(carrier) not in shown and "{link}" not in shown
    client.post(f"/correspondence/{answer.token(row)}/", {"may": "yes"})
    (letter,) = gather(printable).correspondence
    assert letter.addressee.name == "Ines Paz"
    assert "Dear Ines Paz" in str(letter)
    # Whom it was written to says nothing for its writer.
    client.post(f"/correspondence/{answer.token(row)}/", {"may": "no"})
    row.refresh_from_db()
    assert (row.consent, row.names_addressee) == ("yes", False)


def typed(cast: Cast, appeal: Appeal, **more: object) -> EditionLetter:
    content = letters.Content("We *met* the Board.", "Lower Quay", "All who signed", "Carrow", "News", True)
    given = {"kind": "update", "language": "en", "date": "spring 2026", "own": True, **more}
    return letters.put_down(actor=cast.editor, appeal=appeal, content=content, **given)  # type: ignore[arg-type]


@pytest.fixture
def three(cast: Cast, carry: Carry, printable: Appeal) -> d.Edition:
    included(cast, typed(cast, printable))
    carrier = carry("Ines Paz")
    reply(carrier)
    included(cast, EditionLetter.objects.get(kind="answer"))
    included(cast, letters.from_covering(actor=cast.owner, carrier=sent(cast, carrier), own=True))
    return gather(printable)


def test_every_format_has_the_letters(three: d.Edition) -> None:
    text = three.texts[0]
    page = "".join(html.pieces(three, text))
    assert page.count('class="letter"') == 3
    assert "I read it *twice*." in page and "&lt;good&gt;" in page
    assert "<em>met</em>" in page
    words = markdown.render(three)
    assert "We *met* the Board." in words and "I read it \\*twice\\*." in words
    document = etree.fromstring("".join(tei.pieces(three, text)).encode())
    described = document.findall(f".//{TEI}correspDesc")
    ids = {div.get("{http://www.w3.org/XML/1998/namespace}id") for div in document.iter(f"{TEI}div")}
    own = [one.get("n") for one in described if one.get("n")]
    assert len(own) == 3 and set(own) <= ids


def test_the_list_follows_cmif(three: d.Edition) -> None:
    document = etree.fromstring(cmif.render(three, "https://x.example/list.xml").encode())
    described = document.findall(f".//{TEI}correspDesc")
    # The letter to the Harbour Board itself, and three around it.
    assert len(described) == 4
    source = document.find(f".//{TEI}sourceDesc/{TEI}bibl")
    assert source is not None
    ident = source.get("{http://www.w3.org/XML/1998/namespace}id")
    for one in described:
        assert [action.get("type") for action in one] == ["sent", "received"]
        assert one.get("source") == f"#{ident}"
        assert all(action.find(f"{TEI}persName") is not None for action in one)
    licence = document.find(f".//{TEI}licence")
    assert licence is not None and licence.get("target") == "https://creativecommons.org/licenses/by/4.0/"
    names = [name.text for name in document.iter(f"{TEI}persName")]
    assert "The Harbour Board" in names and "Ines Paz" in names
    dates = [date.attrib for date in document.iter(f"{TEI}date") if "cert" in date.attrib]
    assert dates == [{"notBefore": "2026", "notAfter": "2026", "cert": "low"}]


def test_the_list_is_public_and_in_the_edition(
    client: Client, three: d.Edition, printable: Appeal, tmp_path: "object"
) -> None:
    address = "/appeals/night-ferry/correspondence.xml"
    assert client.get(address).status_code == 404
    Appeal.objects.filter(pk=printable.pk).update(state="open", opened_at=clock.now())
    answered = client.get(address)
    assert answered["Content-Type"].startswith("application/tei+xml")
    assert answered.content.count(b"<correspDesc") == 4
    build(three, tmp_path, only=())  # type: ignore[arg-type]
    assert (tmp_path / "night-ferry.cmif.xml").is_file()  # type: ignore[operator]
    assert (tmp_path / "night-ferry.letters.md").is_file()  # type: ignore[operator]


def test_who_is_erased_is_in_no_letter(cast: Cast, three: d.Edition, printable: Appeal) -> None:
    carrier = Carrier.objects.get()
    revoke.erase(actor=cast.owner, carrier=carrier)
    (left,) = gather(printable).correspondence
    assert left.kind == "update"
    assert "Ines" not in cmif.render(gather(printable), "x")


def test_a_restored_letter_is_erased_again(cast: Cast, three: d.Edition, printable: Appeal) -> None:
    kept = EditionLetter.objects.get(kind="answer")
    values = {field.attname: getattr(kept, field.attname) for field in EditionLetter._meta.concrete_fields}
    carrier = Carrier.objects.get()
    revoke.erase(actor=cast.owner, carrier=carrier)
    EditionLetter.objects.create(**{**values, "reply_id": None})
    erasures.replay()
    assert not EditionLetter.objects.filter(kind="answer").exists()


def test_what_was_given_to_the_edition_outlives_retention(three: d.Edition, printable: Appeal) -> None:
    expire.forget([Carrier.objects.get().pk], clock.now(), keep_agreed=True)
    erasures.replay()
    assert len(gather(printable).correspondence) == 3
    row = EditionLetter.objects.get(kind="answer")
    assert row.carrier is None
    answer.answer(letter=row, yes=False)
    assert len(gather(printable).correspondence) == 2


@pytest.mark.parametrize("who", ["moderator", "viewer", "outsider"])
def test_others_may_do_nothing_of_it(client: Client, cast: Cast, printable: Appeal, who: str) -> None:
    row = typed(cast, printable)
    client.force_login(getattr(cast, who))
    base = "/desk/appeals/night-ferry/carriers/correspondence/"
    expected = 404 if who == "outsider" else 403
    for address in (base, f"{base}new/", f"{base}{row.pk}/"):
        assert client.get(address).status_code == expected


def test_the_desk_leads_through_it(client: Client, cast: Cast, carry: Carry, printable: Appeal) -> None:
    carrier = sent(cast, carry("Ines Paz"))
    said = reply(carrier, printed=False)
    client.force_login(cast.editor)
    base = "/desk/appeals/night-ferry/carriers/correspondence/"
    made = client.post(base, {"act": "covering", "number": carrier.pk})
    assert re.fullmatch(rf"{base}\d+/", made["Location"])
    client.post(made["Location"], {"act": "own"})
    client.post(made["Location"], {"act": "in"})
    assert client.post(made["Location"], {"act": "describe", "date": "soon"}).status_code == 422
    client.post(made["Location"], {"act": "describe", "date": "1936-07-06", "place": "Carrow", "title": "T"})
    assert "Carrow" in client.get(made["Location"]).content.decode()
    client.post(base, {"act": "reply", "number": said.pk})
    bad = {"kind": "update", "sender": "x", "language": "en", "words": "<b>no</b>"}
    assert client.post(f"{base}new/", bad).status_code == 422
    assert client.post(f"{base}new/", {**bad, "words": "Yes.", "own": "on"}).status_code == 302
    page = client.get(base).content.decode()
    assert page.count("<tr>") == 4
    client.post(base, {"act": "hand-out", "to": "The archive"})
    assert "The archive" in client.get(base).content.decode()


def test_a_date_that_is_none_is_refused(cast: Cast, printable: Appeal) -> None:
    with pytest.raises(FieldError, match="no date"):
        typed(cast, printable, date="soon")
