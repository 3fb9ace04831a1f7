"""Publishing freezes a draft's words as a Version with a digest."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Max

from undersigned.accounts import audit
from undersigned.accounts.models import User
from undersigned.accounts.permissions import require
from undersigned.appeals import cite, languages, markup, person_mentions, sources
from undersigned.appeals.markup import Head, Problem
from undersigned.appeals.markup.problems import gettext_noop
from undersigned.appeals.models import Appeal, Text, Version
from undersigned.lib import canonical, clock

# Head keys that are part of the canonical bytes; all others may be corrected without a new Version.
FROZEN = frozenset({"title", "author", "addressee", "lang"})

MESSAGES = {
    "no-title": gettext_noop("The head has no title: a line such as “title: A letter”."),
    "no-body": gettext_noop("There is no text below the head."),
    "no-language": gettext_noop("The head names no language that exists: a line such as “lang: en”."),
    "language-changed": gettext_noop(
        "This text was published in another language; make a translation instead."
    ),
    "closed": gettext_noop("The appeal is closed: its words stay as they are."),
}


class NotPublishable(Exception):
    """A draft that cannot be published; `problems` say why, line by line."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems


@transaction.atomic
def publish(*, actor: User, text: Text) -> Version:
    """Freezes the draft as the next Version, or corrects the apparatus where the signed words are the same.

    Raises Forbidden, NotPublishable. Nobody who signed an earlier Version is carried over.
    """
    require(actor, "appeal.publish", text.appeal.team)
    return freeze(text=text, by=actor)


def freeze(*, text: Text, by: User | None) -> Version:
    """The freezing itself, in the caller's transaction, whoever may publish; None for a carrier.

    Raises NotPublishable.
    """
    text = Text.objects.select_for_update().select_related("appeal__team").get(pk=text.pk)
    head, body = _readable(text)
    cited = cited_digests(text.appeal, body)
    data = frozen_bytes(head, body, cited)
    digest = canonical.version_digest(data)
    text.apparatus = {key: value for key, value in markup.as_dict(head).items() if key not in FROZEN}
    text.save(update_fields=["apparatus"])
    last = text.versions.order_by("-number").first()
    if last and last.digest == digest:
        audit.record(team=text.appeal.team, actor=by, verb="text.correct", subject=_subject(text))
        return last
    version = Version.objects.create(
        text=text,
        number=(text.versions.aggregate(last=Max("number"))["last"] or 0) + 1,
        source=markup.join(head, body),
        canonical=data,
        digest=digest,
        title=canonical.one_line(head.title)[:300],
        language=head.lang,
        derived_from_id=text.parent_id,
        published_at=clock.now(),
        published_by=by,
    )
    sources.cite_in(version, cited)
    cite.settle(version)
    audit.record(
        team=text.appeal.team,
        actor=by,
        verb="text.publish",
        subject=_subject(text),
        version=version.number,
        digest=digest,
    )
    return version


def frozen_bytes(head: Head, body: str, cited: Mapping[str, str]) -> bytes:
    """The canonical bytes of these words and the sources they cite; see docs/reference/text-format.md."""
    return canonical.version_bytes(
        title=head.title,
        author=head.author,
        addressee=addressee_line(head),
        lang=head.lang,
        sources=list(cited.values()),
        body=body,
    )


def cited_digests(appeal: Appeal, body: str) -> dict[str, str]:
    """The digest of each source that a body cites, by key, as the sources are now."""
    keys = markup.cited_keys(body)
    if not keys:
        return {}
    return dict(appeal.sources.filter(key__in=keys).values_list("key", "digest"))


def check_body(appeal: Appeal, body: str) -> list[Problem]:
    """What of a body cannot be published in this appeal: its sources and persons must be there."""
    return markup.check(body, keys_of(appeal), person_mentions.known_idents(appeal))


def keys_of(appeal: Appeal) -> set[str]:
    """The keys that texts of this appeal may cite."""
    return set(appeal.sources.values_list("key", flat=True))


def would_be_new(text: Text, version: Version) -> bool:
    """Whether publishing the draft now would make another Version than this one; False if unreadable."""
    try:
        head, body = markup.split(text.draft)
    except markup.MarkupError:
        return False
    cited = cited_digests(text.appeal, body)
    return canonical.version_digest(frozen_bytes(head, body, cited)) != version.digest


def problems_of(text: Text) -> list[Problem]:
    """What stands in the way of publishing the draft; empty when nothing does."""
    try:
        _readable(text)
    except NotPublishable as refusal:
        return refusal.problems
    return []


def addressee_line(head: Head) -> str:
    """The addressee as the canonical bytes name them: the name, or what stands for it."""
    return head.addressee.name or head.addressee.pseudonym or head.addressee.civil_name


def _subject(text: Text) -> str:
    return f"text:{text.appeal.slug}/{text.slug}"


def _readable(text: Text) -> tuple[Head, str]:
    if text.appeal.state == Appeal.State.CLOSED:
        raise NotPublishable([_problem("closed")])
    try:
        head, body = markup.split(text.draft)
    except markup.MarkupError as error:
        raise NotPublishable([error.problem]) from error
    found = []
    if not head.title:
        found.append(_problem("no-title"))
    if not languages.is_language(head.lang):
        found.append(_problem("no-language"))
    elif text.versions.exclude(language=head.lang).exists():
        found.append(_problem("language-changed"))
    if not body.strip():
        found.append(_problem("no-body"))
    found += check_body(text.appeal, body)
    if found:
        raise NotPublishable(found)
    return head, body


def _problem(code: str) -> Problem:
    return PublishingProblem(0, code)


class PublishingProblem(Problem):
    """A problem of the whole text, found when publishing."""

    @property
    def template(self) -> str:
        """The untranslated sentence."""
        return MESSAGES[self.code]
