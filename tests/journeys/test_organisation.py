"""An organisation signs: on a narrow phone, without script, with a real mail server and name server."""

from collections.abc import Callable

import pytest

from tests.journeys.town import FERRY, OWNER, PASSWORD, RIVER, Town
from tests.journeys.visitor import DESK, NARROWEST, Visitor
from tests.signing.organisations.societies import NameServer

FORM = {
    "name": "Ferry Users' Union of the Lower and Upper Quays",
    "place": "Lower Quay",
    "country": "IE",
    "domain": "https://www.ferry.example/",
    "resolved_on": "2026-03-01",
    "resolution": "That we sign.",
    "officer_name": "Ida Berg",
    "officer_role": "Chair",
    "officer_email": "ida@ferry.example",
    "second_name": "Tom Reed",
    "second_role": "Secretary",
    "second_email": "tom@reed.example",
    "shows_officers": "1",
}


@pytest.fixture
def seen() -> list[str]:
    """What is wrong with the pages that were looked at."""
    return []


def _look(guest: Visitor, name: str, seen: list[str]) -> None:
    for size in (NARROWEST, DESK):
        guest.resize(size)
        guest.shoot(f"organisation-{name}")
        if guest.script:
            seen += [f"{name}: {line}" for line in guest.violations()]
        if wide := guest.overflow():
            seen.append(f"{name} scrolls sideways at {size[0]}: {wide}")
    guest.resize(NARROWEST)


def test_an_organisation_signs_by_its_officers(
    town: Town, visit: Callable[..., Visitor], seen: list[str]
) -> None:
    guest = visit(town, script=False)
    guest.resize(NARROWEST)
    guest.open(f"/appeals/{FERRY}/en/")
    guest.follow("Sign as an organisation")
    _look(guest, "form", seen)
    guest.fill(**{**FORM, "domain": "gmail.com"})
    guest.press("Sign for the organisation")
    assert guest.page.locator("#id_domain_error").is_visible()
    assert guest.page.locator("[name=name]").input_value() == FORM["name"]
    _look(guest, "form-wrong", seen)
    guest.fill(domain=FORM["domain"])
    guest.press("Sign for the organisation")
    assert guest.heading() == "Look at your mail"
    _look(guest, "asked", seen)
    before = town.recorded(FERRY)
    guest.open(town.postbox.wait_link("ida@ferry.example", "organisation/confirm"))
    _look(guest, "confirm", seen)
    guest.press("Confirm for the organisation")
    _look(guest, "page", seen)
    guest.open(town.postbox.wait_link("tom@reed.example", "organisation/cosign"))
    _look(guest, "cosign", seen)
    guest.press("I sign too")
    town.publish()
    assert town.recorded(FERRY) == before + 1
    done, found = town.verify(f"{town.url}/appeals/{FERRY}/")
    assert done.code == 0
    assert found["logs"][0]["kinds"]["org"] == 1
    reader = visit(town)
    reader.open(f"/appeals/{FERRY}/names/")
    assert "Tom Reed, Secretary" in reader.page.locator("main").inner_text()
    _look(reader, "names", seen)
    reader.open(f"/appeals/{FERRY}/names/organisations/")
    _look(reader, "list", seen)
    reader.open(f"/appeals/{FERRY}/en/")
    _look(reader, "letter", seen)
    assert not seen, "\n".join(seen)
    assert not guest.has_cookies()


def test_a_domain_is_proved_by_its_record_in_arabic(
    build: Callable[..., Town], visit: Callable[..., Visitor], seen: list[str]
) -> None:
    town = build()
    with NameServer() as names:
        town.site.environment["UNDERSIGNED_DNS_SERVER"] = names.setting
        town.serve()
        guest = visit(town)
        guest.resize(NARROWEST)
        guest.open(f"/appeals/{RIVER}/ar/organisation/")
        _look(guest, "ar-form", seen)
        guest.fill(**{**FORM, "name": "اتحاد ركاب النهر", "officer_email": "ida@elsewhere.example"})
        guest.page.locator("form.sign button").click()
        guest.page.wait_for_url("**/asked/")
        _look(guest, "ar-asked", seen)
        guest.open(town.postbox.wait_link("ida@elsewhere.example", "organisation/confirm"))
        _look(guest, "ar-confirm", seen)
        guest.page.locator("main form button").click()
        record = guest.page.locator("dd code.hex").nth(-1).inner_text()
        guest.page.locator("main form button").first.click()
        guest.page.wait_for_load_state()
        _look(guest, "ar-record", seen)
        names.records["_undersigned.ferry.example"] = [record]
        with guest.page.expect_navigation():
            guest.page.locator("main form button").first.click()
        assert guest.page.locator(".badge.pending").is_visible()
        _look(guest, "ar-page", seen)
        town.publish()
        guest.open(f"/appeals/{RIVER}/names/")
        assert "اتحاد ركاب النهر" in guest.page.locator("main").inner_text()
        _look(guest, "ar-names", seen)
    assert not seen, "\n".join(seen)


def test_the_desk_approves(town: Town, visit: Callable[..., Visitor], seen: list[str]) -> None:
    guest = visit(town)
    guest.open(f"/desk/appeals/{FERRY}/organisations/")
    guest.fill(login=OWNER, password=PASSWORD)
    guest.press("Sign in")
    guest.open(f"/desk/appeals/{FERRY}/organisations/")
    guest.fill(by_hand="1")
    guest.press("Keep this")
    client = town.client()
    assert client.post(f"/appeals/{FERRY}/en/organisation/", FORM).status == 303
    page = client.get(town.postbox.wait_link("ida@ferry.example", "organisation/confirm"))
    client.follow(client.fill(page, page.form()))
    guest.open(f"/desk/appeals/{FERRY}/organisations/")
    _look(guest, "desk-list", seen)
    guest.follow(FORM["name"])
    _look(guest, "desk-one", seen)
    guest.fill(act="approve")
    guest.press("Do this")
    guest.open(f"/desk/appeals/{FERRY}/organisations/?state=signed")
    assert FORM["name"] in guest.page.locator("main").inner_text()
    assert not seen, "\n".join(seen)
