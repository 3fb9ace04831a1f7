"""Asking the DNS for a domain's TXT records: few questions, few seconds, never an exception of its own."""

import ipaddress
import time

from dns import exception, flags, rdatatype, resolver

from undersigned.lib import env
from undersigned.signing.organisations.confirm import Unanswered

PREFIX = "_undersigned"
SECONDS = 4.0
# A domain may hold many records; of more than these nothing is read.
_MOST, _LONGEST = 100, 500


def texts(domain: str) -> list[str]:
    """The texts at `_undersigned.<domain>` and at the domain; raises Unanswered when both are silent."""
    asked = _resolver()
    began = time.monotonic()
    found: list[str] = []
    silent = 0
    for name in (f"{PREFIX}.{domain}.", f"{domain}."):
        left = SECONDS - (time.monotonic() - began)
        try:
            found += _at(asked, name, max(left, 0.5))
        except exception.DNSException:
            silent += 1
    if silent and not found:
        raise Unanswered(domain)
    return found


def _resolver() -> resolver.Resolver:
    server = env.load().dns_server
    try:
        made = resolver.Resolver(configure=not server)
        if server:
            address, _at, port = server.partition("@")
            made.nameservers = [str(ipaddress.ip_address(address))]
            made.port = int(port or 53)
    except (exception.DNSException, ValueError) as error:
        raise Unanswered from error
    made.flags = flags.RD
    made.use_edns(0, 0, 1232)
    return made


def _at(asked: resolver.Resolver, name: str, seconds: float) -> list[str]:
    """The texts of one name; none where it does not exist or has no such record."""
    try:
        answer = asked.resolve(name, rdatatype.TXT, lifetime=seconds, search=False)
    except (resolver.NXDOMAIN, resolver.NoAnswer):
        return []
    records = list(answer)[:_MOST]
    joined = (b"".join(record.strings) for record in records)
    return [text.decode("utf-8", "replace") for text in joined if len(text) <= _LONGEST]
