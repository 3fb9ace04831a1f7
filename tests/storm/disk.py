"""A disk whose syncs fail or dawdle, through a small library that is loaded before all others."""

import shutil
import subprocess
from pathlib import Path


class NoCompiler(Exception):
    """The library cannot be built here: there is no gcc."""


class Disk:
    """Builds the library, and says how the disk behaves from now on."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("gcc")
        if compiler is None:
            raise NoCompiler
        self._mode = folder / "disk-mode"
        self._library = folder / "disk_faults.so"
        source = Path(__file__).with_name("disk_faults.c")
        command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(self._library), str(source), "-ldl"]
        subprocess.run(command, check=True, capture_output=True)
        self.be("ok")

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to run on this disk."""
        return {"LD_PRELOAD": str(self._library), "STORM_DISK": str(self._mode)}

    def be(self, mode: str) -> None:
        """`ok`, `slow <milliseconds>`, `fail` (not stored) or `lie` (failed, yet stored)."""
        new = self._mode.with_suffix(".new")
        new.write_text(mode)
        new.replace(self._mode)
