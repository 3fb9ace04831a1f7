"""A request as the front reads it: what is unusual about it is for Django to judge."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from undersigned.front.answer import Scope
from undersigned.lib import http

# Fields, boxes and codes are short; what is longer is looked at by Django.
LARGEST_PLAIN = 20_000
MOST_FIELDS = 100
_CHARSETS = (b"", b"charset=utf-8")


@dataclass(frozen=True, slots=True)
class Asked:
    """A whole request whose headers come once each and whose host is this site."""

    scope: Scope
    headers: dict[bytes, bytes]
    body: bytes = b""

    @property
    def is_cross_site(self) -> bool:
        """Whether a browser says that this POST was sent by another site's page."""
        site, origin = self.headers.get(b"sec-fetch-site"), self.headers.get(b"origin")
        if not site and not origin:
            return False
        told = {
            "Sec-Fetch-Site": (site or b"").decode("latin-1"),
            "Origin": (origin or b"").decode("latin-1"),
        }
        return http.is_cross_site(told, host=self.headers[b"host"].decode("latin-1"))

    @property
    def network(self) -> str:
        """The network that the request counts for."""
        client = self.scope.get("client")
        return _network(client[0] if client else "", self.headers.get(b"x-forwarded-for", b""))

    def is_of(self, media_type: bytes) -> bool:
        """Whether the body is declared as nothing but this type, in UTF-8."""
        kind, _, charset = self.headers.get(b"content-type", b"").lower().partition(b";")
        return kind.strip() == media_type and charset.strip() in _CHARSETS

    def form(self) -> dict[str, str] | None:
        """The fields of a form in which each stands once; None for anything unusual."""
        if not self.is_of(b"application/x-www-form-urlencoded") or len(self.body) > LARGEST_PLAIN:
            return None
        try:
            return _fields(self.body.decode("ascii"))
        except ValueError:
            return None

    def json(self) -> dict[str, Any] | None:
        """The fields of a JSON object; None for anything else."""
        if not self.is_of(b"application/json") or len(self.body) > LARGEST_PLAIN:
            return None
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None


def read(scope: Scope, body: bytes = b"") -> Asked | None:
    """The request, or None where something about it is for Django to judge."""
    headers = dict(scope["headers"])
    if len(headers) != len(scope["headers"]) or scope["query_string"] or scope.get("root_path"):
        return None
    host = headers.get(b"host")
    if host is None or not _is_ours(host):
        return None
    return Asked(scope, headers, body)


def _fields(body: str) -> dict[str, str] | None:
    """The fields as `urllib.parse.parse_qsl` reads them; None where one stands twice or there are too many.

    Raises ValueError for what is not UTF-8.
    """
    parts = [part for part in body.replace("+", " ").split("&") if part]
    if len(parts) > MOST_FIELDS:
        return None
    values: dict[str, str] = {}
    for part in parts:
        name, _equals, value = part.partition("=")
        if "%" in part:
            name, value = unquote(name, errors="strict"), unquote(value, errors="strict")
        if name in values:
            return None
        values[name] = value
    return values


@lru_cache(maxsize=64)
def _is_ours(host: bytes) -> bool:
    domain, _port = split_domain_port(host.decode("latin-1"))
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def _network(peer: str, forwarded: bytes) -> str:
    return _network_behind(peer, forwarded, http.trusted_networks())


@lru_cache(maxsize=10_000)
def _network_behind(peer: str, forwarded: bytes, _trusted: tuple[http.Network, ...]) -> str:
    return http.client_network(http.client_address(peer, forwarded.decode("latin-1")))
