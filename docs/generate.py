"""Writes docs/reference/settings.md from the settings table: `python docs/generate.py`."""

from pathlib import Path
from typing import get_args

from undersigned.lib.env import PREFIX, Row, Settings

TARGET = Path(__file__).parent / "reference" / "settings.md"
HEAD = """\
# Settings

Written by `docs/generate.py` from the table in `src/undersigned/lib/env.py`; a test compares the two.

A setting is an environment variable. Each may also come from a file, named by the same variable with
`_FILE` behind it (for secrets that systemd or a container mounts), or from a TOML file named by
`UNDERSIGNED_CONFIG`, where it is written in small letters without the prefix. The environment wins over
`_FILE`, and `_FILE` over the TOML file. A value that cannot be used stops every command with one line and
exit code 2.

Nothing has to be set to try Undersigned. A public site sets at least `UNDERSIGNED_BASE_URL`,
`UNDERSIGNED_EMAIL_URL` and, behind a reverse proxy, `UNDERSIGNED_TRUSTED_PROXIES`.

| setting | kind | default | meaning |
|---|---|---|---|
| `UNDERSIGNED_CONFIG` | path | | TOML file with settings. |
"""


def kind(field: Row) -> str:
    """The kind of value, as a reader would say it."""
    names = {"str": "text", "int": "number", "bool": "true or false", "Path": "path"}
    annotation = next(
        (part for part in get_args(field.annotation) if part is not type(None)), field.annotation
    )
    return names.get(getattr(annotation, "__name__", ""), "text")


def row(name: str, field: Row) -> str:
    """One line of the table."""
    default = "" if field.default in ("", None) else f"`{str(field.default).lower()}`"
    if kind(field) == "text" and field.default:
        default = f"`{field.default}`"
    return f"| `{PREFIX}{name.upper()}` | {kind(field)} | {default} | {field.description} |\n"


def page() -> str:
    """The whole page."""
    return HEAD + "".join(row(name, field) for name, field in Settings.model_fields.items())


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
