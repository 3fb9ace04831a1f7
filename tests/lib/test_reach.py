"""Looking at an address that somebody else wrote down: private networks, slow and endless answers."""

import ipaddress
import socket
import time

import pytest

from tests.town import NAMES, resolve, seen, town
from undersigned.lib import reach
from undersigned.lib.reach import Answer, Reach, look


@pytest.mark.parametrize("status", [200, 204, 401, 403, 404, 410, 500])
def test_the_status_is_told(site_port: int, status: int) -> None:
    url = f"http://gazette.example:{site_port}/{status}"
    assert look(url, town(site_port)) == Answer(status, "", url)


def test_a_page_is_asked_for_again_where_head_is_refused(site_port: int) -> None:
    assert look(f"http://gazette.example:{site_port}/head405", town(site_port)).status == 200
    assert [method for method, _path, _headers in seen] == ["HEAD", "GET"]


def test_redirects_are_followed_without_cookies_and_to_an_end(site_port: int) -> None:
    base = f"http://gazette.example:{site_port}"
    assert look(f"{base}/to?/to?{base}/200", town(site_port)).status == 200
    assert all("Cookie" not in headers for _method, _path, headers in seen)
    round_about = f"{base}/to?" * 9 + f"{base}/200"
    assert look(round_about, town(site_port)).failure == "redirects"


@pytest.mark.parametrize(
    "target",
    [
        "http://inside.example:{site_port}/200",
        "http://half.example:{site_port}/200",
        "http://gazette.example:1/200",
        "http://10.0.0.7:{site_port}/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]:{site_port}/",
        "http://2130706433:{site_port}/200",
    ],
)
def test_no_redirect_leads_inside(site_port: int, target: str) -> None:
    names = Reach(lambda host, asked: NAMES.get(host) or reach.resolve(host, asked), town(site_port).allows)
    base = f"http://gazette.example:{site_port}"
    target = target.format(site_port=site_port)
    if "2130706433" in target:
        # The number is the local server, which this network does not allow.
        names = Reach(names.resolve, reach.is_public)
        assert look(target, names).failure == "private"
        return
    assert look(f"{base}/to?{target}", names).failure == "private"
    assert look(target, names).failure == "private"


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://gazette.example/", "gopher://gazette.example/", "http://", "http:///x",
        "http://user:word@gazette.example/", "http://gazette.example:99999/", "javascript:alert(1)",
        "http://exa mple.example/", "http://" + "a" * 80 + ".example/", "",
    ],
)  # fmt: skip
def test_only_plain_addresses_of_the_web_are_asked(url: str) -> None:
    def never(host: str, port: int) -> list[str]:
        raise AssertionError(host)

    found = look(url, Reach(never if " " not in url else resolve))
    assert found.status == 0 and found.failure in ("address", "name")


def test_a_redirect_to_a_file_is_refused(site_port: int) -> None:
    assert (
        look(f"http://gazette.example:{site_port}/to?file:///etc/passwd", town(site_port)).failure
        == "address"
    )


def test_a_request_holds_no_line_of_its_sender(site_port: int) -> None:
    look(f"http://gazette.example:{site_port}/200?x=1\r\nX-Evil: 1 é", town(site_port))
    ((_method, path, headers),) = seen
    assert "X-Evil" not in headers and path.startswith("/200?x=1")


@pytest.mark.parametrize("path", ["slow", "endless"])
def test_neither_a_slow_nor_an_endless_answer_holds_it(site_port: int, path: str) -> None:
    begun = time.monotonic()
    found = look(f"http://gazette.example:{site_port}/{path}", town(site_port, seconds=0.6))
    assert found.failure in ("timeout", "answer", "connection")
    assert time.monotonic() - begun < 3


def test_nobody_there_is_an_answer(site_port: int) -> None:
    with socket.socket() as spare:
        spare.bind(("127.0.0.1", 0))
        free = spare.getsockname()[1]
    assert look(f"http://gazette.example:{free}/", town(free)).failure == "connection"
    assert look(f"http://nowhere.example:{site_port}/", town(site_port)).failure == "name"
    assert look(f"https://gazette.example:{site_port}/200", town(site_port)).failure == "tls"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "::", "::1", "fe80::1", "fc00::1",
        "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
         "2002:7f00:1::", "64:ff9b::7f00:1", "2001:db8::1",
        "64:ff9b::a00:1", "::127.0.0.1",
    ],
)  # fmt: skip
def test_a_private_address_is_private_whatever_it_is_wrapped_in(address: str) -> None:
    assert not reach.is_public(ipaddress.ip_address(address), 80)


def test_a_public_address_is_asked_at_the_ports_of_the_web() -> None:
    address = ipaddress.ip_address("93.184.215.14")
    assert reach.is_public(address, 443) and reach.is_public(ipaddress.ip_address("2606:4700::1111"), 80)
    assert not reach.is_public(address, 22) and not reach.is_public(address, 6379)
