"""What `fsck` asks of embargoes: no leaf before the reveal, and nothing shown or hidden by halves."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from undersigned.appeals.models import Appeal, Embargo
from undersigned.ledger import read
from undersigned.ledger.fsck import ERROR, Finding
from undersigned.signing.models import Signature


def check(appeal: Appeal) -> list[Finding]:
    """Everything that is wrong with the embargo of an appeal; empty where there is none."""
    embargo = Embargo.objects.filter(appeal=appeal).first()
    hidden = appeal.state == Appeal.State.EMBARGO
    if embargo is None:
        return (
            [_finding("no-end", _("the appeal is under embargo, and its end is not known"))] if hidden else []
        )
    return list(_check(appeal, embargo, hidden))


def _check(appeal: Appeal, embargo: Embargo, hidden: bool) -> Iterator[Finding]:
    log = read.log_of(appeal.public_id)
    if hidden and embargo.revealing_at is None:
        if log is not None:
            yield _finding(
                "early-log", _("the appeal is under embargo and has a log with %d leaves") % log.size
            )
        if Signature.objects.filter(appeal=appeal, leaf_index__isnull=False).exists():
            yield _finding("early-leaf", _("a signature under embargo is recorded already"))
    if hidden and log is not None and log.hidden_since is None:
        yield _finding("log-shown", _("the log is shown and the appeal is under embargo"))
    if hidden == (embargo.revealed_at is not None):
        yield _finding("half-revealed", _("the appeal's state and its embargo do not agree"))
    if not hidden and log is not None and log.hidden_since is not None:
        yield _finding("log-hidden", _("the appeal is public and its log is hidden"))


def _finding(code: str, message: str) -> Finding:
    return Finding(
        ERROR, f"embargo-{code}", message, _("restore a backup; do not publish before it is clear why")
    )
