"""The signer's whole story without a browser, on either database: sign, confirm, receipt, change, end."""

import re
from collections.abc import Callable
from pathlib import Path

from tests.installation import sql
from tests.journeys.client import Answer, Client
from tests.journeys.town import FERRY, Town

LETTER = f"/appeals/{FERRY}/en/"
PAGES = (
    "", "en/", "en/versions/1/", "en/versions/1/text.txt", "names/", "verify/", "privacy/", "feed.atom",
    "en/signed/",
)  # fmt: skip
ANA, BO, CY = "ana@letters.example", "bo@letters.example", "cy@letters.example"


def _sign(client: Client, **values: str) -> Answer:
    page = client.get(LETTER)
    assert page.status == 200
    return client.fill(page, page.form("name", "email", "version"), display="name", **values)


def _in_the_database(town: Town, word: str) -> bool:
    """Whether a word stands in any row of a signature, open as it is there."""
    return bool(sql(town.site, f"SELECT 1 FROM signing_publicline WHERE name LIKE '%{word}%'"))


def test_a_signature_from_the_form_to_its_erasure(town: Town, tmp_path: Path) -> None:
    client = town.client()
    before = town.recorded(FERRY)
    answer = _sign(client, name="Anouk Testa", email=ANA, place="Lower Quay")
    assert answer.status == 303 and answer.location.endswith(f"/appeals/{FERRY}/en/signed/")
    mail = town.postbox.wait(ANA)
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert "Anouk" not in mail.text + mail.html + mail.subject
    assert mail.code in mail.html and mail.link("confirm") in mail.html
    assert town.client().get("/healthz").status == 200

    link = mail.link("confirm")
    states = "SELECT count(*) FROM signing_signature WHERE state = 'pending'"
    for _ in range(3):
        page = client.get(link)
        assert page.status == 200 and "no-store" in page.headers["Cache-Control"]
        assert page.headers["Referrer-Policy"] == "no-referrer"
    assert sql(town.site, states) == [(1,)]
    assert client.fill(page, page.form()).status in (200, 303)
    assert sql(town.site, states) == [(0,)]
    town.publish()
    assert town.recorded(FERRY) == before + 1
    assert "Anouk Testa" in client.get(f"/appeals/{FERRY}/names/?q=Anouk").text

    mine = town.postbox.wait_link(ANA, "mine")
    short, full = client.get(f"{mine}receipt"), client.get(f"{mine}receipt?full=1")
    for name, receipt in (("short", short), ("full", full)):
        assert receipt.status == 200 and receipt.headers.get_filename("").endswith(".tlog-proof")
        path = tmp_path / f"{name}.tlog-proof"
        path.write_bytes(receipt.body)
        done, found = town.verify(str(path))
        assert done.code == 0, done.err + done.out
        assert found["ok"]
    assert len(full.body) > len(short.body)

    page = client.get(mine)
    form = page.form("display", "pseudonym", action="/display")
    assert client.fill(page, form, display="pseudonym", pseudonym="Heron").status == 303
    town.publish()
    names = client.get(f"/appeals/{FERRY}/names/?q=Heron").text
    assert "Heron" in names and not _in_the_database(town, "Anouk")
    assert "Anouk Testa" not in client.get(f"/appeals/{FERRY}/names/?q=Anouk").text

    page = client.get(f"{mine}withdraw")
    answer = client.follow(client.fill(page, page.form()))
    assert answer.status == 200
    town.publish()
    assert town.recorded(FERRY) == before
    assert town.appeal(FERRY)["signatures"]["own"] >= 1
    assert not _in_the_database(town, "Heron")
    done, found = town.verify(f"{town.url}/appeals/{FERRY}/")
    assert done.code == 0 and found["logs"][0]["signatures"] == before


def test_the_code_confirms_and_erasure_leaves_nothing_but_an_index(town: Town) -> None:
    client = town.client()
    before, size = town.recorded(FERRY), town.appeal(FERRY)["log"]["size"]
    assert _sign(client, name="Boris Testo", email=BO).status == 303
    code = town.postbox.wait(BO).code
    page = client.get("/confirm/")
    wrong = client.fill(page, page.form("code"), code="AAAAA-AAAAA")
    assert wrong.status == 422 and "AAAAA-AAAAA" in wrong.text
    answer = client.fill(page, page.form("code"), code=f" {code.lower().replace('-', ' ')} ")
    assert client.follow(answer).status == 200
    town.publish()
    assert town.recorded(FERRY) == before + 1

    mine = town.postbox.wait_link(BO, "mine")
    page = client.get(f"{mine}erase")
    assert client.fill(page, page.form("sure") if "sure" in page.form().fields else page.form()).status == 422
    assert client.follow(client.fill(page, page.form(), sure="on")).status == 200
    assert client.get(mine).status == 404
    assert client.get(f"{mine}receipt").status == 404
    for path in (LETTER, f"/appeals/{FERRY}/names/", f"/appeals/{FERRY}/names/?q=Boris", "/"):
        assert "Boris Testo" not in client.get(path).text
    assert not _in_the_database(town, "Boris")
    town.publish()
    now = town.appeal(FERRY)
    assert now["signatures"]["recorded"] == before
    assert now["log"]["size"] == size + 2
    assert town.verify(town.url)[0].code == 0


def test_who_has_signed_is_told_by_mail_only(town: Town) -> None:
    client = town.client()
    assert _sign(client, name="Cyra Testi", email=CY).status == 303
    town.confirm(CY)
    first = _sign(client, name="Nobody Known", email="nobody@letters.example")
    again = _sign(client, name="Cyra Testi", email="CY@letters.example")
    assert (first.status, first.location) == (again.status, again.location)
    pages = {client.follow(answer).text for answer in (first, again)}
    assert len(pages) == 1
    told = town.postbox.wait(CY, 3)
    assert "/mine/" in told.text and "/confirm/" not in told.text
    assert "Nobody" not in town.postbox.wait("nobody@letters.example").text


def test_a_refused_form_keeps_what_was_typed(town: Town) -> None:
    client = town.client()
    answer = _sign(client, name="=HYPERLINK(1)" * 900, email="no address", place="Löwer Qüay")
    assert answer.status == 422
    form = answer.form("name", "email", "version")
    assert form.fields["email"] == "no address" and form.fields["place"] == "Löwer Qüay"
    assert re.search(r'id="id_email_error"|aria-invalid="true"', answer.text)
    for value in ("", "\x00\x07", "<script>alert(1)</script>", "' OR 1=1 --", "\u202eevil", "🖋️" * 40):
        assert _sign(client, name=value, email="who@letters.example").status in (303, 422)
    data = b"name=%ff%fe%00&email=%c3%28@letters.example&display=name"
    assert client.post(f"{LETTER}sign", data).status == 422
    assert client.post(f"{LETTER}sign", data, origin="https://elsewhere.example").status in (403, 422)


def test_the_same_through_json(town: Town) -> None:
    client = town.client()
    path = f"/api/v1/appeals/{FERRY}/texts/en/signatures"
    answer = client.post(
        path, b'{"name": "Dana Json", "email": "dana@letters.example"}', content_type="application/json"
    )
    assert answer.status == 202, answer.text
    assert "/confirm/" in town.postbox.wait("dana@letters.example").text
    refused = client.post(path, b'{"name": "", "email": 7}', content_type="application/json")
    assert refused.status == 422 and {"name", "email"} <= set(str(refused.json).replace("'", " ").split())
    assert client.post(path, b"{", content_type="application/json").status in (400, 422)


def test_nothing_is_public_before_its_time(build: Callable[..., Town]) -> None:
    town = build()
    town.serve()
    client = town.client()
    for slug in ("not-yet", "others-secret", "no-such-appeal"):
        for rest in PAGES:
            assert client.get(f"/appeals/{slug}/{rest}").status == 404, rest
        assert client.get(f"/api/v1/appeals/{slug}").status == 404
        form = {"name": "Eve", "email": "eve@letters.example", "display": "name"}
        assert client.post(f"/appeals/{slug}/en/sign", form).status == 404
    for path in ("/", "/feed.atom", "/api/v1/appeals", "/.well-known/undersigned.json"):
        assert "secret" not in client.get(path).text
