"""Hide all names now, on a real server with two web processes: within a second, and back."""

import re
import time
from http.client import HTTPConnection

import pytest

from tests.installation import Installation

pytestmark = pytest.mark.database
SWITCH = """
from undersigned.accounts.models import Membership, User
from undersigned.appeals.models import Appeal
from undersigned.signing import hidden
import time
appeal = Appeal.objects.select_related("team").get(is_demonstration=True)
actor, made = User.objects.get_or_create(email="mo@people.example", defaults={{"name": "Mo"}})
role = {{"role": "moderator", "created_at": appeal.created_at}}
Membership.objects.get_or_create(team=appeal.team, user=actor, defaults=role)
hidden.{act}(actor=actor, appeal=appeal, reason="a test")
print(time.time(), appeal.slug)
"""
_NAME = re.compile(r'<bdi class="name">([^<]+)</bdi>')
_FIRST = re.compile(r'<ol class="roll roll-first">(.*?)</ol>', re.S)


def page(site: Installation, path: str) -> str:
    """One request on a connection of its own: any of the processes answers."""
    connection = HTTPConnection("127.0.0.1", site.port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": f"127.0.0.1:{site.port}"})
        return connection.getresponse().read().decode()
    finally:
        connection.close()


def first_names(html: str) -> set[str]:
    found = _FIRST.search(html)
    return set(_NAME.findall(found[1])) if found else set()


def test_two_web_processes_name_nobody_a_second_later(demo_installation: Installation) -> None:
    site = demo_installation
    site.serve("--only-web", UNDERSIGNED_WEB_WORKERS="2")
    slug = re.search(r'href="/appeals/([^/"]+)/"', page(site, "/"))
    assert slug is not None
    redirect = f"/appeals/{slug[1]}/"
    letter, roll = redirect + "en/", redirect + "names/"
    names = first_names(page(site, letter)) | first_names(page(site, roll))
    assert names, "the demonstration has first signatories"
    # Both processes have the page in memory, and renew it.
    for _request in range(40):
        assert any(name in page(site, letter) for name in names)
    at = float(site.python(SWITCH.format(act="hide")).out.split()[0])
    time.sleep(max(0.0, at + 1.0 - time.time()))
    for _request in range(60):
        for path in (letter, roll):
            html = page(site, path)
            assert not [name for name in names if name in html], path
    at = float(site.python(SWITCH.format(act="show")).out.split()[0])
    time.sleep(max(0.0, at + 1.0 - time.time()))
    for _request in range(20):
        assert any(name in page(site, letter) for name in names)
