"""The roll of names over HTTP."""

import re

import pytest
from django.test import Client

from tests.appeals.test_derive import SPANISH, rewrite
from tests.cast import Cast
from tests.pages.conftest import sign
from tests.signing import crowd
from undersigned.appeals import derive
from undersigned.appeals.models import Appeal
from undersigned.pages.names import initial
from undersigned.signing import sequence, withdraw
from undersigned.signing.models import PublicLine, Signature

pytestmark = pytest.mark.django_db

NAMES = "/appeals/night-ferry/names/"


def listed(html: str) -> list[str]:
    return re.findall(r'<bdi class="name">([^<]*)</bdi>', html)


def test_names_stand_in_alphabetical_order_under_their_letters(reader: Client, signed_appeal: Appeal) -> None:
    html = reader.get(NAMES).content.decode()
    assert listed(html) == ["Amina Qadir", "Ángel Ruiz", "Bela Novák", "Heron"]
    assert re.findall(r'<h2 class="roll-letter"><bdi>(.)</bdi>', html) == ["A", "B", "H"]
    assert "for identification only" in html and "Ferry school" in html


def test_nobody_who_asked_not_to_be_named_is_found(reader: Client, signed_appeal: Appeal) -> None:
    html = reader.get(NAMES).content.decode()
    assert "Grace" not in html and "Hidden Name" not in html
    assert "and 1 who asked not to be named" in html
    for query in ("Grace", "Hidden"):
        page = reader.get(NAMES, {"q": query}).content.decode()
        assert listed(page) == [] and "No listed name like this" in page


def test_a_search_forgives_case_and_accents_and_is_kept_by_no_cache(
    reader: Client, signed_appeal: Appeal
) -> None:
    page = reader.get(NAMES, {"q": "angel"})
    html = page.content.decode()
    assert listed(html) == ["Ángel Ruiz"]
    assert page["Cache-Control"] == "no-store" and page["Referrer-Policy"] == "no-referrer"
    assert page["X-Robots-Tag"] == "noindex" and 'content="noindex"' in html


@pytest.mark.parametrize(
    "typed", ["", "   ", "\0", "'; DROP TABLE--", "%", "<b>", "x" * 5000, "\u202e", "李"]
)
def test_any_query_gets_a_page(reader: Client, signed_appeal: Appeal, typed: str) -> None:
    page = reader.get(NAMES, {"q": typed})
    assert page.status_code == 200 and "<b>" not in page.content.decode()


def test_pages_follow_each_other_without_loss_and_back(reader: Client, signed_appeal: Appeal) -> None:
    names = [f"Person {chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(110)]
    sign(crowd.original(signed_appeal), *names)
    first = reader.get(NAMES).content.decode()
    onward = re.search(r'href="([^"]+)" rel="next"', first)
    assert onward
    second = reader.get(onward[1].replace("&amp;", "&")).content.decode()
    assert listed(first) + listed(second) == ["Amina Qadir", "Ángel Ruiz", "Bela Novák", "Heron", *names]
    back = re.search(r'href="([^"]+)" rel="prev"', second)
    assert back
    assert listed(reader.get(back[1].replace("&amp;", "&")).content.decode()) == listed(first)
    assert listed(reader.get(NAMES, {"last": "1"}).content.decode())[-1] == names[-1]


@pytest.mark.parametrize("cursor", ["x", "%00", "a" * 900, "AAAA"])
def test_a_cursor_that_this_site_did_not_make_leads_to_the_first_page(
    reader: Client, signed_appeal: Appeal, cursor: str
) -> None:
    page = reader.get(NAMES, {"after": cursor})
    assert page.status_code == 302 and page["Location"] == NAMES


def test_first_signatories_stand_on_top_in_the_organisers_order(
    reader: Client, signed_appeal: Appeal
) -> None:
    for place, name in enumerate(["Bela Novák", "Amina Qadir"], 1):
        PublicLine.objects.filter(name=name).update(first_order=place)
    html = reader.get(NAMES).content.decode()
    assert listed(html)[:2] == ["Bela Novák", "Amina Qadir"] and "First signatories" in html


def test_a_withdrawn_signature_leaves_a_dated_line_without_a_name(
    reader: Client, signed_appeal: Appeal
) -> None:
    withdraw.withdraw(signature=_of("Amina Qadir"), keeps_name=False)
    withdraw.withdraw(signature=_of("Bela Novák"), keeps_name=True)
    sequence.record_due(force=True)
    html = reader.get(NAMES).content.decode()
    assert "Amina" not in html and "Bela Novák" in html.partition("withdrawn-head")[2]
    assert html.count("withdrawn on") == 2
    assert "and 1 who asked not to be named" in html


def _of(name: str) -> Signature:
    return Signature.objects.get(public_line__name=name)


def test_a_letter_of_its_own_has_its_own_heading() -> None:
    assert initial("Ángel", "es") == "A"
    assert initial("Ñandú", "es") == "Ñ"
    assert initial("Ñandú", "en") == "N"
    assert initial("أمينة", "ar")
    assert initial("李明", "zh") == "李"
    assert initial("", "en") == ""


def test_names_of_people_in_danger_are_for_no_index(reader: Client, signed_appeal: Appeal) -> None:
    assert "noindex" not in reader.get(NAMES).content.decode()
    Appeal.objects.update(profile="at_risk")
    page = reader.get(NAMES)
    assert "noindex" in page.content.decode() and page["X-Robots-Tag"] == "noindex"


def test_the_family_speaks_the_language_that_the_address_says(reader: Client, family: Appeal) -> None:
    assert '<html lang="en"' in reader.get(NAMES, headers={"Accept-Language": "ar"}).content.decode()
    assert '<html lang="ar" dir="rtl"' in reader.get(NAMES, {"lang": "ar"}).content.decode()
    assert '<html lang="en"' in reader.get(NAMES, {"lang": "xx<"}).content.decode()


def test_a_line_says_which_text_was_signed(reader: Client, cast: Cast, signed_appeal: Appeal) -> None:
    source = signed_appeal.texts.get().versions.get()
    text = derive.derive(actor=cast.owner, source=source, relation="translation", language="es")
    version = rewrite(cast, text, SPANISH)
    sign(version, "Inés Mar")
    page = reader.get(NAMES).content.decode()
    rows = dict(re.findall(r'<bdi class="name">([^<]*)</bdi>(.*?)</li>', page, re.S))
    assert "signed: español, translation" in rows["Inés Mar"]
    assert "signed" not in rows["Amina Qadir"]
    rewrite(cast, text, SPANISH.replace("barco", "transbordador"))
    page = reader.get(NAMES).content.decode()
    assert page.count("signed version 1") == 1
