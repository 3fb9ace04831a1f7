"""Scanners from Debian against the demonstration: `python -m attack.scan`, or `make attack`.

wapiti walks the public site and, with an organiser's session, the desk; sqlmap tries the addresses and forms
that search, filter or write. Ends with 1 when one of them found something that is not explained below.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from attack.served import Server, served_urls, server

# Those that ask other sites for their rules, or for an answer, are left out: the scan needs no network.
MODULES = (
    "backup,blindsql,cookieflags,crlf,csp,csrf,exec,file,htaccess,http_headers,methods,permanentxss,redirect,"
    "shellshock,sql,xss"
)
# What is found and is as it should be: the rule's name, what its finding says, and the reason.
EXPLAINED = (
    (
        "Secure Flag cookie",
        "",
        "the demonstration is served over plain http; over https the cookies are Secure",
    ),
    ("HTTP Secure Headers", "Strict-Transport-Security", "it is sent where the base URL is https"),
    (
        "HTTP Secure Headers",
        "X-XSS-Protection",
        "browsers have dropped it; the policy allows no inline script",
    ),
    (
        "Cross Site Request Forgery",
        "POST /appeals/",
        "no cookie, so no session to ride; other sites' posts are refused (tests/lib/test_cross_site.py)",
    ),
    (
        "Cross Site Request Forgery",
        "POST /desk/",
        "the form has a token under Django's name, and this scan saw that a POST without it is refused",
    ),
)


@dataclass(frozen=True)
class Found:
    """A scanner's finding."""

    tool: str
    rule: str
    where: str

    @property
    def reason(self) -> str:
        """Why it is none; empty where it is one."""
        known = (reason for rule, says, reason in EXPLAINED if rule == self.rule and says in self.where)
        return next(known, "")


def wapiti(site: Server, folder: Path, start: str, minutes: int) -> list[Found]:
    """What wapiti finds from one address on, signed in where it begins at the desk."""
    out = folder / f"wapiti{start.count('/')}.json"
    command = [
        "wapiti", "-u", f"{site.site.url}{start}", "--scope", "folder", "-m", MODULES, "-f", "json",
        "-o", str(out), "--flush-session", "--no-bugreport", "-S", "normal", "-v", "0",
        "--max-scan-time", str(minutes * 15),
        "--max-attack-time", str(minutes * 60 // len(MODULES.split(","))),
        "--max-links-per-page", "20", "--max-parameters", "12", "-d", "4", "-t", "10",
    ]  # fmt: skip
    if start.startswith("/desk/"):
        command += ["-H", f"Cookie: {site.cookie}"]
    with site.kept_signed_in():
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, timeout=minutes * 180,
            env={**os.environ, "HOME": str(folder)},
        )  # fmt: skip
    if not out.exists():
        raise SystemExit(f"wapiti wrote no report: {done.stderr[-1500:]}")
    told: dict[str, Any] = json.loads(out.read_text())
    found = [
        Found("wapiti", rule, f"{one['method']} {one['path']}: {one['info']}"[:300])
        for part in ("vulnerabilities", "anomalies")
        for rule, many in told[part].items()
        for one in many
    ]
    return found + [one for path in _forms_of(found) if (one := _unguarded(site, path))]


def _forms_of(found: list[Found]) -> set[str]:
    """The desk's addresses that wapiti calls unguarded."""
    named = (re.match(r"POST (/desk/[^:]*):", one.where) for one in found if "Forgery" in one.rule)
    return {match[1] for match in named if match}


def _unguarded(site: Server, path: str) -> Found | None:
    """Whether a form of the desk is taken without its token."""
    status, _body = site.ask("POST", path, b"x=1", Content_Type="application/x-www-form-urlencoded")
    return None if status == 403 else Found("scan", "a form is taken without its token", f"{path}: {status}")


def sqlmap(site: Server, folder: Path, address: str, data: str) -> list[Found]:
    """What sqlmap finds at one address."""
    command = [
        "sqlmap", "-u", f"{site.site.url}{address}", "--batch", "--level", "3", "--risk", "2",
        "--output-dir", str(folder / "sqlmap"), "--disable-coloring", "--flush-session",
        "--technique", "BEU", "--ignore-code", "*", "--timeout", "20",
    ]  # fmt: skip
    if data:
        command += ["--data", data]
    if address.startswith("/desk/"):
        command += ["--cookie", site.cookie, "--csrf-token", "csrfmiddlewaretoken"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=900)
    if "do not appear to be injectable" not in done.stdout and "Parameter: " not in done.stdout:
        return [
            Found("sqlmap", "did not come to an end", f"{address}: {done.stdout[-600:]} {done.stderr[-300:]}")
        ]
    rows = re.findall(r"^Parameter: .*$|is vulnerable.*$", done.stdout, re.MULTILINE)
    return [Found("sqlmap", "SQL injection", f"{address}: {row}") for row in rows]


def main() -> int:
    """Prints what was tried and found; 1 where something is not explained."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--minutes", type=int, default=10, help="time of each of wapiti's two rounds, roughly"
    )
    parser.add_argument("--only", choices=("wapiti", "sqlmap"))
    asked = parser.parse_args()
    minutes = asked.minutes
    missing = [name for name in ("wapiti", "sqlmap") if shutil.which(name) is None]
    if missing:
        print(f"{' and '.join(missing)} must be installed (Debian: apt-get install)", file=sys.stderr)
        return 2
    found: list[Found] = []
    with tempfile.TemporaryDirectory(prefix="undersigned-scan-") as name, server() as site:
        for start in ("/", "/desk/") if asked.only != "sqlmap" else ():
            found += _timed(f"wapiti from {start}", partial(wapiti, site, Path(name), start, minutes))
        for address, data in served_urls(site) if asked.only != "wapiti" else ():
            found += _timed(f"sqlmap {address[:70]}", partial(sqlmap, site, Path(name), address, data))
        fault = site.tracebacks()
    return _report(found, fault)


def _timed(what: str, run: Any) -> list[Found]:
    began = time.monotonic()
    found: list[Found] = run()
    told = Counter(f"{one.rule}{' (explained)' if one.reason else ''}" for one in found)
    print(f"{what}: {time.monotonic() - began:.0f} s, {dict(told) or 'nothing found'}", flush=True)
    return found


def _report(found: list[Found], fault: str) -> int:
    for one in sorted(set(found), key=lambda one: (one.reason, one.tool, one.rule)):
        print(
            f"{'explained' if one.reason else 'FOUND'}: {one.tool}: {one.rule}: {one.where}\n    {one.reason}"
        )
    if fault:
        print(f"the server wrote down a fault of its own:\n{fault}", file=sys.stderr)
    return 1 if fault or any(not one.reason for one in found) else 0


if __name__ == "__main__":
    sys.exit(main())
