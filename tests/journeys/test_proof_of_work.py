"""A letter that asks browsers for a small calculation, signed with script and without."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.installation import Installation

ASKING = "from undersigned.appeals.models import Appeal\nAppeal.objects.update(proof_of_work=True)\n"
LETTER = "/appeals/lamp/en/"
ROWS = (
    "from undersigned.signing.models import Signature\n"
    "print(Signature.objects.filter(state='pending').count())\n"
)


@pytest.fixture
def site(demo_installation: Installation) -> Installation:
    """The demonstration, asking for a proof; one a minute is taken without."""
    demo_installation.python(ASKING)
    demo_installation.serve("--only-web", unproved_limit="1", web_workers="2")
    return demo_installation


@pytest.fixture
def complaints() -> list[str]:
    return []


def opened(browser: Browser, site: Installation, complaints: list[str], *, script: bool = True) -> Page:
    phone = {"width": 390, "height": 844}
    page = browser.new_context(java_script_enabled=script, viewport=phone).new_page()  # type: ignore[arg-type]
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.goto(site.url + LETTER)
    return page


def fill(page: Page, number: int) -> None:
    page.get_by_label("Your name").fill(f"Ana {'ABCDEFGH'[number]}")
    page.get_by_label("E-mail address").fill(f"ana{number}@people.example")


def send(page: Page) -> None:
    page.get_by_role("button", name="Sign", exact=True).click()


def pending(site: Installation) -> int:
    return int(site.python(ROWS).out.strip().splitlines()[-1])


def test_with_script_it_is_calculated_while_the_form_is_filled_in(
    browser: Browser, site: Installation, complaints: list[str]
) -> None:
    before = pending(site)
    # More than are taken without a proof.
    for number in range(3):
        page = opened(browser, site, complaints)
        assert page.locator("input[name=proof]").input_value() == ""
        expect(page.get_by_text("Without script")).to_be_hidden()
        fill(page, number)
        if number:
            expect(page.get_by_text("The small calculation is done.")).to_be_visible(timeout=60_000)
            assert page.locator("input[name=proof]").input_value().count(".") == 4
        # The first one does not wait: the form does.
        send(page)
        page.wait_for_url("**/signed/", timeout=60_000)
        page.context.close()
    assert pending(site) == before + 3
    assert complaints == []


def test_who_comes_back_to_the_page_calculates_anew(
    browser: Browser, site: Installation, complaints: list[str]
) -> None:
    page = opened(browser, site, complaints)
    for number in range(3):
        fill(page, number)
        send(page)
        page.wait_for_url("**/signed/", timeout=60_000)
        page.go_back()
    assert complaints == []
    page.context.close()


def test_without_script_it_says_so_and_takes_fewer(
    browser: Browser, site: Installation, complaints: list[str]
) -> None:
    page = opened(browser, site, complaints, script=False)
    expect(page.get_by_text("Without script you can sign all the same")).to_be_visible()
    fill(page, 0)
    send(page)
    assert page.url.endswith("/signed/")
    page.goto(site.url + LETTER)
    fill(page, 1)
    send(page)
    expect(page.get_by_role("alert")).to_contain_text("small calculation")
    assert page.get_by_label("E-mail address").input_value() == "ana1@people.example"
    page.context.close()


def test_a_calculation_that_fails_keeps_nobody_from_signing(
    browser: Browser, site: Installation, complaints: list[str]
) -> None:
    page = opened(browser, site, complaints)
    page.route("**/challenge", lambda route: route.abort())
    fill(page, 0)
    expect(page.get_by_text("You can sign all the same.")).to_be_visible(timeout=20_000)
    send(page)
    page.wait_for_url("**/signed/", timeout=20_000)
    page.context.close()
