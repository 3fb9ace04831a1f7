"""What every address answers, whoever asks and whatever is filled in: no 500, no cookie, every header."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver

from tests.cast import Cast
from tests.contracts.test_documents import routes
from undersigned.appeals.models import Appeal
from undersigned.pages.middleware import CONTENT_SECURITY_POLICY, HEADERS

# The stored HTML of a saved page may bring its styles; nothing in it runs, whatever it brings.
SANDBOXED = "sandbox"
VALUES = {
    "token": "A" * 43, "number": "1", "pk": "1", "key": "gazette", "sha256": "0" * 64, "digest": "0" * 64,
    "format": "csv", "ident": "abcdefgh", "public_id": "A" * 22, "log": "A" * 22, "path": "0/000",
    "name": "undersigned/public.css", "language": "en", "ref": "abcdefgh", "first": "1", "last": "2",
}  # fmt: skip


def addresses(appeal: Appeal, *, desk: bool) -> Iterator[str]:
    """Every address of the program, filled in with what there is, or with what looks like it."""
    there = {"slug": appeal.slug, "text": "en"}
    for route in sorted(set(routes(get_resolver().url_patterns))):
        if route.startswith("/desk/") is desk and not route.startswith("/desk/account/logout"):
            yield re.sub(r"<(\w+)>", lambda found: (VALUES | there).get(found[1], "x"), route)


def check_headers(address: str, answer: HttpResponse) -> None:
    assert answer.status_code < 500, (address, answer.status_code)
    policy = answer["Content-Security-Policy"]
    if policy != CONTENT_SECURITY_POLICY:
        assert SANDBOXED in policy and "default-src 'none'" in policy and "script-src" not in policy, address
    for name in set(HEADERS) - {"Content-Security-Policy"}:
        assert answer.headers.get(name), (address, name)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] in ("same-origin", "no-referrer"), address
    if answer.get("Access-Control-Allow-Origin"):
        assert answer["Access-Control-Allow-Origin"] == "*", address


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post", "head", "put", "options"])
def test_no_public_address_sets_a_cookie_or_lacks_a_header(open_appeal: Appeal, method: str) -> None:
    reader = Client()
    for address in addresses(open_appeal, desk=False):
        answer = getattr(reader, method)(address)
        check_headers(address, answer)
        assert not answer.cookies and not reader.cookies, address
        assert "Cookie" not in answer.get("Vary", ""), address


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_no_address_of_the_desk_is_kept_by_a_browser(cast: Cast, open_appeal: Appeal, method: str) -> None:
    seen = 0
    for user in (cast.owner, None):
        organiser = Client()
        for address in addresses(open_appeal, desk=True):
            if user is not None:
                # One of these addresses ends sessions.
                organiser.force_login(user)
            answer = getattr(organiser, method)(address)
            check_headers(address, answer)
            assert "no-store" in answer["Cache-Control"], address
            assert all(cookie["path"] == "/desk/" for cookie in answer.cookies.values()), address
            assert all(cookie["httponly"] for cookie in answer.cookies.values()), address
            seen += user is not None and answer.status_code == 200
    assert seen > (30 if method == "get" else 0)


def test_nothing_inline_is_allowed() -> None:
    assert "unsafe" not in CONTENT_SECURITY_POLICY and "http" not in CONTENT_SECURITY_POLICY
    for wanted in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        assert wanted in CONTENT_SECURITY_POLICY
    assert settings.SESSION_COOKIE_HTTPONLY and settings.CSRF_COOKIE_HTTPONLY
