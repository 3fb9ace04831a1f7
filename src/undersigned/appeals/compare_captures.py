"""A later copy of a source beside the earlier one: what changed in its words, else digests and sizes."""

from dataclasses import dataclass
from functools import lru_cache

from django.db.models import Q

from undersigned.appeals import captured_text, diff, kept
from undersigned.appeals.models import Capture, CapturedWords, Source
from undersigned.lib.apart import TookTooLong, apart

_SECONDS = 15.0
_LEFT_OUT = [diff.Piece("same", "…")]


@dataclass(frozen=True)
class Compared:
    """Two copies of a source, one made after the other; no paragraphs where a side has no words."""

    earlier: Capture
    later: Capture
    paragraphs: tuple[diff.Paragraph, ...] | None

    @property
    def changes(self) -> list[diff.Paragraph]:
        """The paragraphs that changed, each with its neighbours; “…” stands for what is left out."""
        found = list(self.paragraphs or ())
        near = {
            place
            for at, paragraph in enumerate(found)
            if any(piece.kind != "same" and piece.text.strip() for piece in paragraph)
            for place in (at - 1, at, at + 1)
        }
        shown: list[diff.Paragraph] = []
        for place, paragraph in enumerate(found):
            if place in near:
                shown.append(paragraph)
            elif not shown or shown[-1] is not _LEFT_OUT:
                shown.append(_LEFT_OUT)
        return diff.flowing(shown)

    @property
    def is_same(self) -> bool:
        """Whether every word stayed, whatever else of the file changed."""
        pieces = [piece for paragraph in self.paragraphs or () for piece in paragraph]
        return self.paragraphs is not None and all(piece.kind == "same" for piece in pieces)


def before(capture: Capture) -> Capture | None:
    """The copy of the same source that was made before this one."""
    made_before = Q(captured_at__lt=capture.captured_at) | Q(
        captured_at=capture.captured_at, pk__lt=capture.pk
    )
    earlier = Capture.objects.filter(made_before, source=capture.source_id)
    return earlier.order_by("captured_at", "pk").last()


def compare(earlier: Capture, later: Capture) -> Compared:
    """What the later copy says differently."""
    old, new = words_of(earlier), words_of(later)
    paragraphs = _differing(old, new) if old and new else None
    return Compared(earlier, later, paragraphs)


@lru_cache(maxsize=16)
def _differing(old: str, new: str) -> tuple[diff.Paragraph, ...]:
    return tuple(diff.word_diff(old, new))


def words_of(capture: Capture) -> str:
    """The words of a copy, as they were noted when a second one was kept; empty where none can be had."""
    noted = CapturedWords.objects.filter(sha256=capture.sha256).values_list("words", flat=True).first()
    return _read(capture.path, capture.media_type) if noted is None else noted


@lru_cache(maxsize=16)
def _read(path: str, media_type: str) -> str:
    try:
        with kept.storage().open(path, "rb") as file:
            data = file.read(captured_text.READ_MAX)
    except FileNotFoundError:
        return ""
    head = f"{media_type}\n".encode()
    try:
        found = apart("undersigned.appeals.captured_text:words", head + data, seconds=_SECONDS)
    except TookTooLong:
        return ""
    # PostgreSQL holds no text with a zero in it.
    return str(found or "").replace("\0", "")


def note_words(source: Source) -> None:
    """Notes the words of a source's copies once there are two: no reader waits for them to be read."""
    captures = list(source.captures.all())
    if len(captures) < 2:
        return
    digests = [capture.sha256 for capture in captures]
    known = set(CapturedWords.objects.filter(sha256__in=digests).values_list("sha256", flat=True))
    CapturedWords.objects.bulk_create(
        [
            CapturedWords(sha256=capture.sha256, words=_read(capture.path, capture.media_type))
            for capture in captures
            if capture.sha256 not in known
        ],
        ignore_conflicts=True,
    )
