"""What a reverse proxy hands on: the site asks itself through its public address and looks at what came."""

import http.client
import ipaddress
import json
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from undersigned.lib import env, probe
from undersigned.lib.http import is_loopback, trusted_networks
from undersigned.operate.doctor.finding import Finding, fine, problem

PATH = "/readyz"
# An address for documentation (RFC 5737): nobody has it.
FORGED = "192.0.2.66"
_SECONDS = 8.0
_FEW_DAYS = 14
_SUBJECT = "proxy"


class _Unreachable(Exception):
    """Nobody answered; the words say why."""


@dataclass(frozen=True)
class _Seen:
    """What the server saw of a question, and when the certificate on the way ends."""

    host: str
    peer: str
    forwarded: str
    ends: float | None


def in_front() -> Iterator[Finding]:
    """The public address leads here, and what comes with a request can be believed."""
    settings = env.load()
    try:
        seen = _ask(settings.base_url)
    except _Unreachable as error:
        yield _nobody(settings, str(error))
        return
    yield from _address(settings, seen)
    if _name(seen.host) != _name(settings.host):
        yield problem(
            _SUBJECT,
            f"requests arrive for {seen.host}, not for {settings.host}: let the proxy hand on Host",
        )
    if seen.ends is not None and seen.ends - time.time() < _FEW_DAYS * 86_400:
        told = time.strftime("%F", time.gmtime(seen.ends))
        yield problem(_SUBJECT, f"the certificate ends on {told}: see that it is renewed")


def _name(host: str) -> str:
    """The name without its port, which a proxy need not know."""
    return (urlsplit(f"//{host}").hostname or "").lower()


def _nobody(settings: env.Settings, why: str) -> Finding:
    bound = "127.0.0.1" if settings.bind in ("0.0.0.0", "::") else settings.bind  # noqa: S104  compared only
    shown = f"[{bound}]" if ":" in bound else bound
    try:
        _ask(f"http://{shown}:{settings.port}")
    except _Unreachable:
        return fine(_SUBJECT, "not looked at: the server is not running")
    return problem(_SUBJECT, f"the server runs, but {settings.base_url} does not lead to it ({why})")


def _address(settings: env.Settings, seen: _Seen) -> Iterator[Finding]:
    """Who the server would take the visitor for."""
    hops = [hop.strip() for hop in seen.forwarded.split(",") if hop.strip()]
    trusted = _is_trusted(seen.peer)
    direct = hops == [FORGED]
    if not trusted and direct and not settings.base_url.startswith("https:"):
        yield fine(_SUBJECT, "visitors reach the server directly; what they claim to be is not believed")
    elif not trusted:
        yield problem(
            _SUBJECT,
            f"visitors come through {seen.peer} and look like one: UNDERSIGNED_TRUSTED_PROXIES={seen.peer}",
        )
    elif not hops:
        yield problem(_SUBJECT, "the proxy does not say who asks: let it set X-Forwarded-For")
    elif hops[-1] == FORGED:
        yield problem(
            _SUBJECT,
            "anybody can claim to be somebody else: let the proxy append to X-Forwarded-For or replace it, "
            "or take its address out of UNDERSIGNED_TRUSTED_PROXIES",
        )
    else:
        yield fine(_SUBJECT, f"{seen.peer} says who asks, and nobody can claim to be somebody else")


def _is_trusted(peer: str) -> bool:
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    return any(address in network for network in trusted_networks())


def _ask(base: str) -> _Seen:
    parts = urlsplit(base)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port)
    headers = {probe.HEADER: probe.make(), "X-Forwarded-For": FORGED, "Accept-Encoding": "identity"}
    if is_loopback(parts.hostname or "") and not is_loopback(env.load().host):
        # Asked past the proxy, the server knows itself by its public name only.
        headers["Host"] = env.load().host
    try:
        connection.request("GET", f"{parts.path}{PATH}", headers=headers)
        ends = _end_of_certificate(connection)
        answer = connection.getresponse()
        return _read(answer.read(100_000), ends)
    except ssl.SSLCertVerificationError as error:
        raise _Unreachable(f"certificate: {error.verify_message}") from error
    except (OSError, http.client.HTTPException) as error:
        raise _Unreachable(str(error) or type(error).__name__) from error
    finally:
        connection.close()


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=_SECONDS, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=_SECONDS)


def _end_of_certificate(connection: http.client.HTTPConnection) -> float | None:
    if isinstance(connection.sock, ssl.SSLSocket):
        found: Any = (connection.sock.getpeercert() or {}).get("notAfter")
        return ssl.cert_time_to_seconds(found) if found else None
    return None


def _read(data: bytes, ends: float | None) -> _Seen:
    try:
        seen = json.loads(data)["seen"]
        return _Seen(str(seen["host"]), str(seen["peer"]), str(seen["forwarded"]), ends)
    except (ValueError, KeyError, TypeError):
        raise _Unreachable("another program or another site answers there") from None
