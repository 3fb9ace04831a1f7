"""Sources of the invented appeal for a night ferry."""

from undersigned.accounts.models import User
from undersigned.appeals import draft, sources
from undersigned.appeals.models import Appeal, Source, Text

GAZETTE = {
    "type": "article-newspaper",
    "title": "The last boat",
    "container-title": "Port Gazette",
    "issued": "1936-05-02",
    "page": "4",
    "author": [{"family": "Ruiz", "given": "Ana"}],
}
LETTER = {
    "type": "personal_communication",
    "title": "Letter on the tides",
    "author": [{"literal": "王小明"}],
    "recipient": [{"family": "Lund", "given": "Ole"}],
    "issued": "spring 1936",
    "archive": "Harbour Museum",
    "archive_location": "Box 3, 12/4",
}


def add(actor: User, appeal: Appeal, key: str = "ruiz1936", **changes: object) -> Source:
    return sources.add_source(actor=actor, appeal=appeal, key=key, csl={**GAZETTE, **changes})


def write(actor: User, text: Text, old: str, new: str) -> Text:
    """Changes words of the draft."""
    text.refresh_from_db()
    assert old in text.draft
    return draft.save_draft(
        actor=actor, text=text, source=text.draft.replace(old, new), revision=text.draft_revision
    )
