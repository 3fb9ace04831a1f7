"""What the DNS says of the sender's domain: without SPF, DKIM and DMARC, mail ends among unwanted mail."""

import ipaddress
from collections.abc import Iterator
from typing import Any

from dns import exception, rdatatype, resolver

from undersigned.lib import env
from undersigned.lib.http import is_loopback
from undersigned.operate.doctor.finding import Finding, fine, problem

_SECONDS = 5.0
# Each of these makes a receiver ask the DNS; after ten it gives up (RFC 7208, 4.6.4).
_ASKING = ("include:", "a", "mx", "ptr", "exists:", "redirect=")
_MOST_QUESTIONS = 10
_SUBJECT = "dns"


class _Silent(Exception):
    """No name server answered."""


def of_the_sender() -> Iterator[Finding]:
    """The records that receivers of mail look for, of the domain that the mail comes from."""
    settings = env.load()
    domain = settings.sender.rpartition("@")[2].strip("> ").lower()
    if not settings.email_url or is_loopback(domain) or "." not in domain:
        return
    try:
        yield from _spf(domain)
        yield from _dkim(domain, settings.dkim_selector)
        yield from _dmarc(domain)
        yield from _answers(domain)
    except _Silent:
        yield problem(_SUBJECT, f"no name server answered about {domain}: try again, or look at resolv.conf")


def _spf(domain: str) -> Iterator[Finding]:
    found = [text for text in _texts(domain) if text.lower().split(" ")[0] == "v=spf1"]
    if not found:
        yield problem(
            _SUBJECT,
            f'{domain} has no SPF record: publish a TXT record "v=spf1 mx -all", with the mail server that '
            "you send through in it",
        )
    elif len(found) > 1:
        yield problem(_SUBJECT, f"{domain} has {len(found)} SPF records, which is as good as none: keep one")
    elif trouble := _spf_trouble(found[0].lower().split()):
        yield problem(_SUBJECT, f"the SPF record of {domain} {trouble}")
    else:
        yield fine(_SUBJECT, f"{domain} says who may send for it (SPF)")


def _spf_trouble(terms: list[str]) -> str:
    if any(term in ("+all", "all", "?all") for term in terms):
        return "lets everybody send for it: end it with -all or ~all"
    asking = [term for term in terms if _asks(term.lstrip("+-~?"))]
    if len(asking) > _MOST_QUESTIONS:
        return f"asks {len(asking)} questions and receivers stop at {_MOST_QUESTIONS}: name addresses instead"
    if not any(term in ("-all", "~all") or term.startswith("redirect=") for term in terms):
        return "does not say what holds for all others: end it with -all or ~all"
    return ""


def _asks(term: str) -> bool:
    return any(
        term.startswith(one) if one[-1] in ":=" else term == one or term.startswith((f"{one}:", f"{one}/"))
        for one in _ASKING
    )


def _dkim(domain: str, selector: str) -> Iterator[Finding]:
    if not selector:
        yield fine(_SUBJECT, "DKIM was not looked at: UNDERSIGNED_DKIM_SELECTOR names the key to look for")
        return
    name = f"{selector}._domainkey.{domain}"
    pairs = [_pairs(text) for text in _texts(name)]
    if any(pair.get("p") for pair in pairs):
        yield fine(_SUBJECT, f"{name} holds a key (DKIM)")
    else:
        what = "holds a key that was taken back" if any("p" in pair for pair in pairs) else "holds no key"
        yield problem(_SUBJECT, f"{name} {what}: publish the TXT record that your mail server shows for DKIM")


def _dmarc(domain: str) -> Iterator[Finding]:
    labels = domain.split(".")
    # The domain itself, then the ones that it belongs to.
    for name in (".".join(labels[place:]) for place in range(len(labels) - 1)):
        found = [_pairs(text) for text in _texts(f"_dmarc.{name}")]
        found = [pairs for pairs in found if pairs.get("v") == "DMARC1"]
        if found:
            policy = found[0].get("sp" if name != domain and "sp" in found[0] else "p", "none")
            yield fine(_SUBJECT, f"_dmarc.{name} asks receivers for: {policy} (DMARC)")
            return
    yield problem(
        _SUBJECT,
        f'_dmarc.{domain} is missing, and large providers ask for it: publish the TXT record "v=DMARC1; '
        f'p=none; rua=mailto:postmaster@{domain}"',
    )


def _answers(domain: str) -> Iterator[Finding]:
    if not (_ask(domain, rdatatype.MX) or _ask(domain, rdatatype.A) or _ask(domain, rdatatype.AAAA)):
        yield problem(
            _SUBJECT, f"nobody can answer: {domain} has neither MX nor address; publish an MX record"
        )


def _pairs(text: str) -> dict[str, str]:
    parts = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, equals, value in parts if equals}


def _texts(name: str) -> list[str]:
    joined = (b"".join(record.strings) for record in _ask(name, rdatatype.TXT))
    return [text.decode("utf-8", "replace") for text in joined]


def _ask(name: str, kind: rdatatype.RdataType) -> list[Any]:
    try:
        answer = _resolver().resolve(f"{name}.", kind, lifetime=_SECONDS, search=False)
    except (resolver.NXDOMAIN, resolver.NoAnswer):
        return []
    except (exception.DNSException, OSError) as error:
        raise _Silent from error
    return list(answer)[:100]


def _resolver() -> resolver.Resolver:
    server = env.load().dns_server
    try:
        made = resolver.Resolver(configure=not server)
        if server:
            address, _at, port = server.partition("@")
            made.nameservers = [str(ipaddress.ip_address(address))]
            made.port = int(port or 53)
    except (exception.DNSException, ValueError) as error:
        raise _Silent from error
    return made
