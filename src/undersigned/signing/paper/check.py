"""Whether what is known of paper agrees with itself, with the files and with the log."""

import hashlib
from collections.abc import Iterator

from django.db.models import Count, F, Q
from django.utils.translation import gettext as _

from undersigned.appeals.models import Appeal
from undersigned.ledger.fsck import ERROR, WARNING, Finding
from undersigned.ledger.models import Log
from undersigned.lib.keys import KeyMissing
from undersigned.lib.vault import VaultError
from undersigned.signing.models import Gathering, PaperLine, RecordedVersion
from undersigned.signing.paper import scans
from undersigned.tlog import leaf as leaves_of


def check(log: Log) -> list[Finding]:
    """Everything that is wrong with the paper of a log's appeal; changes nothing."""
    appeal = Appeal.objects.filter(public_id=log.appeal_id).first()
    if appeal is None:
        return []
    return [*_leaves(log, appeal), *_counts(appeal), *_files(appeal), *_second_lines(appeal)]


def _name(gathering: Gathering) -> str:
    if gathering.sheet is None:
        return _("list %(number)s") % {"number": gathering.pk}
    return _("sheet %(number)s") % {"number": gathering.sheet.number}


def _leaves(log: Log, appeal: Appeal) -> Iterator[Finding]:
    places = dict(
        RecordedVersion.objects.filter(version__text__appeal=appeal).values_list("version", "leaf_index")
    )
    told = Gathering.objects.filter(appeal=appeal, leaf_index__isnull=False).select_related("sheet")
    for one in told.order_by("pk").iterator():
        found = log.leaves.filter(index=one.leaf_index or 0).values_list("entry", flat=True).first()
        text = places.get(one.version_id)
        if (
            found is None
            or text is None
            or bytes(found) != leaves_of.encode(leaves_of.Sheet(one.digest, text))
        ):
            yield Finding(
                ERROR,
                "sheet-leaf",
                _("%(what)s: leaf %(index)s of the log is not its leaf")
                % {"what": _name(one), "index": one.leaf_index},
                _("restore the newest backup, then run `undersigned fsck --mend`"),
            )


def _counts(appeal: Appeal) -> Iterator[Finding]:
    counted = Count("paper_lines", filter=Q(paper_lines__state=PaperLine.State.COUNTED))
    wrong = Gathering.objects.filter(
        appeal=appeal, state__in=[Gathering.State.COUNTING, Gathering.State.COUNTED, Gathering.State.CHECKING]
    )
    for one in wrong.select_related("sheet").annotate(counted=counted).exclude(verified=F("counted")):
        yield Finding(
            ERROR,
            "sheet-count",
            _("%(what)s: %(said)s lines are said to count, and %(counted)s do")
            % {"what": _name(one), "said": one.verified, "counted": one.counted},
            _("report this: no act of the desk leads there"),
        )


def _files(appeal: Appeal) -> Iterator[Finding]:
    for one in Gathering.objects.filter(appeal=appeal, is_kept=True).select_related("sheet").iterator():
        digest = hashlib.sha256()
        try:
            for piece in scans.read(appeal, one.mark):
                digest.update(piece)
            good = digest.hexdigest() == one.sha256
        except (FileNotFoundError, VaultError, KeyMissing):
            good = False
        if not good:
            yield Finding(
                WARNING,
                "scan",
                _("%(what)s: the kept file is missing or damaged") % {"what": _name(one)},
                _("put the folder of kept files, and the keys, of a backup back"),
            )


def _second_lines(appeal: Appeal) -> Iterator[Finding]:
    """A line that counts has a signature; one whose signature was erased is erased itself."""
    lone = PaperLine.objects.filter(appeal=appeal, state=PaperLine.State.COUNTED, signature__isnull=True)
    for row in lone.select_related("gathering__sheet")[:100]:
        yield Finding(
            ERROR,
            "sheet-line",
            _("%(what)s, line %(line)s counts without a signature")
            % {"what": _name(row.gathering), "line": row.number},
            _("report this: no act of the desk leads there"),
        )
