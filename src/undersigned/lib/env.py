"""The settings table: every setting's name, type, default and help, declared once.

Values come from the environment as `UNDERSIGNED_<NAME>`; any of them may come from a file named by
`UNDERSIGNED_<NAME>_FILE` (for secrets mounted by systemd or a container), and from the TOML file
named by `UNDERSIGNED_CONFIG`. Command help, documentation and checks read this table.
"""

import contextlib
import ipaddress
import os
import zoneinfo
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

PREFIX = "UNDERSIGNED_"
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


class SettingsError(Exception):
    """A setting has a value that cannot be used; the message names the setting and says what to do."""


class _FileSource(PydanticBaseSettingsSource):
    """Reads `UNDERSIGNED_<NAME>_FILE`: the setting's value is the content of that file."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        path = os.environ.get(f"{PREFIX}{field_name.upper()}_FILE")
        if not path:
            return None, field_name, False
        try:
            return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"{PREFIX}{field_name.upper()}_FILE names a file that cannot be read: {error}"
            ) from error

    def __call__(self) -> dict[str, Any]:
        found = {}
        for name, field in self.settings_cls.model_fields.items():
            value, key, _ = self.get_field_value(field, name)
            if value is not None:
                found[key] = value
        return found


class Settings(BaseSettings):
    """All settings of one installation; see `docs/reference/settings.md`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", env_ignore_empty=True)

    data: Path = Field(
        default=Path("data"), description="Folder for the database, keys, ledger files and outbox."
    )
    keys: Path | None = Field(
        default=None,
        description="Folder for the keys; default: `keys` inside the data folder. Never part of a backup.",
    )
    secret_key: str = Field(
        default="",
        description="Secret for sessions and mail links; default: made once and kept in the keys folder.",
    )
    base_url: str = Field(
        default="http://127.0.0.1:8000", description="Public address of this site, without a trailing slash."
    )
    database_url: str = Field(
        default="", description="`postgres://user:password@host/name`; default: SQLite in the data folder."
    )
    email_url: str = Field(
        default="",
        description="`smtp://user:password@host:587?tls=starttls` or `smtps://…`; default: the local outbox.",
    )
    email_from: str = Field(
        default="",
        description="Sender of outgoing mail; default: `undersigned@` and the host of the base URL.",
    )
    site_name: str = Field(default="Undersigned", description="Name shown in headers and mails.")
    language: str = Field(
        default="en", description="Language of pages that belong to no text: en, es, fr or ar."
    )
    source_url: str = Field(
        default="",
        description="Where visitors find the source code that this site runs, as the AGPL asks.",
    )
    time_zone: str = Field(default="UTC", description="Time zone for dates on pages, e.g. `Europe/Madrid`.")
    bind: str = Field(default="127.0.0.1", description="Address that `serve` listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port that `serve` listens on.")
    web_workers: int = Field(default=1, ge=1, le=64, description="Web processes that `serve` starts.")
    web_threads: int = Field(default=16, ge=1, le=256, description="Threads for Django in each web process.")
    trusted_proxies: str = Field(
        default="",
        description="Networks of reverse proxies, separated by commas, whose X-Forwarded-For is believed.",
    )
    sign_limit: int = Field(
        default=30,
        ge=0,
        description="Signatures accepted per client network and minute; 0 switches the limit off.",
    )
    unproved_limit: int = Field(
        default=5,
        ge=1,
        description="The same without a proof of work, for appeals that ask for one.",
    )
    domain_limit: int = Field(
        default=300,
        ge=0,
        description="Signatures accepted per mail domain and minute; 0 switches the limit off.",
    )
    large_domains: str = Field(
        default=LARGE_DOMAINS,
        description="Mail domains of the general public, separated by commas: a hundred times as many.",
    )
    appeal_limit: int = Field(
        default=20_000,
        ge=0,
        description="Signatures accepted per appeal and minute; 0 switches the limit off.",
    )
    proof_work: int = Field(
        default=100_000,
        ge=1,
        le=100_000_000,
        description="Digests that a proof of work takes at most, twice the mean, where an appeal asks for one.",
    )
    mails_per_address: int = Field(
        default=4, ge=1, description="Mails about signatures that one address may be sent in 24 hours."
    )
    reminder_hours: int = Field(
        default=48,
        ge=1,
        description="Hours after which a signature that was not confirmed is reminded of, once.",
    )
    debug: bool = Field(default=False, description="Developer's error pages. Never on a public address.")

    @field_validator("base_url")
    @classmethod
    def _is_a_site(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be an address like https://letters.example.org")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _is_a_database(cls, value: str) -> str:
        if value and urlsplit(value).scheme not in ("postgres", "postgresql", "sqlite"):
            raise ValueError("must be like postgres://user:password@host/name; leave it out for SQLite")
        return value

    @field_validator("email_url")
    @classmethod
    def _is_a_mail_server(cls, value: str) -> str:
        if value and (urlsplit(value).scheme not in ("smtp", "smtps") or not urlsplit(value).hostname):
            raise ValueError("must be like smtp://user:password@host:587?tls=starttls")
        return value

    @field_validator("time_zone")
    @classmethod
    def _is_a_time_zone(cls, value: str) -> str:
        try:
            zoneinfo.ZoneInfo(value)
        except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
            raise ValueError("must be a time zone like UTC or Europe/Madrid") from None
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        for part in filter(None, (part.strip() for part in value.split(","))):
            try:
                ipaddress.ip_network(part, strict=False)
            except ValueError:
                raise ValueError(f"{part} is no network like 10.0.0.0/8 or 127.0.0.1") from None
        return value

    @field_validator("language")
    @classmethod
    def _is_an_interface_language(cls, value: str) -> str:
        if value not in ("en", "es", "fr", "ar"):
            raise ValueError("must be one of en, es, fr, ar")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        sources: tuple[PydanticBaseSettingsSource, ...] = (
            init_settings,
            env_settings,
            _FileSource(settings_cls),
        )
        config = os.environ.get(f"{PREFIX}CONFIG")
        if config:
            sources += (TomlConfigSettingsSource(settings_cls, toml_file=Path(config)),)
        return sources

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


@lru_cache(maxsize=1)
def load() -> Settings:
    """The settings of this process, read once; raises SettingsError with one line that names the setting."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"{PREFIX}{str(first['loc'][0]).upper()}" if first["loc"] else PREFIX
        raise SettingsError(f"{name}: {first['msg'].removeprefix('Value error, ')}") from error
