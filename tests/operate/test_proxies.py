"""The configurations of the how-to pages, run as they stand there: people sign through nginx and Caddy."""

import http.client
import json
import os
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.installation import PROJECT, Installation, free_port

pytestmark = pytest.mark.database

DOCUMENTED = "letters.example.org"
HOST = "localhost"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
# Forged by visitors, who must not be counted as this one.
FORGED = "203.0.113.9"


@dataclass(frozen=True)
class Proxy:
    """A proxy that runs in front of a site."""

    port: int
    authority: Path

    def ask(
        self, method: str, path: str, *, source: str, body: str = "", **headers: str
    ) -> tuple[int, bytes]:
        """Asks as a visitor with an address of this machine's network 127.0.0.0/8."""
        context = ssl.create_default_context(cafile=str(self.authority))
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=20, source_address=(source, 0), context=context
        )
        # The certificate is for the name, the connection to the address.
        connection._context.check_hostname = False  # type: ignore[attr-defined]
        try:
            kept = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, {"Host": HOST, **(FORM if body else {}), **kept})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def sign(self, number: int, *, source: str, **headers: str) -> int:
        """Signs the demonstration appeal; the status."""
        fields = {
            "name": f"Signer {'abcdefgh'[number]}",
            "email": f"p{number}@people.example",
            "display": "name",
        }
        return self.ask("POST", "/appeals/lamp/en/sign", source=source, body=urlencode(fields), **headers)[0]


def certificate(folder: Path) -> tuple[Path, Path]:
    """A key and a certificate of the test's own."""
    key, pem = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-days", "90",         "-keyout", key, "-out", pem, "-subj", f"/CN={HOST}",
         "-addext", f"subjectAltName=DNS:{HOST},IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    return key, pem


def documented(page: str, language: str) -> str:
    """The configuration that a how-to page tells operators to use."""
    text = (PROJECT / "docs" / "howto" / page).read_text(encoding="utf-8")
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return str(found)


def put(text: str, **changes: str) -> str:
    """The text with every named piece replaced; each must be there."""
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def nginx(folder: Path, site: int, port: int, key: Path, pem: Path) -> list[str]:
    letsencrypt = f"/etc/letsencrypt/live/{DOCUMENTED}"
    server = put(
        documented("nginx.md", "nginx"),
        **{
            "listen 80;": f"listen 127.0.0.1:{free_port()};",
            "listen [::]:80;": "",
            "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
            "listen [::]:443 ssl;": "",
            f"server_name {DOCUMENTED}": f"server_name {HOST}",
            f"{letsencrypt}/fullchain.pem": str(pem),
            f"{letsencrypt}/privkey.pem": str(key),
            "/var/log/nginx/undersigned.log": str(folder / "error.log"),
            "http://127.0.0.1:8000": f"http://127.0.0.1:{site}",
        },
    )
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    # Its workers may otherwise not write where the test may.
    user = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user}pid {folder}/pid;\nerror_log {folder}/main.log;\ndaemon off;\nworker_processes 1;\n"
        f"events {{}}\nhttp {{\n{temporary}{server}}}\n"
    )
    return ["-e", str(folder / "main.log"), "-p", str(folder), "-c", str(folder / "nginx.conf")]


def caddy(folder: Path, site: int, port: int, key: Path, pem: Path) -> list[str]:
    config = put(
        documented("caddy.md", "caddy"),
        **{
            f"{DOCUMENTED} {{\n": f"https://{HOST}:{port} {{\n\tbind 127.0.0.1\n\ttls {pem} {key}\n",
            "127.0.0.1:8000": f"127.0.0.1:{site}",
        },
    )
    general = f"{{\n\tadmin off\n\tauto_https disable_redirects\n\tstorage file_system {folder}\n}}\n"
    (folder / "Caddyfile").write_text(general + config)
    return ["run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


@pytest.fixture(params=["nginx", "caddy"])
def proxy(request: pytest.FixtureRequest, tmp_path: Path, demo_installation: Installation) -> Iterator[Proxy]:
    program = shutil.which(request.param) or shutil.which(f"/usr/sbin/{request.param}")
    if program is None or shutil.which("openssl") is None:
        pytest.skip(f"{request.param} is not installed: `make proxies` installs it and runs this")
    folder = tmp_path / "proxy"
    folder.mkdir()
    key, pem = certificate(folder)
    made = {"nginx": nginx, "caddy": caddy}[request.param]
    port = free_port()
    demo_installation.environment |= {
        "UNDERSIGNED_BASE_URL": f"https://{HOST}", "UNDERSIGNED_TRUSTED_PROXIES": "127.0.0.1",
        "UNDERSIGNED_SIGN_LIMIT": "2",
    }  # fmt: skip
    demo_installation.serve("--only-web")
    with (folder / "output.log").open("w") as log:
        running = subprocess.Popen(
            [program, *made(folder, demo_installation.port, port, key, pem)],
            stdout=log, stderr=log, cwd=folder, env={"PATH": "/usr/bin:/usr/sbin", "HOME": str(folder)},
        )  # fmt: skip
    try:
        found = Proxy(port, pem)
        await_answer(found, running, folder / "output.log")
        yield found
    finally:
        running.terminate()
        running.wait(20)


def await_answer(proxy: Proxy, running: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        assert running.poll() is None, log.read_text()
        try:
            assert proxy.ask("GET", "/healthz", source="127.0.0.1")[0] == 200
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(log.read_text())


def test_people_sign_through_it_and_are_told_apart(proxy: Proxy, demo_installation: Installation) -> None:
    assert [proxy.sign(number, source="127.0.0.5") for number in range(3)] == [303, 303, 429]
    # A second visitor is another, and nobody becomes another by saying so.
    assert proxy.sign(3, source="127.0.0.6") == 303
    assert proxy.sign(4, source="127.0.0.5", X_Forwarded_For=FORGED) == 429
    # Past the proxy, from an address that is none: what is claimed is not believed.
    straight = http.client.HTTPConnection(
        "127.0.0.1", demo_installation.port, timeout=20, source_address=("127.0.0.7", 0)
    )
    for forged, status in (("127.0.0.8", 303), ("127.0.0.9", 303), ("127.0.0.10", 429)):
        fields = urlencode({"name": "Some One", "email": f"{forged}@people.example", "display": "name"})
        straight.request(
            "POST", "/appeals/lamp/en/sign", fields, {**FORM, "Host": HOST, "X-Forwarded-For": forged}
        )
        answer = straight.getresponse()
        answer.read()
        assert answer.status == status, forged
    straight.close()
    assert proxy.ask("GET", "/metrics", source="127.0.0.1")[0] == 404
    # Larger than proxies take unless they are told: the desk keeps scans.
    large = proxy.ask("POST", "/desk/appeals/lamp/sources/x/keep/", source="127.0.0.1", body="x" * 1_200_000)
    assert large[0] in (302, 403), large
    assert json.loads(proxy.ask("GET", "/readyz", source="127.0.0.1")[1])["ready"]
    _look_through(proxy, demo_installation)


def _look_through(proxy: Proxy, site: Installation) -> None:
    """`doctor` asks through the proxy and says what is wrong with what comes."""

    def doctor(**settings: str) -> str:
        through = {"base_url": f"https://{HOST}:{proxy.port}", **settings}
        ran = site.run("doctor", settings=through, timeout=90)
        return "\n".join(line for line in ran.out.splitlines() if " proxy " in line)

    assert "certificate" in doctor()
    site.environment["SSL_CERT_FILE"] = str(proxy.authority)
    assert "nobody can claim to be somebody else" in doctor()
    assert "UNDERSIGNED_TRUSTED_PROXIES=127.0.0.1" in doctor(trusted_proxies="10.0.0.0/8")
