"""Getting in: by a passkey that a real browser makes, and without script by an app and by paper."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from allauth.mfa.totp.internal import auth as totp
from playwright.sync_api import Browser

from tests.journeys.town import OWNER, PASSWORD, Town
from tests.journeys.visitor import NARROWEST, Visitor

FACTORS = "/desk/account/factors/"


def signs_in(guest: Visitor) -> None:
    guest.open("/desk/account/login/")
    guest.fill(login=OWNER, password=PASSWORD)
    guest.press("Sign in")


@pytest.fixture
def guest(town: Town, browser: Browser) -> Iterator[Visitor]:
    """The owner at a browser with a finger on its sensor. Passkeys are made for names, not for numbers."""
    made = Visitor(browser, town.url.replace("127.0.0.1", "localhost"))
    devtools = made.context.new_cdp_session(made.page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    yield made
    troubles = made.troubles
    made.close()
    assert not troubles, "\n".join(troubles)


def test_a_passkey_is_made_and_signs_in_alone(guest: Visitor) -> None:
    signs_in(guest)
    guest.open(FACTORS)
    guest.follow("Add a passkey")
    guest.fill(name="The desk’s own")
    guest.resize(NARROWEST)
    assert not guest.overflow()
    guest.shoot("accounts-passkey-new")
    guest.press("Make the passkey")
    assert guest.heading() == "Recovery codes", guest.page.locator("main").inner_text()
    guest.open(FACTORS)
    assert "The desk’s own" in guest.page.locator("main").inner_text()
    assert not guest.overflow()
    guest.shoot("accounts-factors")
    guest.press("Sign out")

    guest.open("/desk/account/login/?next=/desk/audit/")
    guest.shoot("accounts-login")
    guest.press("Sign in with a passkey")
    assert guest.page.url.endswith("/desk/audit/"), guest.page.url
    assert guest.heading() == "Record of acts"
    assert "added a passkey" in guest.page.locator("main").inner_text()
    for name, path in (("audit", "/desk/audit/"), ("sessions", "/desk/me/sessions/"), ("me", "/desk/me/")):
        guest.open(path)
        assert not guest.overflow(), path
        guest.shoot(f"accounts-{name}")

    guest.press("Sign out")
    signs_in(guest)
    assert guest.heading() == "The second step"
    guest.shoot("accounts-second-step")
    guest.press("Use a passkey")
    guest.open("/desk/account/again/passkey/?next=/desk/me/address/")
    guest.press("Use a passkey")
    assert guest.heading() == "Change the address"
    guest.page.context.clear_cookies()
    guest.open("/desk/account/login/")
    assert guest.page.get_by_role("button", name="Sign in with a passkey").is_visible()


def test_without_script_an_app_and_paper_do_the_same(town: Town, visit: Callable[..., Visitor]) -> None:
    guest = visit(town, script=False)
    signs_in(guest)
    guest.open(FACTORS)
    assert "by a name and over HTTPS" in guest.page.locator("main").inner_text()
    guest.follow("Add an app")
    guest.resize(NARROWEST)
    guest.shoot("accounts-app")
    secret = "".join(guest.page.locator("code.hex").inner_text().split())
    # Not the last second of a code.
    time.sleep(max(0, 3 - (30 - time.time() % 30)))
    guest.fill(code=totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30)))
    guest.press("Use the app")
    assert guest.heading() == "Recovery codes"
    guest.shoot("accounts-codes")
    codes = re.findall(r"\d{8}", guest.page.locator("main").inner_text())
    assert len(codes) == 10
    guest.press("Sign out")
    signs_in(guest)
    guest.fill(code="12345678")
    guest.press("Sign in")
    assert guest.heading() == "The second step"
    guest.fill(code=codes[3])
    guest.press("Sign in")
    assert guest.page.url.endswith("/desk/")
    guest.open(FACTORS)
    assert "9 codes are left" in guest.page.locator("main").inner_text()
