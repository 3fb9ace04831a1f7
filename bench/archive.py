"""The static archive of an appeal with many names: seconds, memory of the process, files and megabytes.

The limit beside it is a plain copy of the folder that was written.
"""

import argparse
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

from bench.site import PROJECT, SLUG, Site, site


def main(argv: list[str] | None = None) -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--names", type=int, default=100_000)
    options = parser.parse_args(argv)
    with site() as place:
        place.python(
            "import sys; from bench import fill; fill.recorded(int(sys.argv[1]))", str(options.names)
        )
        _consent(place)
        out = place.folder / "archive"
        seconds, peak, told = _measure(place, out)
        found = [path.stat().st_size for path in out.rglob("*") if path.is_file()]
        copied = _copy(out, place.folder / "copy")
        checked = _check(out)
    print(f"{options.names:,} names: {seconds:.1f} s")
    print(f"{seconds / copied:.1f} times a plain copy of the folder ({copied:.1f} s)")
    print(f"memory {peak:.0f} MB at most; {len(found):,} files, {sum(found) / 1e6:.0f} MB")
    print(f"the enclosed verifier: {checked:.1f} s")
    for moment, word in told:
        print(f"{moment:8.1f} s  {word}")


def _consent(place: Site) -> None:
    """Everybody here asked to be kept."""
    database = sqlite3.connect(place.folder / "data" / "undersigned.sqlite3")
    with database:
        database.execute("UPDATE signing_signature SET for_edition = 1")
    database.close()


def _measure(place: Site, out: Path) -> tuple[float, float, list[tuple[float, str]]]:
    command = [sys.executable, "-m", "undersigned.cli", "archive", SLUG, "--out", str(out)]
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        env=place.environment,
        cwd=PROJECT,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    peaks: list[float] = [0.0]
    watcher = threading.Thread(target=_watch, args=(process, peaks))
    watcher.start()
    assert process.stderr is not None
    told = [(time.perf_counter() - began, line.strip()) for line in process.stderr]
    if process.wait():
        raise RuntimeError(told[-1:])
    seconds = time.perf_counter() - began
    watcher.join()
    return seconds, max(peaks), told


def _watch(process: "subprocess.Popen[str]", peaks: list[float]) -> None:
    """The highest resident memory that the kernel noted, in megabytes."""
    status = Path(f"/proc/{process.pid}/status")
    while process.poll() is None:
        try:
            lines = status.read_text().splitlines()
        except OSError:
            return
        peaks += [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")]
        time.sleep(0.1)


def _copy(folder: Path, to: Path) -> float:
    began = time.perf_counter()
    shutil.copytree(folder, to)
    return time.perf_counter() - began


def _check(folder: Path) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, str(folder / "data/verifier/verify.py")], check=True, capture_output=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
