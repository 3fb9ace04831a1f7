"""One number in three places: what the pages say, what the interface says, and what a recount finds."""

import re
from collections.abc import Mapping
from typing import Any

from tests.journeys.town import Town
from tests.journeys.visitor import Visitor
from tests.journeys.waiting import until

# By text and number of the version: how many signatures stand under these words.
Counts = Mapping[str, Mapping[int, int]]


def agree(town: Town, reader: Visitor, slug: str, counts: Counts, *, moved: int = 0) -> None:
    """Publishes what waits; then pages, interface and recount say this of the family and of each text."""
    town.publish()
    family = sum(sum(versions.values()) for versions in counts.values())
    said = town.appeal(slug)
    assert _by_interface(said) == counts
    assert (said["signatures"]["recorded"], said["signatures"]["moved"]) == (family, moved)
    assert _by_recount(town, slug, said) == (counts, family, moved)
    for text, versions in counts.items():
        wanted = (sum(versions.values()), dict(versions), family if len(counts) > 1 else None)
        until(
            lambda text=text, wanted=wanted: _by_letter(reader, slug, text) == wanted,
            f"{wanted} at {text}",
            20,
        )
    until(lambda: _by_tree(reader, slug) == (counts, family), f"the tree to say {family}: {counts}", 20)


def _by_interface(said: Any) -> dict[str, dict[int, int]]:
    for text in said["texts"]:
        assert text["signatures"] == sum(version["signatures"] for version in text["versions"])
    return {
        text["text"]: {version["version"]: version["signatures"] for version in text["versions"]}
        for text in said["texts"]
    }


def _by_recount(town: Town, slug: str, said: Any) -> tuple[dict[str, dict[int, int]], int, int]:
    done, found = town.verify(f"{town.url}/appeals/{slug}/")
    assert done.code == 0 and found["ok"], done.out + done.err
    log = found["logs"][0]
    # A text that nobody signed may have no leaf yet.
    none = {"versions": {}}
    counted = {
        text["text"]: {
            version["version"]: log["texts"]
            .get(text["id"], none)["versions"]
            .get(str(version["version"]), {"signatures": 0})["signatures"]
            for version in text["versions"]
        }
        for text in said["texts"]
    }
    assert log["signatures"] == sum(text["signatures"] for text in log["texts"].values())
    return counted, log["signatures"], log["moved"]


def _by_letter(reader: Visitor, slug: str, text: str) -> tuple[int, dict[int, int], int | None]:
    """A text's own number, that of each of its versions, and the family's where there is one."""
    count = reader.open(f"/appeals/{slug}/{text}/").locator("#count")
    own = number(count.locator(".count-number strong").inner_text())
    lines = count.locator(".count-versions li")
    numbers = [number(said) for said in lines.locator(".num").all_inner_texts()]
    family = numbers.pop() if lines.locator("a[href*='/variants/']").count() else None
    # One version alone has no line of its own.
    return own, dict(enumerate(numbers or [own], 1)), family


def _by_tree(reader: Visitor, slug: str) -> tuple[dict[str, dict[int, int]], int]:
    page = reader.open(f"/appeals/{slug}/variants/")
    found: dict[str, dict[int, int]] = {}
    for item in page.locator("ol.tree > li").all():
        name = str(item.get_attribute("id")).removeprefix("text-")
        numbers = [number(said) for said in item.locator(".count-versions .num").all_inner_texts()]
        found[name] = dict(enumerate(numbers, 1))
    # “3 texts, each signature tied to …. 5 signatures in all; …”
    return found, number(page.locator(".lead").inner_text().split(". ", 1)[1])


def number(said: str) -> int:
    """The first number of a few words, however its thousands are parted."""
    match = re.search(r"\d[\d.,\u00a0\u202f]*", said)
    assert match, said
    return int(re.sub(r"\D", "", match[0]))
