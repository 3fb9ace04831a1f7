"""The languages of an appeal's texts, and the first text of each: the cost is that of the languages alone."""

from undersigned.appeals.models import Appeal
from undersigned.lib import rows

# From one language to the next in the index, so that no text is read twice and most are not read.
_LANGUAGES = """
    WITH RECURSIVE spoken(language) AS (
        SELECT MIN(language) FROM appeals_text WHERE appeal_id = %s
        UNION ALL
        SELECT (SELECT MIN(t.language) FROM appeals_text t WHERE t.appeal_id = %s AND t.language > s.language)
        FROM spoken s WHERE s.language IS NOT NULL
    )
"""
_EACH = "SELECT language FROM spoken WHERE language IS NOT NULL"
_PUBLISHED = "EXISTS (SELECT 1 FROM appeals_version v WHERE v.text_id = t.id)"
_FIRST = """
    SELECT (
        SELECT t.id FROM appeals_text t
        WHERE t.appeal_id = %s AND t.language = s.language AND {which} ORDER BY t.id LIMIT 1
    ) FROM spoken s WHERE s.language IS NOT NULL
"""


def languages_of(appeal: Appeal) -> list[str]:
    """Every language that a text of the appeal is in, published or not."""
    return [language for (language,) in rows.fetch(_LANGUAGES + _EACH, [appeal.pk, appeal.pk])]


def first_texts(appeal: Appeal, *, published: bool) -> list[int]:
    """The number of the first text of each language; of the published ones, or of all."""
    asked = _LANGUAGES + _FIRST.format(which=_PUBLISHED if published else "TRUE")
    found = rows.fetch(asked, [appeal.pk, appeal.pk, appeal.pk])
    return [number for (number,) in found if number is not None]
