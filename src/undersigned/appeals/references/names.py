"""Names of persons and bodies as CSL has them: typed one to a line, in any script."""

from __future__ import annotations

from collections.abc import Sequence

Name = dict[str, str]
PARTS = ("family", "given", "suffix", "dropping-particle", "non-dropping-particle", "literal")


def read_name(line: str) -> Name | None:
    """“Family, Given” gives both parts; what has no comma, or stands in braces, stays as typed."""
    text = " ".join(line.split())
    if not text:
        return None
    if text.startswith("{") and text.endswith("}"):
        return {"literal": text[1:-1].strip()} if text[1:-1].strip() else None
    family, comma, given = (part.strip() for part in _parted(text))
    if not comma or not family or not given:
        return {"literal": text.strip(" ,،") or text}
    return {"family": family, "given": given}


def _parted(text: str) -> tuple[str, str, str]:
    for comma in (",", "،", "，"):
        if comma in text:
            return text.partition(comma)
    return text, "", ""


def read_names(lines: str) -> list[Name]:
    """The names of a field, one to a line."""
    return [name for line in lines.splitlines() if (name := read_name(line))]


def typed_name(name: Name) -> str:
    """A name as a form shows it: reading it again gives the same name."""
    if literal := name.get("literal"):
        return f"{{{literal}}}" if any(comma in literal for comma in ",،，") else literal
    particle = " ".join(filter(None, (name.get("non-dropping-particle"), name.get("family"))))
    given = " ".join(filter(None, (name.get("given"), name.get("dropping-particle"), name.get("suffix"))))
    return f"{particle}, {given}" if given else f"{{{particle}}}" if "," in particle else particle


def typed_names(names: Sequence[Name]) -> str:
    """The names of a field, one to a line."""
    return "\n".join(typed_name(name) for name in names)


def shown_name(name: Name) -> str:
    """A name as it is read."""
    if literal := name.get("literal"):
        return literal
    order = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")
    return " ".join(part for key in order if (part := name.get(key)))


def sort_name(names: Sequence[Name]) -> str:
    """What a list sorts by: family names before given ones."""
    return "; ".join(
        " ".join(filter(None, (name.get("literal"), name.get("family"), name.get("given")))) for name in names
    )
