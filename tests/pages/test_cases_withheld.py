"""A name that is withheld is in nothing that anybody outside the team can get, from the moment it is."""

import logging
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from tests.appeals.cased import HIDDEN, HIDDEN_ARABIC, enter, follow, hidden
from tests.appeals.sourced import add
from tests.cast import Cast
from tests.edition.archived import contents, words
from undersigned.accounts.models import AuditRecord
from undersigned.appeals import case_history, cases
from undersigned.appeals.case_history import Cited
from undersigned.appeals.case_models import Case
from undersigned.appeals.case_sealed import Consent, Name
from undersigned.appeals.models import Appeal
from undersigned.edition.archive.write import archive
from undersigned.edition.build import build
from undersigned.edition.gather import gather

pytestmark = pytest.mark.django_db

BASE = "/appeals/night-ferry/"
SECRET = ("quillfeather", "ozymbrandt", HIDDEN_ARABIC)


def told(text: str) -> list[str]:
    """Which parts of the name stand in a text, however they are written."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(char for char in plain if unicodedata.category(char) != "Mn")
    return [part for part in SECRET if part in plain]


def readers_see() -> Iterator[tuple[str, str]]:
    """Every public answer about the appeal, headers included."""
    case = Case.objects.filter(is_published=True).order_by("pk").last()
    ident = case.public_id if case else "nobody"
    addresses = [
        "/", "/feed.atom", BASE, f"{BASE}en/", f"{BASE}en/versions/1/", f"{BASE}en/versions/1/text.txt",
        f"{BASE}names/", f"{BASE}sources/", f"{BASE}variants/", f"{BASE}verify/", f"{BASE}privacy/",
        f"{BASE}feed.atom", f"{BASE}cases/", f"{BASE}cases/{ident}/", f"{BASE}cases/all.csv",
        f"{BASE}cases/all.json", f"{BASE}cases/?q=quillfeather", f"{BASE}cases/?q={HIDDEN_ARABIC}",
        f"{BASE}cases/?place=quillfeather", f"{BASE}cases/?state=imprisoned", f"{BASE}cases/?lang=ar",
        "/api/v1/appeals", "/api/v1/appeals/night-ferry", "/api/v1/appeals/night-ferry/cases",
        f"/api/v1/appeals/night-ferry/cases/{ident}", "/api/v1/appeals/night-ferry/cases?q=ozymbrandt",
        "/api/v1/openapi.json", "/robots.txt",
    ]  # fmt: skip
    for address in addresses:
        answer = Client().get(address)
        body = answer.getvalue().decode() if not answer.streaming else b"".join(answer).decode()
        # What somebody looked for stands in the field again; nothing else may.
        asked = address.partition("=")[2]
        shown = body.replace(f'value="{asked}"', "") if asked else body
        yield address, f"{shown} {dict(answer.headers)}".replace(f"?q={asked}", "")


@pytest.fixture
def planted(cast: Cast, open_appeal: Appeal) -> Case:
    """The name in every field of the desk: of its own case, of another's, of the sources it rests on."""
    add(cast.owner, open_appeal, "quillfeather1936")
    add(cast.owner, open_appeal, "paper", title=f"The trial of {HIDDEN}")
    add(cast.owner, open_appeal)
    other = enter(cast.owner, open_appeal)
    case_history.add_update(
        actor=cast.owner, case=other, on="2026-01-01", text=f"He shared a cell with {HIDDEN}."
    )
    cited = tuple(Cited(key, "p. 3, on Ozymbrandt") for key in ("quillfeather1936", "paper", "ruiz1936"))
    case = hidden(cast.owner, open_appeal, sources=cited)
    follow(cast.owner, case, open_appeal.texts.get(), "Nurses, bakers")
    return case


def test_no_page_feed_file_or_answer_tells_it(planted: Case) -> None:
    seen = dict(readers_see())
    assert {address: told(text) for address, text in seen.items() if told(text)} == {}
    assert "Name withheld" in seen[f"{BASE}cases/"]
    # What is known is told all the same.
    assert "was taken at night" in seen[f"{BASE}cases/{planted.public_id}/"]


def test_a_search_for_the_name_finds_nothing(planted: Case) -> None:
    for query in ({"q": "Quillfeather"}, {"q": HIDDEN_ARABIC}, {"place": "quillfeather"}, {"q": "Q. O."}):
        assert Client().get("/api/v1/appeals/night-ferry/cases", query).json()["cases"] == []


def test_neither_edition_nor_archive_holds_it(planted: Case, tmp_path: Path) -> None:
    appeal = Appeal.objects.select_related("team").get()
    build(gather(appeal), tmp_path / "edition")
    archive(appeal, tmp_path / "archive")
    for folder in ("edition", "archive"):
        files = contents(tmp_path / folder)
        assert len(files) > 5
        assert {
            name: told(name + words(name, data)) for name, data in files.items() if told(words(name, data))
        } == {}
        # Also not as plain bytes of a file that holds others.
        assert not [name for name, data in files.items() if b"uillfeather" in data or b"zymbrandt" in data]
    assert "was taken at night" in (tmp_path / "archive/data/cases.html").read_text(encoding="utf-8")


def test_neither_record_nor_log_tells_it(
    cast: Cast, open_appeal: Appeal, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        case = hidden(cast.owner, open_appeal)
        desk = Client()
        desk.force_login(cast.owner)
        desk.get(f"/desk/appeals/night-ferry/cases/{case.ref}/")
        desk.post(f"/desk/appeals/night-ferry/cases/{case.ref}/", {"act": "state", "statement-note": HIDDEN})
        list(readers_see())
    # The database's own log of statements is for developers alone.
    lines = [record.getMessage() for record in caplog.records if not record.name.startswith("django.db")]
    assert told(" ".join(lines)) == []
    assert told(" ".join(f"{row.subject} {row.detail}" for row in AuditRecord.objects.all())) == []


def test_no_table_of_cases_holds_it_in_plain_words(cast: Cast, open_appeal: Appeal) -> None:
    hidden(cast.owner, open_appeal)
    tables = ("case", "caseconsent", "casestatement", "caseupdate", "publiccase", "statementsource")
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT * FROM appeals_{table}")
            rows = [[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor.fetchall()]
            assert told(repr(rows)) == [], table


def test_withholding_a_name_takes_effect_at_once(cast: Cast, open_appeal: Appeal) -> None:
    case = cases.add_case(
        actor=cast.owner, appeal=open_appeal, names=[Name("name", HIDDEN)], note=f"{HIDDEN} teaches.",
        consent=Consent("named", by="Herself"),
    )  # fmt: skip
    case_history.add_update(actor=cast.owner, case=case, on="2026-01-01", text=f"{HIDDEN} writes.")
    add(cast.owner, open_appeal, "paper", title=f"The trial of {HIDDEN}")
    case_history.add_statement(actor=cast.owner, case=case, state="imprisoned", sources=[Cited("paper")])
    cases.publish_case(actor=cast.owner, case=case, published=True)
    case.refresh_from_db()
    named, page = dict(readers_see()), f"{BASE}cases/{case.public_id}/"
    for address in (f"{BASE}cases/", page, f"{BASE}cases/all.csv", f"{BASE}feed.atom", f"{BASE}sources/"):
        assert told(named[address]), address
        held = Client().get(address)["Cache-Control"]
        assert "no-cache" in held or "max-age=0" in held, address
    tag = Client().get(page)["ETag"]
    listed = Client().get(f"{BASE}cases/")["ETag"]
    cases.set_consent(actor=cast.owner, case=case, consent=Consent("withheld"))
    assert {address: told(text) for address, text in readers_see() if told(text)} == {}
    # Neither a cache's copy holds, nor the old address.
    assert Client().get(page, headers={"if-none-match": tag}).status_code == 404
    assert Client().get(f"{BASE}cases/", headers={"if-none-match": listed}).status_code == 200


def test_a_pseudonym_is_shown_and_the_name_is_not(cast: Cast, open_appeal: Appeal) -> None:
    case = hidden(cast.owner, open_appeal, level="other")
    seen = dict(readers_see())
    assert {address: told(text) for address, text in seen.items() if told(text)} == {}
    assert "The Heron" in seen[f"{BASE}cases/{case.public_id}/"] and "Q. O." in seen[f"{BASE}cases/all.json"]
