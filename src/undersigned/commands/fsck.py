"""`undersigned fsck`: is every log whole, and does everything that is known of it agree?"""

import argparse
import json
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from undersigned.appeals.models import Appeal
from undersigned.commands import BadInput
from undersigned.ledger.errors import LedgerError
from undersigned.ledger.fsck import ERROR, Finding, fsck, unknown, unknown_logs
from undersigned.ledger.mend import mend, rescue
from undersigned.ledger.models import Log
from undersigned.lib import clock
from undersigned.lib.keys import KeyMissing
from undersigned.signing import embargo_check, mended, reveal
from undersigned.signing.organisations import tidy
from undersigned.signing.paper import check
from undersigned.signing.vouch import fsck as vouched
from undersigned.tlog.audit import Fetch
from undersigned.tlog.errors import TlogError
from undersigned.tlog.sources import Web
from undersigned.tlog.targets import BadInput as NoTarget
from undersigned.tlog.targets import from_folder, from_url

HELP = "Rebuild every log from its public files and compare it with the database and the signer."


@dataclass(slots=True)
class _Result:
    log: str
    mended: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("log", nargs="?", metavar="SLUG|LOG", help="one appeal's log; default: all logs")
    parser.add_argument(
        "--mend",
        action="store_true",
        help="adopt published leaves that the database lacks, write damaged files again, publish",
    )
    parser.add_argument(
        "--from",
        dest="source",
        metavar="URL|FOLDER",
        help="with --mend: a copy of the published files, where the log's own are lost",
    )
    parser.add_argument("--json", action="store_true", help="print the findings for programs")


def run(options: argparse.Namespace) -> int:
    """0 when nothing was found, 1 when something was. Raises BadInput."""
    names = _names(options.log)
    if options.source and (not options.mend or len(names) != 1):
        raise BadInput(_("--from needs --mend and the name of one log"))
    results = [_check(name, mending=options.mend, source=options.source) for name in names]
    ok = not any(result.findings for result in results)
    if options.json:
        sys.stdout.write(json.dumps({"ok": ok, "logs": [asdict(result) for result in results]}) + "\n")
    else:
        sys.stdout.write("".join(_lines(result) for result in results) or _("there is no log yet") + "\n")
    return 0 if ok else 1


def _names(name: str | None) -> list[str]:
    known = list(Log.objects.order_by("pk").values_list("appeal_id", flat=True)) + unknown_logs()
    # An appeal under embargo has no log, and that is what has to be looked at.
    unseen = Appeal.objects.filter(state=Appeal.State.EMBARGO).exclude(public_id__in=known)
    known += unseen.order_by("pk").values_list("public_id", flat=True)
    if name is None:
        return known
    log = Appeal.objects.filter(slug=name).values_list("public_id", flat=True).first() or name
    if log not in known:
        raise BadInput(_("there is no log of %s") % name)
    return [log]


def _check(name: str, *, mending: bool, source: str | None) -> _Result:
    result = _Result(name)
    try:
        log = Log.objects.filter(appeal_id=name).first()
        appeal = Appeal.objects.filter(public_id=name).first()
        if log is None and name not in unknown_logs():
            result.findings = embargo_check.check(appeal) if appeal else []
            return result
        if log is None and not mending:
            result.findings.append(unknown(name))
            return result
        if log is None:
            log = rescue(name)
            reveal.hide_rescued(log, clock.now())
        if mending:
            result.mended = mend(log, _fetch(source, log) if source else None)
            ended = mended.after_mending(log)
            if ended:
                result.mended.append(_("signatures ended that the log had undone: %s") % ended)
        result.findings = [*fsck(log), *check.check(log), *vouched.findings(log), *_organisations(name)]
        result.findings += embargo_check.check(appeal) if appeal else []
    except (LedgerError, KeyMissing, TlogError) as error:
        result.findings.append(
            Finding(ERROR, "stopped", str(error), _("see docs/explanation/publication.md"))
        )
    return result


def _organisations(name: str) -> list[Finding]:
    """Organisations whose rows contradict their signatures."""
    appeal = Appeal.objects.filter(public_id=name).first()
    advice = _("restore a backup, or strike the organisation out at the desk")
    return [Finding(ERROR, "organisation", said, advice) for said in tidy.unfit(appeal)] if appeal else []


def _fetch(source: str, log: Log) -> Fetch:
    """The one place of a source that holds this log; TlogError says why there is none."""
    try:
        found = from_url(source, Web()) if "://" in source else from_folder(Path(source))
    except NoTarget as error:
        raise BadInput(str(error)) from error
    for target in found:
        if target.origin in (None, log.origin):
            return target.fetch
    raise BadInput(
        _("%(source)s does not hold the log %(origin)s") % {"source": source, "origin": log.origin}
    )


def _lines(result: _Result) -> str:
    lines = [f"{result.log}: {_('in order') if not result.findings else _('not in order')}"]
    lines += [f"  {line}" for line in result.mended]
    for finding in result.findings:
        lines += [f"  {finding.severity}: {finding.message} [{finding.code}]", f"    {finding.advice}"]
    return "\n".join(lines) + "\n"
