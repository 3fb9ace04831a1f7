"""Who is asking, and from where: facts of a request that only configured proxies may alter."""

import ipaddress
from collections.abc import Mapping
from functools import lru_cache

from undersigned.lib import env

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@lru_cache(maxsize=1)
def trusted_networks() -> tuple[Network, ...]:
    """The configured proxies' networks; raises SettingsError for a value that is none."""
    found = []
    for part in env.load().trusted_proxies.split(","):
        if part.strip():
            try:
                found.append(ipaddress.ip_network(part.strip(), strict=False))
            except ValueError as error:
                raise env.SettingsError(f"UNDERSIGNED_TRUSTED_PROXIES: {error}") from error
    return tuple(found)


def _parse(value: str) -> Address | None:
    try:
        address = ipaddress.ip_address(value.strip().strip("[]"))
    except ValueError:
        return None
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped or address


def client_address(peer: str, forwarded_for: str) -> str:
    """The client's address: the peer, or what trusted proxies say of it, read from the right."""
    address = _parse(peer)
    if address is None:
        return ""
    hops = [part for part in forwarded_for.split(",") if part.strip()]
    while hops and any(address in network for network in trusted_networks()):
        claimed = _parse(hops.pop())
        if claimed is None:
            break
        address = claimed
    return str(address)


def client_network(address: str) -> str:
    """The network that limits count by: an IPv4 address, or an IPv6 /56."""
    parsed = _parse(address)
    if parsed is None:
        return "unknown"
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 56), strict=False))
    return str(parsed)


def is_cross_site(headers: Mapping[str, str], *, host: str) -> bool:
    """Whether a browser says that a POST comes from another site; silence is not evidence.

    A proxy may hand the request on under a host of its own, so the configured one is this site too.
    Browsers without Sec-Fetch-Site say `null` where a page sends no referrer, as all private pages do.
    """
    site = headers.get("Sec-Fetch-Site", "")
    if site:
        return site not in ("same-origin", "none")
    origin = headers.get("Origin", "")
    if not origin or origin == "null":
        return False
    return origin.partition("://")[2].lower() not in (host.lower(), env.load().host.lower())


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine and nothing else."""
    name = host.rsplit(":", 1)[0] if host.count(":") == 1 else host
    if name.strip("[]").lower() == "localhost":
        return True
    address = _parse(name)
    return address is not None and address.is_loopback
