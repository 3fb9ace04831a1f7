"""An edition of 20 pages, 200 notes and 10,000 names, format by format, and the memory of many names.

Each time is the median of three and stands beside its ratio to a limit of the same run: writing the same
bytes plainly, and for the PDF the same words laid out by the same library as bare paragraphs, without tags,
notes or style.
"""

import argparse
import importlib
import io
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO

from undersigned.edition import document as d
from undersigned.edition import formats
from undersigned.edition.body import read_body, salutation

ROUNDS = 3
PAGES, WORDS, NOTES = 20, 400, 200
LIMITS = {"html": 2.0, "epub": 5.0, "pdf": 20.0, "tei": 5.0}


class _Nowhere(io.RawIOBase):
    """Takes everything and keeps nothing."""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return len(data)


def letter() -> str:
    """The body: so many words with a note now and then."""
    count = PAGES * WORDS
    every = count // NOTES
    words = [
        f"word{(i * 7) % 997}" + (f"[^{i // every + 1}]" if i % every == 0 else "") for i in range(count)
    ]
    paragraphs = [" ".join(words[i : i + 100]) + "." for i in range(0, count, 100)]
    notes = [f"[^{number}]: Note {number}, with *some* words of its own." for number in range(1, NOTES + 1)]
    return "Dear reader,\n\n" + "\n\n".join([*paragraphs, *notes]) + "\n"


def edition(names: int) -> d.Edition:
    """The invented edition."""
    body = read_body(letter())
    version = d.VersionLine(1, "A" * 43, "0" * 64, date(2026, 1, 1), names)

    def read() -> Iterator[d.Signatory]:
        for number in range(names):
            yield d.Signatory(f"Signer Number {number}", "School of Boats", "baker", "Lower Quay", "ES")

    text = d.Text(
        slug="en", id="A" * 22, url="https://letters.example/appeals/bench/en/", language="en",
        language_name="English", direction="ltr", relation="original", title="A letter to measure",
        author="The bench", versions=(version,), markdown=letter(), canonical=b"", blocks=body.blocks,
        notes=body.notes, addressee=d.Named("The reader"), date="2026-01-01", date_written="1 January 2026",
        salutation=salutation(body.blocks), signatories=d.Roll(names, read),
    )  # fmt: skip
    return d.Edition(
        slug="bench", id="B" * 22, title=text.title, url="https://letters.example/appeals/bench/",
        site="Bench", publisher="Bench", state="open", changed=datetime(2026, 1, 2, tzinfo=UTC),
        texts=(text,), counts=d.Counts(names), signatories=text.signatories,
    )  # fmt: skip


def main(argv: list[str] | None = None) -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=int, default=10_000)
    parser.add_argument("--many", type=int, default=200_000, help="names for the memory; 0 leaves it out")
    options = parser.parse_args(argv)
    made = edition(options.names)
    print(f"{'':12}{'MB':>8}{'seconds':>10}{'cpu':>10}{'of plain':>10}{'limit':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for row in formats.FORMATS:
            _measure(made, row, Path(folder))
    if options.many:
        _memory(edition(options.many))


def _measure(made: d.Edition, row: formats.Format, folder: Path) -> None:
    try:
        writer = formats.load(row)
        path = folder / f"en{row.suffix}"
        rounds = [_time(made, writer, path) for _ in range(ROUNDS)]
        seconds, cpu = (statistics.median(times) for times in zip(*rounds, strict=True))
    except formats.Unavailable as error:
        print(f"{row.name:12}{error}")
        return
    data = path.read_bytes()
    if row.name == "pdf":
        plain = _bare(made)
    else:
        plain = statistics.median(_plainly(data, folder / "plain") for _ in range(ROUNDS))
    limit = f"{LIMITS[row.name]:.0f}" if row.name in LIMITS else ""
    print(
        f"{row.name:12}{len(data) / 1e6:>8.2f}{seconds:>10.3f}{cpu:>10.3f}{seconds / plain:>10.1f}{limit:>8}",
        flush=True,
    )


def _time(made: d.Edition, writer: formats.Writer, path: Path) -> tuple[float, float]:
    """Seconds by the clock, and of the processor: what the first would be on a machine with nothing else."""
    start, cpu = time.perf_counter(), time.process_time()
    with path.open("wb") as out:
        writer(made, made.texts[0], out)
    return time.perf_counter() - start, time.process_time() - cpu


def _plainly(data: bytes, path: Path) -> float:
    start = time.perf_counter()
    with path.open("wb") as out:
        out.write(data)
    return time.perf_counter() - start


def _bare(made: d.Edition) -> float:
    """Seconds for the same words and names as paragraphs and nothing else."""
    typeset = importlib.import_module("undersigned.lib.typeset")
    lines = [*letter().split("\n\n"), *(f"{one.name}, {one.role}, {one.place}" for one in made.signatories)]
    start = time.perf_counter()
    with typeset.uncollected():
        typeset.weasyprint.HTML(string="".join(f"<p>{line}</p>" for line in lines)).write_pdf()
    return time.perf_counter() - start


def _memory(made: d.Edition) -> None:
    """What a format that streams holds at most."""
    for row in formats.FORMATS:
        if row.name not in ("html", "tei", "epub"):
            continue
        out: BinaryIO = io.BufferedWriter(_Nowhere())
        tracemalloc.start()
        formats.load(row)(made, made.texts[0], out)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        print(f"{row.name:12}{made.counts.signatures:,} names: {peak / 1e6:.0f} MB at most")


if __name__ == "__main__":
    main()
