"""An owner makes a key in the browser; the private half is never sent anywhere."""

from collections.abc import Callable
from pathlib import Path

import pyrage
from playwright.sync_api import Request

from tests.journeys.town import FERRY, OWNER, PASSWORD, Town
from tests.journeys.visitor import Visitor


def test_a_key_is_made_in_the_browser_and_stays_there(
    town: Town, visit: Callable[..., Visitor], tmp_path: Path
) -> None:
    olive = visit(town)
    sent: list[str] = []

    def note(request: Request) -> None:
        sent.append(f"{request.url} {request.post_data or ''}")

    olive.page.on("request", note)
    olive.open("/desk/account/login/")
    olive.fill(login=OWNER, password=PASSWORD)
    olive.press("Sign in")
    olive.open("/desk/team/")
    olive.follow("Keys of the team")
    page = olive.page
    page.get_by_role("button", name="Make a key in this browser").click()
    page.locator("[data-age-made]").wait_for()
    secret = page.locator("[data-age-private]").inner_text()
    key = pyrage.x25519.Identity.from_str(secret)
    public = page.locator("[name=recipient]").input_value()
    assert public == str(key.to_public())
    assert pyrage.decrypt(pyrage.encrypt(b"who signed", [key.to_public()]), [key]) == b"who signed"
    olive.fill(label="Olive")
    page.get_by_role("button", name="Enter this key").click()
    assert page.get_by_text("Save the private half first").is_visible()
    with page.expect_download() as saving:
        page.get_by_role("link", name="Save it to a file").click()
    saved = tmp_path / "key.txt"
    saving.value.save_as(saved)
    assert secret in saved.read_text() and f"# public key: {public}" in saved.read_text()
    assert not olive.violations() and not olive.overflow()
    olive.press("Enter this key")
    assert secret not in page.content() and public in page.content()
    assert not any(secret in one for one in sent), "the private half left the browser"
    olive.open(f"/desk/appeals/{FERRY}/safety/")
    assert not olive.violations() and not olive.overflow()
