"""The letter travels: eight addresses, four languages, three texts, two sheets, two versions; one count."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.journeys.agreement import agree
from tests.journeys.scene import FERRY
from tests.journeys.town import HIDDEN, OWNER, Town
from tests.journeys.travel import (
    CARRIERS,
    DESKTOP,
    begin_text,
    bounced,
    bring_in,
    filled_sheet,
    hand_in,
    look,
    private_link,
    publish_text,
    read_sheet,
    sign,
    sign_in,
    submit,
)
from tests.journeys.visitor import Visitor
from tests.journeys.waiting import until

EN, AR, KIN = "en", "ar", "en-adapted"
ADDRESSES = {
    "Grace Holm": ("grace@carriers.example", "en"),
    "Ned Quill": ("ned@carriers.example", "en"),
    "Inés Mar": ("ines@carriers.example", "es"),
    "Pablo Vela": ("pablo@carriers.example", "es"),
    "Luc Rive": ("luc@carriers.example", "fr"),
    "Odile Pont": ("odile@carriers.example", "fr"),
    "Amira Nour": ("amira@carriers.example", "ar"),
    "Zayd Bahr": ("zayd@carriers.example", "ar"),
}
GRACE, NED, INES, PABLO, LUC, ODILE, AMIRA, ZAYD = (email for email, _language in ADDRESSES.values())
TOWED, MAREN = "towed@carriers.example", "maren@carriers.example"
ROSA = "rosa@signers.example"

ARABIC = """\
---
title: من أجل معدّية الليل
author: أهل الرصيف الأسفل
lang: ar
addressee: مجلس الميناء
---

إلى أعضاء المجلس المحترمين،

تغادر آخر معدّية في الساعة التاسعة. الممرّضات والخبّازون والطلاب *يمشون إلى بيوتهم* فوق التلّ في الظلام.

> مواعيد المساء تفي بالطلب الحالي.

هكذا يقول تقريركم. نطلب قاربًا واحدًا إضافيًا.
"""
STUDENTS = """\
---
title: For the night ferry, from those who study
author: The students of Upper Quay
lang: en
addressee: The Harbour Board
---

Dear members of the Board,

The library closes at ten, and the last ferry leaves at nine. We ask for one boat more.
"""
FRENCH = """\
---
title: Pour le bac de nuit
author: Les gens du Quai d’en bas
lang: fr
addressee: La direction du port
---

Mesdames et messieurs,

Le dernier bac part à neuf heures. Nous demandons un bateau de plus.
"""
SPANISH = """\
---
title: Por el transbordador de la noche
author: La gente del Muelle de Abajo
lang: es
addressee: La Junta del Puerto
---

Estimados miembros de la Junta:

El último transbordador sale a las nueve. Pedimos un barco más.
"""


@dataclass
class Story:
    """Who is there, and what the count should be."""

    town: Town
    visit: Callable[..., Visitor]
    folder: Path
    author: Visitor
    reader: Visitor
    counts: dict[str, dict[int, int]] = field(default_factory=lambda: {EN: {1: 0}})
    moved: int = 0

    def agree(self) -> None:
        """Pages, interface and recount say the same."""
        agree(self.town, self.reader, HIDDEN, self.counts, moved=self.moved)

    def sign(self, text: str, name: str, email: str, *, at: str = "", locale: str = "en-GB") -> None:
        """Somebody signs a text, without script, and nobody gives the browser a cookie."""
        guest = self.visit(self.town, script=False, locale=locale)
        sign(self.town, guest, at or f"/appeals/{HIDDEN}/{text}/", name, email)
        assert not guest.has_cookies()
        newest = max(self.counts[text])
        self.counts[text][newest] += 1


def test_the_letter_travels_and_its_count_is_one(
    build: Callable[..., Town], visit: Callable[..., Visitor], tmp_path: Path
) -> None:
    town = build()
    town.postbox.refuses = {ODILE}
    town.serve()
    story = Story(town, visit, tmp_path, sign_in(visit(town), OWNER), visit(town, script=False))
    story.author.open(f"{DESKTOP}open/")
    story.author.press("Open for signature")
    story.agree()
    _the_author_writes_to_eight(story)
    _they_answer(story)
    _two_make_texts(story)
    _people_sign(story)
    _somebody_signs_twice(story)
    _paper_comes_back(story)
    _a_second_version_is_asked_about(story)
    _look_at_it_in_four_languages(story)
    assert town.site.run("fsck").code == 0


def _the_author_writes_to_eight(story: Story) -> None:
    author, postbox = story.author, story.town.postbox
    for language in ("en", "es", "fr", "ar"):
        author.open(f"{CARRIERS}letters/{language}/")
        author.press("Keep the letter")
    table = story.folder / "friends.csv"
    rows = [f"{name},{email},{language}" for name, (email, language) in ADDRESSES.items()]
    table.write_text("\n".join(["name,email,language", *rows]))
    author.open(f"{CARRIERS}list/")
    author.page.locator("input[type=file]").set_input_files(table)
    author.fill(language="en")
    author.press("Show what it holds")
    look(author, "desk-list-preview")
    author.press("Add 8 people")
    author.open(f"{CARRIERS}runs/")
    author.press("Send 8 letters")
    for email in (GRACE, NED, INES, PABLO, LUC, AMIRA, ZAYD):
        letter = postbox.wait(email)
        assert [part.get_content_type() for part in letter.message.iter_attachments()]
    report = story.folder / "bounce.eml"
    report.write_text(bounced(postbox.wait(PABLO)))
    done = story.town.site.run("send-mail", "--bounce", str(report))
    assert done.code == 0, done.err
    # The worker looks every hour for what came back late; this is not waited for.
    assert story.town.site.run("circulate").code == 0
    until(
        lambda: _named(author, "refused") == {"Odile Pont", "Pablo Vela"}, "two addresses to be refused", 20
    )
    look(author, "desk-refused")


def _named(author: Visitor, state: str) -> set[str]:
    author.open(f"{CARRIERS}?state={state}")
    return set(author.page.locator("table.table tbody tr td:first-child a").all_inner_texts())


def _they_answer(story: Story) -> None:
    visit, town, author = story.visit, story.town, story.author
    grace = visit(town)
    grace.open(private_link(town, GRACE))
    grace.page.locator("#answer textarea").fill("I am on the Board myself, and may not.")
    with grace.page.expect_navigation():
        grace.page.locator("button[value=decline]").click()
    look(grace, "declined-en")
    ines = visit(town, locale="es")
    ines.open(private_link(town, INES))
    assert ines.page.locator("html").get_attribute("lang") == "es"
    with ines.page.expect_navigation():
        ines.page.locator("button[value=carry]").click()
    look(ines, "carrying-es")
    zayd = visit(town, locale="ar", script=False)
    zayd.open(private_link(town, ZAYD))
    for state, name in (("declined", "Grace Holm"), ("carrying", "Inés Mar"), ("opened", "Zayd Bahr")):
        assert _named(author, state) == {name}, state
    assert _named(author, "sent") == {"Ned Quill", "Luc Rive", "Amira Nour"}
    author.open(f"{CARRIERS}?state=wrote")
    author.follow("Grace Holm")
    assert "I am on the Board myself" in author.page.locator("main").inner_text()


def _two_make_texts(story: Story) -> None:
    visit, town, author = story.visit, story.town, story.author
    amira, link = visit(town, locale="ar"), private_link(town, AMIRA)
    begin_text(amira, link, "translate", "ar", "أميرة نور", "لمن يقرؤون العربية")
    assert amira.page.locator("html").get_attribute("dir") == "rtl"
    hand_in(amira, link, ARABIC)
    look(amira, "workbench-ar")
    ned, neds = visit(town), private_link(town, NED)
    begin_text(ned, neds, "adapt", "", "Ned Quill", "For those who study")
    hand_in(ned, neds, STUDENTS)
    look(ned, "workbench-en")
    assert _named(author, "translating") == {"Amira Nour"}
    assert _named(author, "adapting") == {"Ned Quill"}
    author.open(f"{CARRIERS}texts/")
    slugs = author.page.locator("table.table tbody td:first-child a").all_inner_texts()
    assert sorted(slugs) == sorted([AR, KIN]), slugs
    look(author, "desk-texts")
    for slug in (AR, KIN):
        author.open(f"{CARRIERS}texts/{slug}/")
        look(author, f"desk-text-{slug}")
        publish_text(author, slug)
        story.counts[slug] = {1: 0}
    story.agree()
    for name, email in (("Maren Sund", MAREN), ("Towa Edd", TOWED)):
        amira.open(f"{link}pass-on/")
        amira.fill(name=name, email=email, language="en")
        submit(amira)
        # Both get the text that Amira made.
        assert "من أجل معدّية الليل" in town.postbox.wait(email).text
    amira.open(link)
    look(amira, "carrier-with-circle-ar")


def _people_sign(story: Story) -> None:
    town = story.town
    ines = story.visit(town, script=False, locale="es")
    ines.open(private_link(town, INES))
    through_ines = str(ines.page.locator(".link-box a").get_attribute("href"))
    story.sign(EN, "Paul Ferry", "paul@signers.example", at=through_ines)
    story.sign(EN, "Rosa Hale", ROSA)
    story.sign(EN, "Sam Oar", "sam@signers.example")
    story.agree()
    story.sign(AR, "هدى الكرمي", "huda@signers.example", locale="ar")
    story.sign(AR, "كريم بحري", "karim@signers.example", locale="ar")
    story.sign(KIN, "Ulla Vik", "ulla@signers.example")
    story.agree()
    ines.page.reload()
    assert ines.page.locator(".count-number").inner_text().strip() == "1"


def _somebody_signs_twice(story: Story) -> None:
    """Sam signed the original; then the adaptation: one person, who is counted where they signed last."""
    story.sign(KIN, "Sam Oar", "sam@signers.example")
    story.counts[EN][1] -= 1
    story.moved += 1
    story.agree()


def _paper_comes_back(story: Story) -> None:
    visit, town, author = story.visit, story.town, story.author
    author.open(f"{CARRIERS}sheets/")
    author.fill(text=EN, count="1", lines="5", asks_email="1")
    author.press("Issue sheets")
    look(author, "desk-sheets")
    amira, link = visit(town, locale="ar"), private_link(town, AMIRA)
    amira.open(f"{link}sheets/")
    amira.fill(count="1", lines="4")
    submit(amira)
    look(amira, "sheets-ar")
    english = [
        ("Wanda Krill", "Hill End", ""),
        ("Xenia Poe", "", "xenia@signers.example"),
        ("R. Hale", "Quay", ROSA),
    ]
    arabic = [("ليلى المرسى", "الرصيف", ""), ("عمر الشاطئ", "", "")]
    printer = visit(town, script=False)
    first = filled_sheet(amira, f"{link}sheets/2-2/", arabic, story.folder / "two.png")
    sign_in(printer, OWNER)
    second = filled_sheet(printer, f"{CARRIERS}sheets/1-1/", english, story.folder / "one.png")
    edda, mo = (sign_in(visit(town, script=script), f"{who}@people.example")
                for who, script in (("edda", False), ("mo", False)))  # fmt: skip
    sheet = bring_in(author, 1, 3, second)
    edda.open(sheet)
    read_sheet(edda, sheet, english)
    misread = [("Wanda Krull", "Hill End", ""), *english[1:]]
    read_sheet(mo, sheet, misread)
    _settle(author, sheet)
    story.counts[EN][1] += 2
    story.agree()
    sheet = bring_in(author, 2, 2, first)
    for reader in (edda, mo):
        read_sheet(reader, sheet, arabic)
    author.open(sheet)
    author.press("These lines are verified: count them")
    story.counts[AR][1] += 2
    story.agree()
    done, found = town.verify(f"{town.url}/appeals/{HIDDEN}/")
    assert done.code == 0
    assert (found["logs"][0]["kinds"]["paper"], found["logs"][0]["kinds"]["mail"]) == (4, 6)


def _settle(author: Visitor, sheet: str) -> None:
    """The third person settles where two differ, and says that Rosa signed on line already."""
    author.open(sheet)
    author.follow("Settle line by line")
    look(author, "desk-settle")
    author.press("The first is right")
    author.open(sheet)
    author.follow("Possible duplicates")
    look(author, "desk-duplicates")
    author.press("The same person")
    author.open(sheet)
    author.press("These lines are verified: count them")
    look(author, "desk-sheet-counted")


def _a_second_version_is_asked_about(story: Story) -> None:
    town, author = story.town, story.author
    author.open(f"{DESKTOP}draft/{EN}/")
    author.fill(source=FERRY.format(ask="We ask for two secret boats."))
    author.press("Save draft")
    author.open(f"{DESKTOP}draft/{EN}/publish/")
    author.press("Freeze and publish these words")
    story.counts[EN][2] = 0
    story.agree()
    author.open(f"{DESKTOP}texts/{EN}/ask/")
    look(author, "desk-ask")
    author.press("Ask them now")
    paul = story.visit(town)
    paul.open(town.postbox.wait_link("paul@signers.example", "again"))
    look(paul, "asked-again")
    story.agree()
    paul.press("Yes, I sign version 2")
    story.counts[EN] = {1: story.counts[EN][1] - 1, 2: 1}
    story.moved += 1
    story.agree()
    town.postbox.wait_link(ROSA, "again")
    for email in ("sam@signers.example", "huda@signers.example"):
        assert not [letter for letter in town.postbox.letters(email) if "/again/" in letter.text], email
    for said in (
        "2 people who signed an earlier version were asked",
        "1 without an answer, which is not a yes",
    ):
        until(lambda said=said: said in _count(story), said)
    author.open(f"{DESKTOP}texts/{EN}/ask/")
    look(author, "desk-asked")
    ned, link = story.visit(town), private_link(town, NED)
    ned.open(f"{link}text/")
    assert "The source has a version 2" in ned.page.locator("main").inner_text()
    look(ned, "workbench-behind")


def _look_at_it_in_four_languages(story: Story) -> None:
    visit, town, author = story.visit, story.town, story.author
    for language, email, source in (("fr", LUC, FRENCH), ("es", INES, SPANISH)):
        guest, link = visit(town, locale=language), private_link(town, email)
        begin_text(guest, link, "translate", language, "", "")
        hand_in(guest, link, source)
        look(guest, f"workbench-{language}")
        publish_text(author, language)
        story.counts[language] = {1: 0}
    story.agree()
    reader = visit(town)
    for language in ("en", "es", "fr", "ar"):
        for name, page in (("letter", f"{language}/"), ("variants", f"variants/?lang={language}"),
                           ("names", f"names/?lang={language}")):  # fmt: skip
            reader.open(f"/appeals/{HIDDEN}/{page}")
            assert reader.page.locator("html").get_attribute("lang") == language, page
            look(reader, f"{name}-{language}")
        other = "ar.1" if language == "ar" else "en-adapted.1"
        reader.open(f"/appeals/{HIDDEN}/variants/?lang={language}&a=en.2&b={other}")
        look(reader, f"beside-{language}")
    assert not reader.has_cookies()
    author.open(CARRIERS)
    look(author, "desk-carriers")
    author.open(f"{CARRIERS}tree/")
    look(author, "desk-tree")


def _count(story: Story) -> str:
    return story.reader.open(f"/appeals/{HIDDEN}/{EN}/").locator("#count").inner_text()
