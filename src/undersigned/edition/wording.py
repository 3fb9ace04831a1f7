"""The words that formats add to a text, to be said in the language of the text.

`gather` translates them; formats take them from `Text.say`, so that they know no catalogue.
"""

from __future__ import annotations


def gettext_noop(message: str) -> str:
    """The sentence is marked for the catalogues and left as it is."""
    return message


_ = gettext_noop

WORDS: dict[str, str] = {
    "to": _("To {name}"),
    "pseudonym-of": _("pseudonym of {name}"),
    "known-as": _("known as {name}"),
    "salutation": _("Salutation"),
    "contents": _("Contents"),
    "introduction": _("Introduction"),
    "notes": _("Notes"),
    "note": _("Note {number}"),
    "back": _("Back to mark {number}"),
    "editor-notes": _("Editors’ notes"),
    "editor-note": _("Editors’ note {number}"),
    "editorial-note": _("Editorial note"),
    "provenance": _("Provenance"),
    "author": _("Author"),
    "addressee": _("Addressee"),
    "date": _("Date"),
    "language": _("Language"),
    "source": _("Source"),
    "volume": _("volume {volume}"),
    "pages": _("p. {pages}"),
    "edited-by": _("edited by {editor}"),
    "archive": _("Archive"),
    "fonds": _("Fonds"),
    "shelfmark": _("Shelfmark"),
    "translator": _("Translated by"),
    "translated-from": _("Translated from"),
    "series": _("Series"),
    "series-order": _("{series}, no. {order}"),
    "published-by": _("Published by"),
    "title-supplied": _("The title was given by the editors."),
    "derived-from": _("Derived from"),
    "translation-of": _("Translation of {text}, version {version}"),
    "adaptation-of": _("Adaptation of {text}, version {version}"),
    "made-by": _("Made by"),
    "attested-by": _("Attested by"),
    "reason": _("Reason"),
    "evidence": _("Evidence"),
    "evidence-note": _("Evidence {number}"),
    "no-evidence": _("no evidence is given"),
    "sources": _("Sources"),
    "kept-copy": _("kept copy of {day}, SHA-256 {digest}"),
    "persons": _("Persons"),
    "mentioned-in": _("Mentioned in"),
    "role-author": _("author of the text"),
    "role-addressee": _("addressee of the letter"),
    "role-translator": _("translator"),
    "role-editor": _("editor"),
    "role-signatory": _("signatory"),
    "role-mentioned": _("mentioned in the text"),
    "cases": _("For whom"),
    "case-withheld": _("Name withheld"),
    "case-group-withheld": _("A group, name withheld"),
    "case-imprisoned": _("imprisoned"),
    "case-deported": _("deported"),
    "case-disappeared": _("disappeared"),
    "case-released": _("released"),
    "case-dead": _("dead"),
    "case-unknown": _("unknown"),
    "name-name": _("name"),
    "name-pseudonym": _("pseudonym"),
    "name-initials": _("initials"),
    "name-civil": _("civil name"),
    "name-transliteration": _("transliteration"),
    "correspondence": _("Correspondence"),
    "variants": _("Variants"),
    "variants-of": _("Differences from version {version}"),
    "witnesses": _("Witnesses"),
    "witness": _("{text}, version {version}, {day}"),
    "witness-listed": _("listed only: another language"),
    "base": _("printed here"),
    "paragraph": _("Paragraph {number}"),
    "before-first": _("Before the first paragraph"),
    "after-paragraph": _("After paragraph {number}"),
    "this-version": _("here"),
    "signatories": _("Signatories"),
    "identification": _("Affiliations are for identification only."),
    "first-signatories": _("First signatories"),
    "signatures": _("Signatures: {number}"),
    "signatures-vouched": _("of them vouched for by carriers: {number}"),
    "signatures-paper": _("of them on paper: {number}"),
    "signatures-org": _("of them by organisations: {number}"),
    "vouched-by": _("vouched for by {name}"),
    "vouched-for": _("vouched for by a carrier of this letter"),
    "organisations": _("Organisations"),
    "organisations-apart": _(
        "These organisations signed by their officers, and their web domains were checked. "
        "They are counted apart from people."
    ),
    "organisations-named": _(
        "{named} of {number} organisations are named here: "
        "those that asked to be kept in the permanent edition."
    ),
    "resolved-on": _("resolution of {day}"),
    "checked-mail": _("domain checked by mail"),
    "checked-dns": _("domain checked by DNS record"),
    "signatories-named": _(
        "{named} of {number} signatures are named here: "
        "those whose signers asked to be kept in the permanent edition."
    ),
    "names-elsewhere": _(
        "These are too many names to be printed here: "
        "they stand in the HTML, EPUB and TEI files of this edition."
    ),
    "pseudonym": _("pseudonym"),
    "signed-version": _("version {version}"),
    "versions": _("Versions"),
    "version": _("Version {version}"),
    "published-on": _("Published"),
    "digest": _("SHA-256"),
    "verify": _("How to verify"),
    "verify-words": _(
        "People signed these exact words: their canonical bytes have the SHA-256 digest {digest}. "
        "The Markdown file of this edition gives the same bytes again."
    ),
    "verify-log": _(
        "Every signature stands in the public log {origin}, which had {size} entries with the root {root}. "
        "Its verifier key is {vkey}."
    ),
    "verify-command": _("To check the log and its counts:"),
    "edition-of": _("Edition of {day}"),
    "cite-as": _("To cite this edition"),
    "skip": _("To the text"),
    "orphaned": _("The passage was changed since: “{passage}”"),
    "lacks": _("lacks: {words}"),
    "quotation": _("Quotation"),
    "claim": _("Claim"),
    "place": _("Place"),
    "state": _("State"),
}
