"""A look at an address of the web that somebody else wrote down: what may be asked, whom, and how long.

Only http and https, only their usual ports, only public addresses. A name is looked up once and the very
address that was judged is the one that is asked, so that no second answer of the name server can lead into
a private network; each redirect is judged like the first address. Nothing is sent but the request line and
four headers, nothing of a body is read, no cookie is kept.
"""

import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from undersigned import __version__

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

HEAD_MAX = 64_000
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})\b")
_LOCATION = re.compile(rb"^location:[ \t]*([^\r\n]+)", re.IGNORECASE | re.MULTILINE)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_PORTS = frozenset({80, 443, 8080, 8443})
_REDIRECTS = (301, 302, 303, 307, 308)
# What many servers answer to HEAD although the page is there.
_ASK_AGAIN = frozenset({400, 401, 403, 404, 405, 406, 410, 429, 500, 501, 503})


class _Trouble(Exception):
    """The look ended; the word says why."""


@dataclass(frozen=True)
class Answer:
    """The last status that was given, or in a word why there is none; where it came from."""

    status: int
    failure: str = ""
    url: str = ""


def resolve(host: str, port: int) -> list[str]:
    """Every address of a name, by the system; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: Address, port: int) -> bool:
    """Whether an address belongs to the open network, whatever it is wrapped in, and the port to the web."""
    return port in _PORTS and all(_is_open(one) for one in (address, *_wrapped(address)))


def _is_open(address: Address) -> bool:
    closed = (
        address.is_private,
        address.is_loopback,
        address.is_link_local,
        address.is_multicast,
        address.is_reserved,
        address.is_unspecified,
        isinstance(address, ipaddress.IPv6Address) and address.is_site_local,
    )
    return address.is_global and not any(closed)


def _wrapped(address: Address) -> list[Address]:
    if not isinstance(address, ipaddress.IPv6Address):
        return []
    inside = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        inside.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return [one for one in inside if one is not None]


@dataclass(frozen=True)
class Reach:
    """Whom a look may ask; a test brings a name server and a network of its own."""

    resolve: Callable[[str, int], Sequence[str]] = resolve
    allows: Callable[[Address, int], bool] = is_public
    seconds: float = 15.0
    redirects: int = 5


PUBLIC = Reach()


def look(url: str, reach: Reach = PUBLIC) -> Answer:
    """What a web address answers now; every trouble is an answer too."""
    deadline = time.monotonic() + reach.seconds
    for _step in range(reach.redirects + 1):
        try:
            status, target = _asked(url, reach, deadline)
        except _Trouble as trouble:
            return Answer(0, str(trouble), url)
        if status not in _REDIRECTS or not target:
            return Answer(status, "", url)
        url = urljoin(url, target)
    return Answer(0, "redirects", url)


def _asked(url: str, reach: Reach, deadline: float) -> tuple[int, str]:
    status, target = _once("HEAD", url, reach, deadline)
    return _once("GET", url, reach, deadline) if status in _ASK_AGAIN else (status, target)


def _once(method: str, url: str, reach: Reach, deadline: float) -> tuple[int, str]:
    secure, host, port, path = _parts(url)
    try:
        with _connected(host, port, reach, deadline) as plain:
            if not secure:
                return _spoken(plain, method, host, port, path, deadline)
            with ssl.create_default_context().wrap_socket(plain, server_hostname=host) as wrapped:
                return _spoken(wrapped, method, host, port, path, deadline)
    except TimeoutError:
        raise _Trouble("timeout") from None
    except ssl.SSLError:
        raise _Trouble("tls") from None
    except OSError:
        raise _Trouble("connection") from None


def _parts(url: str) -> tuple[bool, str, int, str]:
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        host = (parts.hostname or "").rstrip(".").encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        raise _Trouble("address") from None
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        raise _Trouble("address")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]")
    return parts.scheme == "https", host, port, f"{path}?{query}" if query else path


def _connected(host: str, port: int, reach: Reach, deadline: float) -> socket.socket:
    try:
        found = [ipaddress.ip_address(one.partition("%")[0]) for one in reach.resolve(host, port)]
    except (OSError, UnicodeError, ValueError):
        raise _Trouble("name") from None
    if not found:
        raise _Trouble("name")
    # A name with one private address among its public ones is no name of the open network.
    if not all(reach.allows(address, port) for address in found):
        raise _Trouble("private")
    return socket.create_connection((str(found[0]), port), timeout=_left(deadline))


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise _Trouble("timeout")
    return left


def _spoken(
    connection: socket.socket, method: str, host: str, port: int, path: str, deadline: float
) -> tuple[int, str]:
    shown = f"[{host}]" if ":" in host else host
    named = shown if port in (80, 443) else f"{shown}:{port}"
    request = (
        f"{method} {path} HTTP/1.1\r\nHost: {named}\r\nUser-Agent: Undersigned/{__version__} (link check)\r\n"
        "Accept: */*\r\nConnection: close\r\n\r\n"
    )
    connection.settimeout(_left(deadline))
    connection.sendall(request.encode("ascii"))
    head = b""
    while b"\r\n\r\n" not in head and b"\n\n" not in head:
        connection.settimeout(_left(deadline))
        piece = connection.recv(4096)
        if not piece:
            break
        head += piece
        if len(head) > HEAD_MAX:
            raise _Trouble("answer")
    status, target = _STATUS.match(head), _LOCATION.search(head.partition(b"\r\n\r\n")[0])
    if status is None:
        raise _Trouble("answer")
    return int(status[1]), target[1].decode("utf-8", "replace").strip() if target else ""
