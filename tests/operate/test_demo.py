"""The demonstration appeal: loaded once, whole, marked as invented, and nobody's way in."""

import html
import re
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.edition import archived
from tests.installation import Installation
from undersigned import cli
from undersigned.accounts import setup
from undersigned.accounts.models import AuditRecord, User
from undersigned.appeals import publish
from undersigned.appeals.case_models import Case
from undersigned.appeals.models import Appeal, Capture, Version
from undersigned.appeals.person_models import PersonMention
from undersigned.circulation import collected
from undersigned.circulation.models import Carrier, EditionLetter, Work
from undersigned.ledger import fsck, read
from undersigned.lib import clock
from undersigned.mailroom.models import Message
from undersigned.operate.demonstration import load as demonstration
from undersigned.operate.demonstration import spoken_for, who_is_who
from undersigned.signing import ask_again, opening, people, sequence
from undersigned.signing.models import Delivery, Gathering, Organisation, Person, Signature
from undersigned.signing.paper import scans
from undersigned.tlog import verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def appeal(db: None) -> Appeal:
    loaded = demonstration.load()
    assert loaded
    return loaded


def page(path: str, status: int = 200) -> str:
    answer = Client().get(path)
    assert answer.status_code == status
    return html.unescape(answer.content.decode())


def test_it_is_loaded_once(appeal: Appeal, capsys: pytest.CaptureFixture[str]) -> None:
    before = _all_rows()
    with CaptureQueriesContext(connection) as asked:
        assert cli.main(["demo", "--quiet"]) == 0
    assert len(asked) == 1
    assert capsys.readouterr().out == ""
    assert cli.main(["demo"]) == 0
    assert capsys.readouterr().out == "The demonstration appeal is there already.\n"
    assert _all_rows() == before


def _all_rows() -> list[int]:
    kinds = (Appeal, Version, User, Signature, AuditRecord, Message)
    return [kind._default_manager.count() for kind in kinds]


def test_it_says_where_it_is(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["demo"]) == 0
    assert "/appeals/lamp/" in capsys.readouterr().out


def test_it_makes_way_for_a_real_appeal_of_that_name(draft_appeal: Appeal) -> None:
    Appeal.objects.update(slug=demonstration.SLUG)
    loaded = demonstration.load()
    assert loaded and loaded.slug == "lamp-2"


def test_it_comes_back_when_it_was_deleted(appeal: Appeal) -> None:
    Appeal.objects.filter(pk=appeal.pk).update(is_demonstration=False)
    again = demonstration.load()
    assert again and again.team == appeal.team
    assert User.objects.count() == 2


def test_nobody_can_sign_in_and_the_set_up_link_is_still_offered(appeal: Appeal) -> None:
    assert setup.link()
    assert User.objects.count() == 2
    for user in User.objects.all():
        assert not user.has_usable_password() and not user.is_active
        client = Client()
        client.post("/desk/account/login/code/", {"email": user.email})
        client.post("/desk/account/password/reset/", {"email": user.email})
    assert not Message.objects.exists()


def test_no_mail_waits_for_anybody(appeal: Appeal, data: Path) -> None:
    assert not Message.objects.exists()
    assert not list(data.glob("outbox/*"))
    # Who signed on paper, was vouched for or speaks for an organisation has no address there.
    assert {people.unseal(person)["email"].rpartition("@")[2] for person in Person.objects.all()} == {
        "saltmarsh.example",
        "",
    }
    assert not Signature.objects.filter(wants_updates=True).exists()
    assert not Signature.objects.filter(state=Signature.State.PENDING).exists()


def test_it_has_what_an_appeal_can_have(appeal: Appeal) -> None:
    log = read.log_of(appeal.public_id)
    assert log
    totals = read.totals(log)
    assert (totals.signatures, totals.own, totals.moved, totals.struck) == (62, 1, 2, 0)
    assert totals.kinds == {"mail": 52, "vouched": 3, "paper": 4, "org": 3}
    assert [tally.signatures for tally in read.tallies(log)] == [13, 38, 7, 4]
    live = Signature.objects.filter(state=Signature.State.RECORDED)
    assert {display for (display,) in live.values_list("display")} == {"name", "pseudonym", "unlisted"}
    first = live.filter(first_order__isnull=False).order_by("first_order")
    assert list(first.values_list("first_order", flat=True)) == [1, 2, 3, 4]
    assert opening.accepts(appeal, clock.now())
    assert not sequence.is_waiting(appeal)
    for text in appeal.texts.all():
        assert publish.problems_of(text) == []
    texts = page("/appeals/lamp/variants/")
    assert "Por una lámpara en el faro" in texts and "Attested by" in texts
    assert "Behind its source, which has a version 2" in texts


def test_its_letter_travels(appeal: Appeal) -> None:
    carriers = Carrier.objects.filter(appeal=appeal)
    assert {row.depth for row in carriers} == {0, 1, 2}
    assert {row.state for row in carriers} >= {"carrying", "adapting", "translating", "declined", "sent"}
    made = {row.text.slug: collected.counts([row.carrier_id]) for row in Work.objects.select_related("text")}
    assert set(made) == {"es", "evening-class"}
    assert sum(collected.counts([row.pk for row in carriers]).values()) >= 12


def test_a_sheet_came_back_and_counts_but_for_who_had_signed(appeal: Appeal, data: Path) -> None:
    gathering = Gathering.objects.get(appeal=appeal)
    assert (gathering.state, gathering.sheet and gathering.sheet.number) == ("counted", 1)
    assert (gathering.claimed, gathering.transcribed, gathering.verified) == (5, 5, 4)
    scan = scans.whole(appeal, gathering.mark)
    assert scan.startswith(b"\x89PNG") and len(scan) < 400_000
    roll = page("/appeals/lamp/names/")
    assert "Wilma Tredgold" in roll and "Quill" not in roll
    assert roll.count("Marisol Ibarrola") == 1


def test_organisations_signed_each_with_its_domain_proved(appeal: Appeal) -> None:
    found = Organisation.objects.filter(appeal=appeal).values_list("domain", "state", "check_kind")
    assert sorted(found) == [
        ("harbour-choir.example", "signed", "mail"),
        ("lamp-menders.example", "signed", "dns"),
        ("vecinas-bajamar.example", "signed", "mail"),
    ]
    bodies = page("/appeals/lamp/names/organisations/")
    for name in ("Saltmarsh Harbour Choir", "Rurik Tolland", "Pilar Oyarzun", "vecinas-bajamar.example"):
        assert name in bodies


def test_somebody_vouched_for_people_whom_the_roll_shows_so(appeal: Appeal) -> None:
    roll = page("/appeals/lamp/names/")
    assert re.search(r"Heron.{,400}vouched for by <bdi>S\. Haddad, ferry school</bdi>", roll, re.DOTALL)
    assert Signature.objects.filter(appeal=appeal, kind="vouched", state="recorded").count() == 3
    for path in ("/appeals/lamp/en/", "/appeals/lamp/names/"):
        assert "3 vouched for, 4 on paper" in page(path)


def test_signers_of_the_first_version_were_asked_and_few_answered(appeal: Appeal) -> None:
    version = Version.objects.get(text__appeal=appeal, text__relation="original", number=2)
    said = ask_again.answers(version.pk)
    assert said and (said.yes, said.no, said.silent) == (2, 1, 13)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("recordings", [0, 1, 2])
def test_killed_between_its_recordings_it_goes_on(monkeypatch: pytest.MonkeyPatch, recordings: int) -> None:
    record, done = demonstration._record, 0

    class Killed(BaseException):
        pass

    def record_or_die(appeal: Appeal) -> None:
        nonlocal done
        if done == recordings:
            raise Killed
        done += 1
        record(appeal)

    with monkeypatch.context() as patch:
        patch.setattr(demonstration, "_record", record_or_die)
        with pytest.raises(Killed):
            demonstration.load()
    assert not User.objects.filter(is_active=True).exists()
    again = demonstration.load()
    log = again and read.log_of(again.public_id)
    assert log and demonstration.load() is None
    totals = read.totals(log)
    assert (totals.signatures, totals.own, totals.moved) == (62, 1, 2)
    assert Appeal.objects.count() == 1 and not Message.objects.exists()


def test_its_log_holds(appeal: Appeal, data: Path) -> None:
    log = read.log_of(appeal.public_id)
    assert log and fsck.fsck(log) == []
    answer = verify.verify_source(str(data / "ledger"), key=log.vkey)
    assert answer["ok"] and answer["logs"][0]["signatures"] == 62


def test_its_pages_show_it(appeal: Appeal) -> None:
    letter = page("/appeals/lamp/en/")
    assert "For a lamp in the lighthouse" in letter and "letter, names and places are invented" in letter
    assert letter.count("We mean the report as it was handed out") == 1
    assert "demonstration" in page("/")
    changes = page("/appeals/lamp/en/versions/2/changes/")
    assert "<ins" in changes and "four" in changes and "June" in changes
    assert "two hundred and eleven" in page("/appeals/lamp/en/versions/1/")
    roll = page("/appeals/lamp/names/")
    for name in ("Maren Holt", "სოფიო ლომაძე", "أمينة يزيدي", "A lamplighter"):
        assert name in roll
    for hidden in ("J. Fisher", "T. Weaver", "saltmarsh.example", "Võ Thị Hạnh"):
        assert hidden not in roll


def test_it_has_evidence_cases_letters_and_a_delivery(appeal: Appeal) -> None:
    # Loaded once for all of them: loading takes longer than looking.
    _rests_on_sources(appeal)
    _has_notes_and_origin()
    _speaks_for_people(appeal)
    _says_who_is_who(appeal)
    _was_answered(appeal)
    _prints_letters_by_consent(appeal)


def _rests_on_sources(appeal: Appeal) -> None:
    sources = page("/appeals/lamp/sources/")
    for told in (
        "The fence and the steps",
        "Hoja del Muelle",
        "Claims without evidence",
        "211 visits in one week",
    ):
        assert told in sources
    kept = list(Capture.objects.filter(source__appeal=appeal).order_by("pk"))
    assert sorted(copy.media_type for copy in kept) == ["image/png", "text/html", "text/html", "text/plain"]
    for copy in kept:
        place = f"/appeals/lamp/sources/{copy.source.key}/kept/{copy.sha256}"
        assert Client().get(place).status_code == (200 if copy.is_open else 404)
    changed = page(f"/appeals/lamp/sources/minutes2026/kept/{kept[1].sha256}/changes/")
    assert "<del" in changed and "April" in changed


def _has_notes_and_origin() -> None:
    letter = page("/appeals/lamp/en/")
    for told in (
        "has no lock",
        "read aloud three times",
        "box 3, folder 12",
        "Letters from the lighthouse",
        "no. 4",
    ):
        assert told in letter
    assert "†1" in letter and "The steps cost less than the fence" in letter
    assert "La traducción se leyó" in page("/appeals/lamp/es/")


def _speaks_for_people(appeal: Appeal) -> None:
    cases = page("/appeals/lamp/cases/")
    assert "Jonah Pell" in cases and "The six of the late boat" in cases and "M. V." in cases
    assert Case.objects.filter(appeal=appeal, level="withheld", is_published=True).count() == 1
    assert page("/appeals/lamp/en/").count("/appeals/lamp/cases/") >= 2
    public = (
        "cases/",
        "cases/all.json",
        "cases/all.csv",
        "sources/",
        "en/",
        "es/",
        "feed.atom",
        "correspondence.xml",
    )
    for place in public:
        told = page(f"/appeals/lamp/{place}")
        assert spoken_for.WITHHELD not in told and "Marta Vell" not in told


def _says_who_is_who(appeal: Appeal) -> None:
    persons = page("/appeals/lamp/persons/")
    for told in ("Maren Holt", "Lise Arden", "Inés Corvera", "Gesa Achterberg", "The Heron"):
        assert told in persons
    assert "The night pilot" in page("/appeals/lamp/persons/maren-holt/")
    led = {"en": ("maren-holt", "lise-arden", "gesa-achterberg"), "es": ("lise-arden", "ines-corvera")}
    for text, idents in led.items():
        for ident in idents:
            assert f"/appeals/lamp/persons/{ident}/" in page(f"/appeals/lamp/{text}/")
    mentions = PersonMention.objects.filter(person__appeal=appeal)
    assert mentions.count() == 7 and not mentions.filter(is_shown=False).exists()
    for place in ("persons/", "persons/the-heron/", "en/"):
        assert who_is_who.CIVIL_NAME not in page(f"/appeals/lamp/{place}")


def _was_answered(appeal: Appeal) -> None:
    delivered = page("/appeals/lamp/delivery/")
    assert "62 signatures were recorded" in delivered and "accept the four joiners" in delivered
    assert page(f"/appeals/lamp/delivery/{Delivery.objects.get(appeal=appeal).public_id}.tlog-proof")


def _prints_letters_by_consent(appeal: Appeal) -> None:
    letters = EditionLetter.objects.filter(appeal=appeal)
    assert letters.filter(consent="yes", included_at__isnull=False).count() == 3
    assert letters.filter(included_at__isnull=True).count() == 1
    assert "Inés Corvera" in page("/appeals/lamp/correspondence.xml")
    assert "Thirty-one on a Tuesday" in page("/appeals/lamp/updates/1/")


def test_its_edition_and_archive_hold_all_of_it(demo_installation: Installation, tmp_path: Path) -> None:
    out = tmp_path / "archive"
    done = demo_installation.run("archive", demonstration.SLUG, "--out", str(out))
    assert done.code == 0, done.err
    kinds = {path.name.split(".", 1)[1] for path in (out / "data" / "edition").iterdir()}
    assert kinds >= {"html", "epub", "tei.xml", "md", "csl.json"}
    assert (out / "data" / "letters.html").exists() and (out / "data" / "cases.html").exists()
    assert archived.dead_links(out / "data") == []
    for path in (path for path in out.rglob("*") if path.is_file()):
        held = path.read_bytes()
        assert spoken_for.WITHHELD.encode() not in held and who_is_who.CIVIL_NAME.encode() not in held
    assert "Lise Arden" in (out / "data" / "edition" / "en.tei.xml").read_text(encoding="utf-8")
    assert demo_installation.run("verify", str(out)).code == 0


def test_it_is_the_same_through_the_command_line(demo_installation: Installation) -> None:
    assert demo_installation.run("demo").out == "The demonstration appeal is there already.\n"
    assert demo_installation.run("verify", str(demo_installation.data / "ledger")).code == 0
