"""Error pages, storage that is away, and static files."""

import errno
from collections.abc import Callable, Iterator
from logging.config import dictConfig

import pytest
from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.utils.translation import get_language

from undersigned.appeals.models import Appeal
from undersigned.pages import errors, site
from undersigned.pages.staticfiles import asset, serve
from undersigned.pages.urls import urlpatterns as own

TROUBLES = {
    "locked": OperationalError("database is locked"),
    "full": OperationalError("database or disk is full"),
    "gone": InterfaceError("connection already closed"),
    "disk": OSError(errno.ENOSPC, "No space left on device"),
    "quota": OSError(errno.EDQUOT, "Disk quota exceeded"),
}


def fail(request: HttpRequest, what: str) -> HttpResponse:
    if what == "wrapped":
        try:
            raise TROUBLES["disk"]
        except OSError as error:
            raise RuntimeError("the ledger could not be written") from error
    if what == "forbidden":
        raise PermissionDenied
    raise TROUBLES.get(what, ValueError("a mistake of ours"))


urlpatterns = [path("fail/<str:what>/", fail), path("api/v1/fail/<str:what>/", fail), *own]
handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error


@pytest.fixture
def reader() -> Iterator[Client]:
    with override_settings(ROOT_URLCONF=__name__):
        yield Client(raise_request_exception=False)


@pytest.mark.parametrize("what", [*TROUBLES, "wrapped"])
def test_storage_trouble_is_503_with_the_time_to_wait(reader: Client, what: str) -> None:
    page = reader.get(f"/fail/{what}/")
    assert page.status_code == 503 and page["Retry-After"] == "30" and page["Cache-Control"] == "no-store"
    assert "try again" in page.content.decode()
    assert page["Content-Security-Policy"]


@pytest.mark.parametrize("what", TROUBLES)
def test_storage_trouble_of_the_interface_is_told_as_json(reader: Client, what: str) -> None:
    page = reader.get(f"/api/v1/fail/{what}/")
    assert page.status_code == 503 and page["Retry-After"] == "30" and "error" in page.json()


def test_trouble_in_a_middleware_is_503_too(reader: Client) -> None:
    try:
        raise TROUBLES["locked"]
    except OperationalError:
        page = errors.server_error(RequestFactory().get("/"))
    assert page.status_code == 503 and page["Retry-After"] == "30"


def test_a_mistake_of_ours_is_500_without_any_detail(reader: Client) -> None:
    page = reader.get("/fail/mistake/")
    assert page.status_code == 500 and "mistake of ours" not in page.content.decode()
    assert "Something went wrong here" in page.content.decode()


def test_the_error_page_needs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_options: object) -> str:
        raise OSError(errno.EIO, "the templates are gone")

    monkeypatch.setattr(errors, "render_to_string", broken)
    page = errors.server_error(RequestFactory().get("/"))
    assert page.status_code == 500 and b"<h1>" in page.content


def test_not_found_speaks_the_readers_language(reader: Client) -> None:
    for wanted, spoken in [("ar", 'lang="ar" dir="rtl"'), ("fr-CA", 'lang="fr"'), ("ka", 'lang="en"')]:
        page = reader.get("/no/such/page", headers={"Accept-Language": wanted})
        assert page.status_code == 404 and spoken in page.content.decode()
    assert get_language() == "en"


@pytest.mark.parametrize("address", ["/api/v1/nothing", "/api/v2/"])
def test_programs_are_told_in_json_that_nothing_is_there(reader: Client, address: str) -> None:
    page = reader.get(address)
    assert page.status_code == 404 and "error" in page.json()


def test_forbidden_has_a_page(reader: Client) -> None:
    page = reader.get("/fail/forbidden/")
    assert page.status_code == 403 and "This is not open to you" in page.content.decode()


def test_a_wrong_host_is_400(reader: Client) -> None:
    page = reader.get("/", headers={"Host": "evil.example"})
    assert page.status_code == 400 and "evil" not in page.content.decode()


def test_too_many_tells_how_long_to_wait() -> None:
    page = errors.too_many(RequestFactory().get("/"), 7)
    assert page.status_code == 429 and page["Retry-After"] == "7" and "7 seconds" in page.content.decode()


@pytest.mark.django_db
def test_an_unreachable_database_is_not_healthy(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    class Away:
        def __init__(self, _connection: object) -> None: ...

        def applied_migrations(self) -> dict[object, object]:
            raise OperationalError("connection refused")

    monkeypatch.setattr(site, "MigrationRecorder", Away)
    page = reader.get("/healthz")
    assert page.status_code == 503 and page.json() == {"ok": False}


def test_a_static_file_has_an_address_that_changes_with_it(reader: Client) -> None:
    found = asset("undersigned/public.css")
    assert found
    page = reader.get(f"/static/undersigned/public.{found.mark}.css")
    assert page.status_code == 200 and page.content == found.body
    assert "immutable" in page["Cache-Control"] and page["Content-Type"] == "text/css; charset=utf-8"
    packed = reader.get(
        f"/static/undersigned/public.{found.mark}.css", headers={"Accept-Encoding": "br, gzip"}
    )
    assert packed["Content-Encoding"] == "gzip" and packed.content == found.packed
    assert packed["Vary"] == "Accept-Encoding"


def test_an_old_or_plain_address_gives_the_file_of_today_for_minutes() -> None:
    for name in ("public.css", "public.0123456789ab.css"):
        page = serve(RequestFactory().get(f"/static/undersigned/{name}"), f"undersigned/{name}")
        assert page.status_code == 200 and page["Cache-Control"] == "public, max-age=300"


@pytest.mark.parametrize(
    "name", ["../settings.py", "undersigned/../../settings.py", "nothing.css", "/etc/passwd"]
)
def test_nothing_else_is_served(reader: Client, name: str) -> None:
    assert reader.get(f"/static/{name}").status_code == 404


@pytest.mark.parametrize("name", ["undersigned/public.js", "undersigned/desk.js"])
def test_scripts_stay_small(name: str) -> None:
    found = asset(name)
    assert found and found.packed and len(found.packed) < 3000


SIGN = "/appeals/night-ferry/en/sign"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.get("/", HTTP_HOST="somebody.example"),
        lambda client: client.post(SIGN, "x", content_type=MULTIPART),
        lambda client: client.post(SIGN, "&".join(f"f{n}=1" for n in range(2000)), content_type=FORM),
    ],
)
def test_what_a_stranger_breaks_costs_one_line_of_the_log(
    open_appeal: Appeal, capfd: pytest.CaptureFixture[str], ask: Callable[[Client], HttpResponse]
) -> None:
    dictConfig(settings.LOGGING)
    capfd.readouterr()
    assert ask(Client(raise_request_exception=False)).status_code == 400
    assert "Traceback" not in capfd.readouterr().err


def test_the_summary_of_a_form_tells_of_hidden_fields_too() -> None:
    class Carrying(forms.Form):
        version = forms.IntegerField(widget=forms.HiddenInput, error_messages={"required": "No version."})

    page = render_to_string("parts/errors.html", {"form": Carrying({})})
    assert "<li>No version.</li>" in page
