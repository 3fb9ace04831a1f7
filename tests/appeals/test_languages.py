"""Languages of texts and of the interface."""

import pytest

from undersigned.appeals import languages


@pytest.mark.parametrize("tag", ["en", "es", "pt-BR", "zh-Hant", "ar", "ka", "gsw", "en-us", "ca-valencia"])
def test_a_language_is_one_that_exists(tag: str) -> None:
    assert languages.is_language(tag)


@pytest.mark.parametrize(
    "tag",
    ["", " en", "en ", "en\n", "en_US", "xq", "english", "e", "en-", "٣٣", "\0", "en-x-" + "a-" * 40, "--"],
)
def test_anything_else_is_none(tag: str) -> None:
    assert not languages.is_language(tag)


@pytest.mark.parametrize(
    ("tag", "interface"),
    [("es-AR", "es"), ("AR", "ar"), ("fr", "fr"), ("ka", "en"), ("", "en"), ("\0", "en")],
)
def test_the_interface_speaks_the_texts_language_where_it_can(tag: str, interface: str) -> None:
    assert languages.interface_language(tag) == interface


@pytest.mark.parametrize(
    ("tag", "direction"),
    [("ar", "rtl"), ("he-IL", "rtl"), ("FA", "rtl"), ("ur", "rtl"), ("en", "ltr"), ("", "ltr")],
)
def test_a_text_knows_its_direction(tag: str, direction: str) -> None:
    assert languages.direction(tag) == direction


def test_a_language_has_a_name_for_readers_of_another_and_one_of_its_own() -> None:
    assert languages.language_name("es", "en") == "Spanish"
    assert languages.language_name("ar", "fr") == "arabe"
    assert languages.own_name("es") == "español"
    assert languages.own_name("ar") == "العربية"
    assert languages.own_name("pt-BR").startswith("português")


@pytest.mark.parametrize("tag", ["", "xq", "nonsense-nonsense", "\0", "../../etc", "zh-hant-tw-x-a"])
def test_a_language_that_nobody_knows_is_called_by_its_tag(tag: str) -> None:
    assert isinstance(languages.language_name(tag, "en"), str)
    assert isinstance(languages.own_name(tag), str)


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("es", "es"),
        ("fr;q=0.4, es;q=0.9", "es"),
        ("es-MX,en;q=0.5", "es"),
        ("pt-BR", "pt-BR"),
        ("pt", "pt-BR"),
        ("de, ar;q=0.1", "ar"),
        ("ES", "es"),
        ("es;q=0", None),
        ("de", None),
        ("", None),
        (",,;q=;", None),
        ("es;q=x, ar", "ar"),
        ("*", None),
        ("es;q=nan, ar;q=0.2", "ar"),
        ("es, " * 10_000, "es"),
        ("\0;q=1", None),
    ],
)
def test_it_gives_the_reader_what_the_browser_wants_most(accept: str, wanted: str | None) -> None:
    assert (
        languages.negotiate(accept, ["fr-CA", "es", "ar", "pt-BR"] if wanted != "es" else ["ar", "es"])
        == wanted
    )
