"""Every page on a phone and at a desk: accessible, within its width, quiet, and asking nobody else."""

from collections.abc import Callable, Iterator

import pytest

from tests.journeys.town import CLOSED, FERRY, HIDDEN, LIGHTHOUSE, OWNER, PASSWORD, RIVER, Town
from tests.journeys.visitor import DESK, NARROWEST, PHONE, Visitor

FAMILY = ("names/", "names/?q=Hale", "names/?q=nobody-at-all", "verify/", "privacy/")


def _public() -> Iterator[tuple[str, str, int]]:
    """Name, path and status of the public pages."""
    yield "home", "/", 200
    yield "how", "/how/", 200
    yield "code", "/confirm/", 200
    yield "not-found", "/no-such-page/", 404
    yield "dead-link", "/confirm/" + "A" * 43 + "/", 404
    for slug, text in ((FERRY, "en"), (LIGHTHOUSE, "es"), (RIVER, "ar"), (CLOSED, "en")):
        yield f"{slug}-letter", f"/appeals/{slug}/{text}/", 200
        yield f"{slug}-version", f"/appeals/{slug}/{text}/versions/1/", 200
        if slug != CLOSED:
            yield f"{slug}-signed", f"/appeals/{slug}/{text}/signed/", 200
        for page in FAMILY if slug == FERRY else FAMILY[:1] + FAMILY[3:]:
            name = page.replace("?q=", "-").replace("/", "")
            yield f"{slug}-{name}", f"/appeals/{slug}/{page}", 200
    yield "ferry-changes", f"/appeals/{FERRY}/en/versions/2/changes/", 200


def _desk() -> Iterator[tuple[str, str, int]]:
    """Name, path and status of the desk's pages."""
    yield "desk-home", "/desk/", 200
    yield "desk-new", "/desk/appeals/new/", 200
    yield "desk-import", "/desk/import/", 200
    yield "desk-mail", "/desk/mail/", 200
    yield "desk-team", "/desk/team/1/", 200
    yield "desk-team-new", "/desk/team/new/", 200
    yield "desk-audit", "/desk/audit/", 200
    yield "desk-me", "/desk/me/", 200
    yield "desk-password", "/desk/account/password/change/", 200
    for slug, text in ((FERRY, "en"), (RIVER, "ar"), (HIDDEN, "en"), (CLOSED, "en")):
        for page in ("", f"draft/{text}/", f"draft/{text}/publish/", "settings/", "first/", "roll/"):
            name = page.replace(f"/{text}", "").strip("/").replace("/", "-") or "overview"
            yield f"desk-{slug}-{name}", f"/desk/appeals/{slug}/{page}", 200
    yield "desk-open", f"/desk/appeals/{HIDDEN}/open/", 200
    yield "desk-close", f"/desk/appeals/{FERRY}/close/", 200


def _look(guest: Visitor, pages: Iterator[tuple[str, str, int]], *, shoot: bool = True) -> list[str]:
    """Goes through pages at every width; what is wrong with each."""
    found: list[str] = []
    for name, path, status in pages:
        try:
            guest.open(path, status)
            for size in (DESK, PHONE):
                guest.resize(size)
                found += [f"{name} at {size[0]}: {line}" for line in guest.violations()]
                if shoot:
                    guest.shoot(name)
            guest.resize(NARROWEST)
            if wide := guest.overflow():
                found.append(f"{name} scrolls sideways at 320: {wide}")
        except AssertionError as error:
            found.append(f"{name}: {error}")
    return found


def test_public_pages_are_accessible_narrow_and_quiet(town: Town, visit: Callable[..., Visitor]) -> None:
    guest = visit(town)
    found = _look(guest, _public())
    assert not found, "\n".join(found)
    assert not guest.has_cookies()


def test_the_signers_pages_are_accessible_narrow_and_quiet(town: Town, visit: Callable[..., Visitor]) -> None:
    guest = visit(town)
    found: list[str] = []
    for slug, text, email in ((FERRY, "en", "uma@letters.example"), (RIVER, "ar", "vito@letters.example")):
        more = {"role": "معلّمة"} if slug == RIVER else {}
        town.sign(slug, text, name="Uma Vista", email=email, **more)
        link = town.postbox.wait_link(email, "confirm")
        found += _look(guest, iter([(f"{slug}-confirm", link, 200)]))
        mine = town.confirm(email)
        found += _look(guest, iter([(f"{slug}-mine-waiting", mine, 200)]))
        town.publish()
        found += _look(
            guest,
            iter(
                [
                    (f"{slug}-confirmed", link, 200),
                    (f"{slug}-mine", mine, 200),
                    (f"{slug}-withdraw", f"{mine}withdraw", 200),
                    (f"{slug}-erase", f"{mine}erase", 200),
                ]
            ),
        )
    assert not found, "\n".join(found)
    assert not guest.has_cookies()


def test_desk_pages_are_accessible_narrow_and_quiet(town: Town, visit: Callable[..., Visitor]) -> None:
    guest = visit(town)
    found = _look(
        guest,
        iter(
            [
                ("desk-login", "/desk/account/login/", 200),
                ("desk-login-code", "/desk/account/login/code/", 200),
                ("desk-reset", "/desk/account/password/reset/", 200),
                ("desk-signup", "/desk/account/signup/", 404),
                ("desk-setup-ended", "/desk/setup/" + "A" * 43 + "/", 410),
            ]
        ),
    )
    guest.open("/desk/")
    guest.fill(login=OWNER, password=PASSWORD)
    guest.press("Sign in")
    found += _look(guest, _desk())
    guest.open(f"/desk/appeals/{FERRY}/roll/")
    moderate = guest.page.get_by_role("link", name="Moderate").first.get_attribute("href")
    guest.open("/desk/team/1/")
    guest.fill(email="newcomer@people.example")
    guest.press("Send the invitation")
    invitation = town.postbox.wait_link("newcomer@people.example", "invitation")
    found += _look(guest, iter([("desk-moderate", str(moderate), 200), ("desk-invited", invitation, 200)]))
    newcomer = visit(town)
    found += _look(newcomer, iter([("desk-invitation", invitation, 200)]))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", ["es", "ar"])
def test_the_desk_follows_its_account(town: Town, visit: Callable[..., Visitor], language: str) -> None:
    guest = visit(town)
    guest.open("/desk/me/")
    guest.fill(login=OWNER, password=PASSWORD)
    guest.press("Sign in")
    guest.open("/desk/me/")
    guest.fill(language=language)
    with guest.page.expect_navigation():
        guest.page.locator("main form button").last.click()
    assert guest.page.locator("html").get_attribute("lang") == language
    pages = [
        (f"desk-{language}-home", "/desk/", 200),
        (f"desk-{language}-overview", f"/desk/appeals/{RIVER}/", 200),
        (f"desk-{language}-settings", f"/desk/appeals/{RIVER}/settings/", 200),
        (f"desk-{language}-draft", f"/desk/appeals/{RIVER}/draft/ar/", 200),
    ]
    found = _look(guest, iter(pages))
    assert not found, "\n".join(found)


def test_the_dark_is_as_readable_as_the_light(town: Town, visit: Callable[..., Visitor]) -> None:
    guest = visit(town, dark=True)
    paths = ("/", f"/appeals/{FERRY}/en/", f"/appeals/{FERRY}/names/", f"/appeals/{FERRY}/verify/")
    found: list[str] = []
    for number, path in enumerate(paths):
        guest.open(path)
        found += [f"{path}: {line}" for line in guest.violations()]
        guest.shoot(f"dark-{number}")
    guest.open("/desk/")
    found += guest.violations()
    guest.fill(login=OWNER, password=PASSWORD)
    guest.press("Sign in")
    for page in ("", "draft/en/", "settings/"):
        guest.open(f"/desk/appeals/{FERRY}/{page}")
        found += [f"desk {page}: {line}" for line in guest.violations()]
    assert not found, "\n".join(found)
