"""The enclosed text as PDF: laid out once, attached from disk, left out where it cannot be made."""

import pypdfium2
import pytest
from django.db import transaction
from django.urls import reverse

from tests.circulation.conftest import signed_in
from tests.circulation.test_dispatch import sent_mail
from undersigned.appeals import draft, publish
from undersigned.circulation import dispatch, enclosed, enclosed_pdf, links, pass_on, rounds
from undersigned.circulation.covering import NotPossible
from undersigned.circulation.enrol import Entry
from undersigned.circulation.models import Carrier
from undersigned.circulation.rights import Rights
from undersigned.lib import env, printer
from undersigned.mailroom import enclosures, send
from undersigned.mailroom.models import Enclosure, Message

pytestmark = pytest.mark.django_db
laid_out = pytest.mark.skipif(bool(printer.missing()), reason=f"no PDF can be made here: {printer.missing()}")


@pytest.fixture
def prints(data, tmp_path, monkeypatch) -> list[str]:
    """What is laid out, in a folder of the test's own."""
    (data / "printed").unlink()
    done: list[str] = []
    real = printer.pdf

    def counted(page: str, style: str) -> bytes:
        done.append(page)
        return real(page, style)

    monkeypatch.setattr(printer, "pdf", counted)
    monkeypatch.setattr(enclosed_pdf, "_failed", {})
    return done


@pytest.fixture
def without_pango(monkeypatch) -> None:
    def lacking() -> None:
        raise printer.Unavailable("Pango is not installed (Debian: apt-get install libpango-1.0-0)")

    monkeypatch.setattr(printer, "_look", lacking)


@laid_out
def test_a_run_lays_each_text_out_once_however_many_letters_enclose_it(carry, author, letters, prints):
    for number in range(230):
        carry(f"Carrier {number}", "es" if number % 2 else "en")
    run = dispatch.start(actor=author, appeal=letters)
    rounds.go()
    run.refresh_from_db()
    assert (run.state, run.queued) == ("done", 230)
    assert len(prints) == 1
    assert sorted(Enclosure.objects.values_list("media_type", flat=True)) == ["application/pdf", "text/plain"]
    assert Message.objects.filter(kind="cover").count() == 230


@laid_out
def test_the_letter_encloses_text_and_pdf(carry, author, letters):
    dispatch.send_one(actor=author, carrier=carry("Ana", "es"))
    send.send_due()
    files = {file.get_filename(): file for file in sent_mail().iter_attachments()}
    assert sorted(files) == ["night-ferry-en.pdf", "night-ferry-en.txt"]
    pdf = files["night-ferry-en.pdf"]
    assert pdf.get_content_type() == "application/pdf"
    words = pypdfium2.PdfDocument(pdf.get_content())[0].get_textpage().get_text_range()
    assert "For the night ferry" in words and "The last ferry leaves at nine." in words
    assert "Draft, not published" in words


@laid_out
def test_other_words_are_another_pdf_and_a_version_says_its_digest(carry, author, letters, prints):
    dispatch.send_one(actor=author, carrier=carry("Ana"))
    text = letters.texts.get()
    draft.save_draft(
        actor=author, text=text, source=text.draft.replace("one boat", "two boats"),
        revision=text.draft_revision,
    )  # fmt: skip
    version = publish.publish(actor=author, text=letters.texts.get())
    for name in ("Bea", "Cleo"):
        dispatch.send_one(actor=author, carrier=carry(name))
    assert len(prints) == 2
    data = enclosed_pdf.made(enclosed.of(version.text))
    assert data is not None
    words = pypdfium2.PdfDocument(data)[0].get_textpage().get_text_range()
    assert "two boats" in words and version.digest_hex in words.replace("\r\n", "").replace("\n", "")


def test_nothing_is_laid_out_inside_a_chunks_transaction(carry, author, letters, prints):
    carry("Ana")
    run = dispatch.start(actor=author, appeal=letters)
    with transaction.atomic():
        dispatch.step(run.pk)
    assert prints == []


def test_without_pango_the_text_goes_alone_and_the_desk_says_so(
    carry, author, letters, prints, without_pango
):
    dispatch.send_one(actor=author, carrier=carry("Ana"))
    send.send_due()
    (file,) = sent_mail().iter_attachments()
    assert file.get_filename() == "night-ferry-en.txt"
    shown = signed_in(author).get(reverse("desk-runs", args=["night-ferry"])).content.decode()
    assert "The draft is enclosed as text alone" in shown and "apt-get install" in shown


def test_while_others_print_a_letter_waits_for_another_try(carry, author, letters, prints, monkeypatch):
    def busy(page: str, style: str) -> bytes:
        raise printer.Busy

    monkeypatch.setattr(printer, "pdf", busy)
    ana = carry("Ana")
    with pytest.raises(NotPossible, match="printing"):
        dispatch.send_one(actor=author, carrier=ana)
    ana.refresh_from_db()
    assert ana.queued_at is None and not Message.objects.exists()


@laid_out
def test_a_letter_passed_on_encloses_the_pdf_too(carry, letters):
    ines = carry("Ines")
    pass_on.pass_on(
        token=links.token(ines), entry=Entry("Bruno", "bruno@people.example", "en"), given=Rights()
    )
    assert Carrier.objects.count() == 2
    assert Enclosure.objects.filter(media_type="application/pdf").count() == 1


def test_a_file_is_read_from_the_database_once_and_then_from_disk(django_assert_num_queries):
    digest = enclosures.keep(name="a.pdf", media_type="application/pdf", data=b"%PDF words")
    assert bytes(enclosures.read([digest])[0].data) == b"%PDF words"
    with django_assert_num_queries(1):
        assert bytes(enclosures.read([digest])[0].data) == b"%PDF words"
    # What a crash left half written, or somebody changed, is not sent.
    (env.load().data / "enclosed" / digest).write_bytes(b"%PDF wo")
    assert bytes(enclosures.read([digest])[0].data) == b"%PDF words"
    assert (env.load().data / "enclosed" / digest).read_bytes() == b"%PDF words"
