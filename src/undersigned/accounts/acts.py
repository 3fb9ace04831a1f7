"""What acts and their details are called where people read the record; a test finds those without words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from undersigned.accounts.models import Role

_IN = "detail of an act"

ACTS: Mapping[str, Promise] = {
    "team.found": _("founded the team"),
    "team.rename": _("renamed the team"),
    "team.invite": _("invited somebody"),
    "team.uninvite": _("took an invitation back"),
    "team.join": _("joined the team"),
    "team.role": _("changed a member's role"),
    "team.remove": _("removed a member"),
    "team.leave": _("left the team"),
    "appeal.create": _("started an appeal"),
    "appeal.settings": _("changed an appeal's settings"),
    "appeal.open": _("opened an appeal for signature"),
    "embargo.begin": _("put an appeal under embargo"),
    "embargo.change": _("changed the end of an embargo"),
    "embargo.end": _("ended an embargo"),
    "appeal.close": _("closed an appeal"),
    "appeal.delete": _("deleted an appeal"),
    "appeal.erase": _("erased contact data whose time had ended"),
    "first.invite": _("invited first signatories"),
    "first.ask": _("asked a first signatory again"),
    "first.remove": _("took a first signatory off the list"),
    "first.move": _("moved a first signatory"),
    "first.sort": _("put the first signatories into alphabetical order"),
    "signature.strike": _("struck a signature out"),
    "organisation.approve": _("let an organisation sign"),
    "organisation.refuse": _("refused an organisation"),
    "organisation.strike": _("struck an organisation out"),
    "organisations.rule": _("changed the rule for organisations"),
    "signature.hold": _("held a signature"),
    "signature.release": _("released a signature"),
    "signature.refuse": _("refused a signature"),
    "signature.repeat_kept": _("let a possible repeat stand"),
    "roll.export": _("exported the signatures"),
    "draft.save": _("saved a draft"),
    "text.publish": _("published a version"),
    "text.derive": _("started a translation or an adaptation"),
    "text.describe": _("described where a text comes from"),
    "text.correct": _("corrected the notes of a version"),
    "source.add": _("entered a source"),
    "source.change": _("changed a source"),
    "source.remove": _("removed a source"),
    "source.style": _("changed the style of the references"),
    "source.keep": _("kept a copy of a source"),
    "source.discard": _("removed a kept copy"),
    "source.open": _("opened a kept copy to readers"),
    "source.close": _("closed a kept copy to readers"),
    "citation.add": _("anchored evidence to a passage"),
    "citation.remove": _("removed evidence from a passage"),
    "citation.anchor": _("anchored evidence again"),
    "case.add": _("entered a case"),
    "case.change": _("changed a case"),
    "case.consent": _("recorded whether a case may be named"),
    "case.publish": _("showed a case to readers"),
    "case.hide": _("took a case from readers"),
    "case.remove": _("erased a case"),
    "case.state": _("added a statement to a case"),
    "case.unstate": _("removed a statement from a case"),
    "case.update": _("added an update to a case"),
    "case.unupdate": _("removed an update from a case"),
    "case.mention": _("linked words of a text to a case"),
    "case.unmention": _("took the link to a case from words of a text"),
    "case.export": _("exported the cases"),
    "signers.ask": _("asked signers about the new words"),
    "carriers.template": _("wrote a covering letter"),
    "carriers.add": _("added a carrier"),
    "carriers.import": _("added carriers from a list"),
    "carriers.change": _("changed what a carrier may do"),
    "carriers.revoke": _("took a carrier's right back"),
    "carriers.erase": _("erased a carrier"),
    "carriers.settle": _("set how far the letter may travel"),
    "carriers.send": _("sent a covering letter"),
    "carriers.remind": _("reminded a carrier"),
    "carriers.vouch": _("vouched for somebody"),
    "carriers.vouch_back": _("took back the word for somebody"),
    "carriers.vouch_quota": _("set for how many people a carrier may vouch"),
    "carriers.vouch_keep": _("ended a carrier's vouching and kept the signatures"),
    "carriers.vouch_undo": _("ended a carrier's vouching and struck the signatures out"),
    "sheets.issue": _("issued signature sheets"),
    "dispatch.start": _("started sending covering letters"),
    "letter.compose": _("composed a carrier's letter"),
    "letter.edit": _("changed a carrier's letter"),
    "letter.approve": _("approved a carrier's letter"),
    "account.password_changed": _("changed their password"),
    "account.password_set": _("set a password"),
    "account.password_reset": _("set a new password by a link from a mail"),
    "account.totp_activated": _("added an authenticator app"),
    "account.totp_deactivated": _("took their authenticator app off"),
    "account.webauthn_added": _("added a passkey"),
    "account.webauthn_removed": _("took a passkey off"),
    "account.recovery_codes_generated": _("made new recovery codes"),
    "account.address_changed": _("changed their e-mail address"),
    "account.factors_reset": _("took all second factors off an account"),
    "account.account_closed": _("closed their account"),
    "record.export": _("exported the record of acts"),
}

# What a key of the details is called; one that is missing here is shown by its own name.
KEYS: Mapping[str, Promise] = {
    "accepts": pgettext_lazy(_IN, "organisations may sign"),
    "added": pgettext_lazy(_IN, "added"),
    "before": pgettext_lazy(_IN, "before"),
    "by_hand": pgettext_lazy(_IN, "each waits for approval"),
    "changed": pgettext_lazy(_IN, "changed"),
    "claimed": pgettext_lazy(_IN, "signatures claimed"),
    "contacts": pgettext_lazy(_IN, "contacts"),
    "depth_max": pgettext_lazy(_IN, "steps it may travel"),
    "digest": pgettext_lazy(_IN, "digest"),
    "ended": pgettext_lazy(_IN, "ended"),
    "first": pgettext_lazy(_IN, "from number"),
    "format": pgettext_lazy(_IN, "format"),
    "kind": pgettext_lazy(_IN, "kind"),
    "language": pgettext_lazy(_IN, "language"),
    "last": pgettext_lazy(_IN, "to number"),
    "letters": pgettext_lazy(_IN, "letters"),
    "line": pgettext_lazy(_IN, "line"),
    "lines": pgettext_lazy(_IN, "names"),
    "listed": pgettext_lazy(_IN, "on the list"),
    "messages": pgettext_lazy(_IN, "mails"),
    "number": pgettext_lazy(_IN, "number"),
    "passage": pgettext_lazy(_IN, "passage"),
    "place": pgettext_lazy(_IN, "place in the order"),
    "public": pgettext_lazy(_IN, "public names only"),
    "quota": pgettext_lazy(_IN, "quota"),
    "reason": pgettext_lazy(_IN, "reason"),
    "relation": pgettext_lazy(_IN, "kind of text"),
    "revision": pgettext_lazy(_IN, "revision"),
    "rights": pgettext_lazy(_IN, "rights"),
    "role": pgettext_lazy(_IN, "role"),
    "rows": pgettext_lazy(_IN, "rows"),
    "sha256": pgettext_lazy(_IN, "SHA-256"),
    "signature": pgettext_lazy(_IN, "signature"),
    "size": pgettext_lazy(_IN, "bytes"),
    "source": pgettext_lazy(_IN, "source"),
    "style": pgettext_lazy(_IN, "style"),
    "text": pgettext_lazy(_IN, "text"),
    "total": pgettext_lazy(_IN, "in all"),
    "unconfirmed": pgettext_lazy(_IN, "unconfirmed"),
    "until": pgettext_lazy(_IN, "until"),
    "verdict": pgettext_lazy(_IN, "verdict"),
    "verified": pgettext_lazy(_IN, "verified"),
    "version": pgettext_lazy(_IN, "version"),
    "why": pgettext_lazy(_IN, "because"),
}
_ROLES = dict(Role.choices)


def act(verb: str) -> str:
    """An act as people say it."""
    return str(ACTS.get(verb, verb))


def key(name: str) -> str:
    """What a detail is about."""
    return str(KEYS.get(name, name))


def value(name: str, said: object) -> str:
    """A detail as a person writes it."""
    if isinstance(said, bool):
        return gettext("yes") if said else gettext("no")
    if isinstance(said, list):
        return ", ".join(map(str, said))
    return str(_ROLES.get(str(said), said)) if name in ("role", "before") else str(said)
