"""The demonstration, served in a folder of its own for an attack, with an organiser signed in."""

import contextlib
import http.client
import re
import secrets
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from tests.installation import Installation, free_port, settings_of

# What would end the session, or take the appeal away that the other cases are about.
LEFT_ALONE = re.compile(r"logout|/close/|password|/outbox/|email/")
_SIGNED_IN = """
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from undersigned.accounts.models import Membership, Role
user = Membership.objects.filter(role=Role.OWNER).first().user
# Nobody can sign in as the people of the demonstration unless they are let.
user.is_active = True
user.save()
session = import_module(settings.SESSION_ENGINE).SessionStore(KEY or None)
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save(must_create=True) if KEY else session.create()
print(session.session_key)
"""


@dataclass
class Form:
    """A form of a page: where it goes, and its fields with what stands in them."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)


class _Page(HTMLParser):
    """Links and forms of a page."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.links: set[str] = set()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes what leads on."""
        told = {name: value or "" for name, value in attrs}
        if tag == "a" and told.get("href", "").startswith(("/", "?")):
            self.links.add(urljoin(self.address, told["href"]).partition("#")[0])
        elif tag == "form":
            action = urlsplit(urljoin(self.address, told.get("action", "") or self.address)).path
            self.forms.append(Form(action, told.get("method", "get").upper()))
        elif self.forms and told.get("name") and tag in ("input", "select", "textarea", "button"):
            if told.get("type") == "file":
                self.forms[-1].files.append(told["name"])
            else:
                self.forms[-1].fields.setdefault(told["name"], told.get("value", ""))


class Server:
    """The demonstration, served for the attack."""

    def __init__(self, site: Installation) -> None:
        self.site = site
        self.cookie = ""
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        """One request; status and body."""
        signed_in = {"Cookie": self.cookie} if path.startswith("/desk/") else {}
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        for last in (False, True):
            connection = self._connection or http.client.HTTPConnection(
                "127.0.0.1", self.site.port, timeout=60
            )
            try:
                connection.request(method, path, body or None, signed_in | told)
                answer = connection.getresponse()
                data = answer.read()
            except (OSError, http.client.HTTPException):
                connection.close()
                self._connection = None
                # A kept connection may have been ended; a fresh one must not.
                if last:
                    raise
            else:
                self._connection = None if answer.will_close else connection
                return answer.status, data
        raise AssertionError("unreachable")

    def crawl(self, most: int = 400) -> None:
        """Finds the forms and addresses, of one of each kind."""
        waiting, kinds, forms = ["/", "/desk/", "/confirm/", "/how/"], set[str](), {}
        while waiting and len(self.links) < most:
            address = waiting.pop(0)
            kind = re.sub(r"\d+|[0-9a-f]{64}|=[^&]*", "N", address)
            if kind in kinds or LEFT_ALONE.search(address):
                continue
            kinds.add(kind)
            self.links.append(address)
            status, body = self.ask("GET", address)
            assert status < 500, f"{status} at {address}"
            page = _Page(address)
            page.feed(body.decode("utf-8", "replace"))
            waiting += sorted(page.links)
            for form in page.forms:
                if not LEFT_ALONE.search(form.action):
                    acts = form.fields.get("act", "") + ",".join(sorted(form.fields))
                    forms[form.method, re.sub(r"\d+", "N", form.action), acts] = form
        self.forms = list(forms.values())

    @contextlib.contextmanager
    def kept_signed_in(self) -> Iterator[None]:
        """While it lasts, a session that a scanner ends by following every link begins again."""
        key = self.cookie.partition("=")[2].partition(";")[0]
        over = threading.Event()
        other = Server(self.site)
        other.cookie = self.cookie

        def keep() -> None:
            while not over.wait(3):
                with contextlib.suppress(OSError, AssertionError, http.client.HTTPException):
                    if other.ask("GET", "/desk/")[0] != 200:
                        self.site.python(f"KEY = {key!r}" + _SIGNED_IN)

        keeper = threading.Thread(target=keep, daemon=True)
        keeper.start()
        try:
            yield
        finally:
            over.set()
            keeper.join(30)

    def tracebacks(self) -> str:
        """What the server wrote down of faults of its own."""
        said = "".join(path.read_text(errors="replace") for path in self.site.folder.glob("process-*.log"))
        place = said.find("Traceback (most recent call last)")
        return said[place : place + 3000] if place >= 0 else ""


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """The demonstration in a folder of its own, with an organiser signed in, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="undersigned-attack-") as name:
        port = free_port()
        site = Installation(Path(name), port, settings_of(Path(name), port, ""))
        site.environment |= {
            f"UNDERSIGNED_{which}_LIMIT": "1000000000" for which in ("SIGN", "DOMAIN", "APPEAL")
        }
        site.environment["UNDERSIGNED_BASE_URL"] = site.url
        for command in ("migrate", "demo"):
            done = site.run(command, timeout=300)
            assert done.code == 0, done.err
        key = site.python("KEY = ''" + _SIGNED_IN).out.strip()
        try:
            site.serve("--only-web")
            found = Server(site)
            mark = secrets.token_hex(16)
            found.cookie = f"sessionid={key}; csrftoken={mark}"
            found.crawl()
            yield found
        finally:
            site.kill_all()


def served_urls(site: Server) -> list[tuple[str, str]]:
    """Addresses and form data that reach the database with what a visitor types."""
    return [
        ("/appeals/lamp/names/?q=holt&after=x", ""),
        ("/appeals/lamp/variants/?a=en.1&b=en.2", ""),
        ("/appeals/lamp/cases/?q=a&state=x&kind=person&place=b", ""),
        ("/api/v1/appeals/lamp/cases?q=a&after=x", ""),
        ("/api/v1/appeals?after=lamp", ""),
        (
            "/appeals/lamp/en/sign",
            "name=Some+One&email=some%40people.example&display=name&place=x&country=ES",
        ),
        ("/confirm/", "code=AAAAA-AAAAA"),
        ("/desk/appeals/lamp/carriers/?state=sent&q=a%40b.example&after=1", ""),
        ("/desk/appeals/lamp/roll/?q=holt&after=1&state=recorded", ""),
    ]
