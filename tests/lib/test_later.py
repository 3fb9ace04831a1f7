"""What is loaded late is there when it is asked for, and not before."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.urls import URLResolver, get_resolver, reverse

from undersigned.lib import env, env_checked, later

LATE = ("ninja", "pydantic", "allauth.account.views", "langcodes", "rapidfuzz", "weasyprint")


def views(table: URLResolver) -> Iterator[later.View]:
    for one in table.url_patterns:
        if isinstance(one, URLResolver):
            yield from views(one)
        elif isinstance(one.callback, later.View):
            yield one.callback


def test_every_address_leads_to_a_view_that_exists() -> None:
    found = list(views(get_resolver()))
    assert len(found) > 90
    for view in found:
        assert callable(view._real), f"{view.__module__}.{view.__name__}"


def test_the_interface_keeps_the_names_of_its_addresses() -> None:
    assert reverse("api:api-root") == "/api/v1/"


def test_a_start_loads_nothing_that_no_first_visitor_needs() -> None:
    code = (
        "import sys, django; django.setup(); import undersigned.asgi\n"
        "from django.urls import reverse; reverse('home')\n"
        f"print(*[name for name in {LATE!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "80"),
        ("DEBUG", "on"),
        ("DATA", "/srv/../srv/data/"),
        ("SITE_NAME", " {} "),
        ("BASE_URL", "https://letters.example/"),
        ("TRUSTED_PROXIES", "10.0.0.0/8, 127.0.0.1"),
    ],
)
def test_a_plain_setting_reads_as_the_library_reads_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"UNDERSIGNED_{name}", value)
    assert env._plainly() == env_checked.load()


@pytest.mark.parametrize("value", [" 80", "8_0", "80.0", "0", "x", "٣"])
def test_a_setting_that_is_not_plain_goes_to_the_library(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("UNDERSIGNED_PORT", value)
    with pytest.raises(env._NotPlain):
        env._plainly()
