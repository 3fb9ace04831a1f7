"""Web domains of organisations: what is one, and whose it may be."""

import re
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from email_validator import EmailNotValidError, validate_email

from undersigned.lib import env
from undersigned.lib.fields import FieldError

DOMAIN_MAX = 253
_RAW_MAX = 300
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
# Under these names everybody has one of their own, so that no organisation is their holder. A second level
# below a country that sells names there, as in `co.uk`, is found by its form.
_NAMES = (
    "blogspot.com fc2.com github.io gitlab.io google.com netlify.app pages.dev substack.com tumblr.com "
    "vercel.app web.app weebly.com wixsite.com wordpress.com hey.com fastmail.com fastmail.fm zoho.com "
    "mail.com gmx.com gmx.at gmx.ch tutanota.com tuta.com tuta.io riseup.net disroot.org pm.me ymail.com "
    "rocketmail.com outlook.es hushmail.com mailfence.com startmail.com runbox.com inbox.com yandex.com "
    "hotmail.de live.fr live.co.uk arcor.de eu.org"
)
_SHARED = frozenset(_NAMES.split())
_LEVELS = "ac asso co com edu gen go gob gouv gov gub ne net nom or org sch"
_SECOND_LEVEL = frozenset(_LEVELS.split())


def clean_domain(value: Any) -> str:
    """A web domain in ASCII as DNS has it, from a name or a whole address; raises FieldError, nothing else.

    `https://www.Example.org/about` is read as `example.org`: what a browser shows may be pasted.
    """
    if value is None or value == "":
        raise FieldError(_("Please fill in this field."))
    if not isinstance(value, str) or len(value) > _RAW_MAX:
        raise FieldError(_not_one())
    text = value.strip()
    if not text:
        raise FieldError(_("Please fill in this field."))
    if scheme := _SCHEME.match(text):
        if scheme.group().lower() not in ("http://", "https://"):
            raise FieldError(_not_one())
        text = text[scheme.end() :]
    text = re.split(r"[/?#]", text, maxsplit=1)[0].rstrip(".")
    if re.search(r"[\s@:\\%\[\]_]", text):
        raise FieldError(_not_one())
    found = _ascii(text)
    bare = found.removeprefix("www.")
    found = bare if "." in bare else found
    if is_shared(found):
        raise FieldError(
            _("Under this domain everybody can have an address. Please write one of the organisation's own.")
        )
    return found


def _ascii(text: str) -> str:
    try:
        checked = validate_email(f"a@{text}", check_deliverability=False, test_environment=True)
    except (EmailNotValidError, ValueError):
        raise FieldError(_not_one()) from None
    found = checked.ascii_domain.lower()
    if "." not in found or len(found) > DOMAIN_MAX or found.rpartition(".")[2].isdigit():
        raise FieldError(_not_one())
    return found


def _not_one() -> str:
    return _("This is not a web domain; it should look like example.org.")


def is_shared(domain: str) -> bool:
    """Whether a domain is a mail provider's or another's under which everybody can have an address."""
    shared = _free_mail(env.load().large_domains) | _SHARED
    if any(".".join(parts) in shared for parts in _ends(domain)):
        return True
    first, _dot, top = domain.partition(".")
    return len(top) == 2 and "." not in top and first in _SECOND_LEVEL


def _ends(domain: str) -> list[list[str]]:
    """The domain's labels, then those without the first, and so on."""
    labels = domain.split(".")
    return [labels[place:] for place in range(len(labels))]


@lru_cache(maxsize=4)
def _free_mail(names: str) -> frozenset[str]:
    # Whoever shortens the setting changes how many may sign in a minute, not whose a domain is.
    both = f"{env.LARGE_DOMAINS},{names}"
    return frozenset(name.strip().lower() for name in both.split(",") if name.strip())


def holds(domain: str, email: str) -> bool:
    """Whether an address is at the domain or at one below it."""
    try:
        checked = validate_email(email, check_deliverability=False, test_environment=True)
    except (EmailNotValidError, ValueError):
        return False
    there = checked.ascii_domain.lower()
    return there == domain or there.endswith(f".{domain}")


def readable(domain: str) -> str:
    """The domain as people write it; where that fails, as DNS has it."""
    try:
        return validate_email(f"a@{domain}", check_deliverability=False, test_environment=True).domain
    except (EmailNotValidError, ValueError):
        return domain
