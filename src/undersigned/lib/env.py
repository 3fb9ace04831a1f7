"""The settings table: every setting's name, type, default and help, declared once.

Values come from the environment as `UNDERSIGNED_<NAME>`; any of them may come from a file named by
`UNDERSIGNED_<NAME>_FILE` (for secrets mounted by systemd or a container), and from the TOML file
named by `UNDERSIGNED_CONFIG`. Command help, documentation and checks read this table.

Plain values are read here. Whatever is not plain, a TOML file too, goes to `lib.env_checked`, which
says what is wrong: its library takes as long to load as Django.
"""

import contextlib
import importlib
import ipaddress
import os
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

PREFIX = "UNDERSIGNED_"
DISPOSABLE_DOMAINS = (
    "10minutemail.com, 33mail.com, dispostable.com, emailondeck.com, fakeinbox.com, getairmail.com, "
    "getnada.com, grr.la, guerrillamail.com, guerrillamail.info, guerrillamail.net, "
    "guerrillamail.org, guerrillamailblock.com, inboxkitten.com, mailcatch.com, maildrop.cc, "
    "mailinator.com, mailnesia.com, mailsac.com, mintemail.com, moakt.com, mohmal.com, mytemp.email, "
    "sharklasers.com, spam4.me, spamgourmet.com, temp-mail.io, temp-mail.org, tempail.com, "
    "tempmail.dev, throwawaymail.com, trashmail.com, trashmail.de, wegwerfmail.de, yopmail.com, "
    "yopmail.fr"
)
LARGE_DOMAINS = (
    "gmail.com, googlemail.com, outlook.com, hotmail.com, live.com, msn.com, yahoo.com, icloud.com, me.com, "
    "aol.com, proton.me, protonmail.com, gmx.net, gmx.de, web.de, t-online.de, freenet.de, posteo.de, "
    "mailbox.org, orange.fr, wanadoo.fr, free.fr, laposte.net, sfr.fr, hotmail.fr, yahoo.fr, outlook.fr, "
    "hotmail.es, yahoo.es, telefonica.net, libero.it, virgilio.it, tiscali.it, hotmail.it, yahoo.it, "
    "hotmail.co.uk, yahoo.co.uk, btinternet.com, bluewin.ch, wp.pl, onet.pl, o2.pl, interia.pl, seznam.cz, "
    "mail.ru, yandex.ru, ukr.net, qq.com, 163.com, 126.com, naver.com, uol.com.br, bol.com.br, yahoo.com.br, "
    "hotmail.com.br, yahoo.com.mx, yahoo.com.ar, comcast.net, verizon.net, att.net, telenet.be, ziggo.nl, "
    "kpnmail.nl, xs4all.nl"
)
_SWITCH = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}


class SettingsError(Exception):
    """A setting has a value that cannot be used; the message names the setting and says what to do."""


@dataclass(frozen=True)
class Row:
    """One setting as it is declared, with the bounds of a number."""

    default: Any
    description: str
    annotation: Any = str
    ge: int | None = None
    le: int | None = None


def _declare(default: Any, description: str, ge: int | None = None, le: int | None = None) -> Any:
    return field(default=default, metadata={"description": description, "ge": ge, "le": le})


@dataclass(frozen=True)
class Settings:
    """All settings of one installation; see `docs/reference/settings.md`."""

    model_fields: ClassVar[dict[str, Row]]

    # The call makes the description of a field, not a value.
    data: Path = _declare(  # noqa: RUF009
        default=Path("data"), description="Folder for the database, keys, ledger files and outbox."
    )
    keys: Path | None = _declare(  # noqa: RUF009
        default=None,
        description="Folder for the keys; default: `keys` inside the data folder. Never part of a backup.",
    )
    secret_key: str = _declare(
        default="",
        description="Secret for sessions and mail links; default: made once and kept in the keys folder.",
    )
    base_url: str = _declare(
        default="http://127.0.0.1:8000", description="Public address of this site, without a trailing slash."
    )
    database_url: str = _declare(
        default="", description="`postgres://user:password@host/name`; default: SQLite in the data folder."
    )
    email_url: str = _declare(
        default="",
        description="`smtp://user:password@host:587?tls=starttls` or `smtps://…`; default: the local outbox.",
    )
    email_from: str = _declare(
        default="",
        description="Sender of outgoing mail; default: `undersigned@` and the host of the base URL.",
    )
    site_name: str = _declare(default="Undersigned", description="Name shown in headers and mails.")
    language: str = _declare(
        default="en", description="Language of pages that belong to no text: en, es, fr or ar."
    )
    source_url: str = _declare(
        default="",
        description="Where visitors find the source code that this site runs, as the AGPL asks.",
    )
    time_zone: str = _declare(
        default="UTC", description="Time zone for dates on pages, e.g. `Europe/Madrid`."
    )
    bind: str = _declare(default="127.0.0.1", description="Address that `serve` listens on.")
    port: int = _declare(default=8000, ge=1, le=65535, description="Port that `serve` listens on.")
    web_workers: int = _declare(default=1, ge=1, le=64, description="Web processes that `serve` starts.")
    web_threads: int = _declare(
        default=16, ge=1, le=256, description="Threads for Django in each web process."
    )
    trusted_proxies: str = _declare(
        default="",
        description="Networks of reverse proxies, separated by commas, whose X-Forwarded-For is believed.",
    )
    sign_limit: int = _declare(
        default=30,
        ge=0,
        description="Signatures accepted per client network and minute; 0 switches the limit off.",
    )
    unproved_limit: int = _declare(
        default=5,
        ge=1,
        description="The same without a proof of work, for appeals that ask for one.",
    )
    domain_limit: int = _declare(
        default=300,
        ge=0,
        description="Signatures accepted per mail domain and minute; 0 switches the limit off.",
    )
    large_domains: str = _declare(
        default=LARGE_DOMAINS,
        description="Mail domains of the general public, separated by commas: a hundred times as many.",
    )
    disposable_domains: str = _declare(
        default=DISPOSABLE_DOMAINS,
        description="Mail domains of addresses that are thrown away, separated by commas: shown to "
        "moderators, never refused for it.",
    )
    appeal_limit: int = _declare(
        default=20_000,
        ge=0,
        description="Signatures accepted per appeal and minute; 0 switches the limit off.",
    )
    proof_work: int = _declare(
        default=100_000,
        ge=1,
        le=100_000_000,
        description="Digests that a proof of work takes at most, for appeals that ask for one.",
    )
    mails_per_address: int = _declare(
        default=4, ge=1, description="Mails about signatures that one address may be sent in 24 hours."
    )
    reminder_hours: int = _declare(
        default=48,
        ge=1,
        description="Hours after which a signature that was not confirmed is reminded of, once.",
    )
    check_links: bool = _declare(
        default=False,
        description="Look slowly, again and again, whether web addresses of sources still answer. "
        "Those sites see this server's address.",
    )
    dns_server: str = _declare(
        default="",
        description="Name server that is asked about organisations' domains, as `address` or "
        "`address@port`; empty: the system's own.",
    )
    dkim_selector: str = _declare(
        default="",
        description="Selector of the DKIM key that the mail server signs with: `doctor` looks for it.",
    )
    backup_days: int = _declare(
        default=3,
        ge=0,
        description="Days after which `doctor` calls the last backup too old; 0: others make the backups.",
    )
    metrics_token: str = _declare(
        default="",
        description="Secret with which programs read `/metrics`; empty: there is no such page.",
    )
    debug: bool = _declare(default=False, description="Developer's error pages. Never on a public address.")

    # Names of the settings that somebody gave a value.
    given: frozenset[str] = frozenset()

    @cached_property
    def keys_folder(self) -> Path:
        """The folder that holds keys, absolute; made so once, since that asks the file system."""
        return (self.keys or self.data / "keys").resolve()

    @property
    def host(self) -> str:
        """Host and port of the base URL, as in log origins."""
        return urlsplit(self.base_url).netloc

    @property
    def sender(self) -> str:
        """The From address of outgoing mail."""
        return self.email_from or f"undersigned@{self.mail_host}"

    @property
    def mail_host(self) -> str:
        """The site's name in mail; a bare IP address is no mail domain."""
        host = urlsplit(self.base_url).hostname or "localhost"
        with contextlib.suppress(ValueError):
            ipaddress.ip_address(host)
            host = "localhost"
        return host


Settings.model_fields = {
    one.name: Row(default=one.default, annotation=one.type, **one.metadata)
    for one in fields(Settings)
    if one.metadata
}


def _is_a_site(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an address like https://letters.example.org")
    return value.rstrip("/")


def _is_a_database(value: str) -> str:
    if value and urlsplit(value).scheme not in ("postgres", "postgresql", "sqlite"):
        raise ValueError("must be like postgres://user:password@host/name; leave it out for SQLite")
    return value


def _is_a_mail_server(value: str) -> str:
    if value and (urlsplit(value).scheme not in ("smtp", "smtps") or not urlsplit(value).hostname):
        raise ValueError("must be like smtp://user:password@host:587?tls=starttls")
    return value


def _is_a_time_zone(value: str) -> str:
    try:
        zoneinfo.ZoneInfo(value)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        raise ValueError("must be a time zone like UTC or Europe/Madrid") from None
    return value


def _are_networks(value: str) -> str:
    for part in filter(None, (part.strip() for part in value.split(","))):
        try:
            ipaddress.ip_network(part, strict=False)
        except ValueError:
            raise ValueError(f"{part} is no network like 10.0.0.0/8 or 127.0.0.1") from None
    return value


def _is_an_interface_language(value: str) -> str:
    if value not in ("en", "es", "fr", "ar"):
        raise ValueError("must be one of en, es, fr, ar")
    return value


# Each returns the value as it is used, or raises ValueError with what it must be.
CHECKS: dict[str, Callable[[str], str]] = {
    "base_url": _is_a_site,
    "database_url": _is_a_database,
    "email_url": _is_a_mail_server,
    "time_zone": _is_a_time_zone,
    "trusted_proxies": _are_networks,
    "language": _is_an_interface_language,
}


class _NotPlain(Exception):
    """A value that is wrong, or that takes more than a look to say that it is not."""


def from_files() -> dict[str, str]:
    """What `UNDERSIGNED_<NAME>_FILE` give: a setting's value is the content of that file."""
    found = {}
    for name in Settings.model_fields:
        path = os.environ.get(f"{PREFIX}{name.upper()}_FILE")
        if not path:
            continue
        try:
            found[name] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"{PREFIX}{name.upper()}_FILE names a file that cannot be read: {error}"
            ) from error
    return found


@lru_cache(maxsize=1)
def load() -> Settings:
    """The settings of this process, read once; raises SettingsError with one line that names the setting."""
    try:
        return _plainly()
    except _NotPlain:
        settings: Settings = importlib.import_module("undersigned.lib.env_checked").load()
        return settings


def _plainly() -> Settings:
    names = [name for name in os.environ if name.upper().startswith(PREFIX)]
    if f"{PREFIX}CONFIG" in names or any(name != name.upper() for name in names):
        raise _NotPlain
    values = from_files()
    for name in Settings.model_fields:
        value = os.environ.get(f"{PREFIX}{name.upper()}")
        if value:
            values[name] = value
    read = {name: _read(name, Settings.model_fields[name], value) for name, value in values.items()}
    return Settings(**read, given=frozenset(read))


def _read(name: str, row: Row, value: str) -> Any:
    """A value of its setting's kind; raises _NotPlain."""
    if not value.isascii():
        raise _NotPlain
    if row.annotation is int:
        return _number(row, value)
    if row.annotation is bool:
        if value not in _SWITCH:
            raise _NotPlain
        return _SWITCH[value]
    if row.annotation is not str:
        return Path(value)
    try:
        return CHECKS[name](value) if name in CHECKS else value
    except ValueError:
        raise _NotPlain from None


def _number(row: Row, value: str) -> int:
    if not value.isdigit() or len(value) > 12:
        raise _NotPlain
    number = int(value)
    if (row.ge is not None and number < row.ge) or (row.le is not None and number > row.le):
        raise _NotPlain
    return number
