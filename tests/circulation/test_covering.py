"""The covering letter: merged for each addressee, edited by hand, approved before it goes."""

from datetime import timedelta

import pytest

from undersigned.circulation import covering, dispatch, people
from undersigned.circulation.covering import Composer, NoTemplate, NotPossible
from undersigned.circulation.people import Words
from undersigned.lib import clock
from undersigned.lib.fields import FieldError
from undersigned.mailroom.models import Message

pytestmark = pytest.mark.django_db


def test_it_is_composed_in_the_addressees_language_and_the_link_is_not_kept(carry, letters):
    _language, words = Composer(letters).compose(carry("Ana", "es-MX"))
    assert words == Words(
        "Una carta: For the night ferry", "Hola, Ana:\n\n{link}\n\nThe people of Lower Quay"
    )


def test_a_line_with_the_deadline_goes_where_there_is_none(carry, letters):
    composer = Composer(letters)
    assert "By " not in composer.compose(carry("Ana"))[1].body
    dated = composer.compose(carry("Bea", deadline=clock.now() + timedelta(days=400)))[1].body
    assert "By " in dated
    assert str((clock.now() + timedelta(days=400)).year) in dated


def test_no_gap_stays_where_a_line_was_left_out():
    text = "Dear {name},\n\nBy {deadline}.\n\nYours"
    assert covering.merge(text, {"name": "Ana", "deadline": ""}) == "Dear Ana,\n\nYours"
    assert covering.merge(text, {"name": "Ana", "deadline": "May 1"}) == "Dear Ana,\n\nBy May 1.\n\nYours"
    assert covering.merge("A\n\n\nB", {"deadline": ""}) == "A\n\n\nB"


def test_a_field_that_there_is_not_is_a_clear_error(author, letters):
    with pytest.raises(covering.UnknownField, match=r"\{nmae\}.*\{name\}, \{title\}"):
        covering.save_template(
            actor=author, appeal=letters, language="en", words=Words("Hi", "Dear {nmae}, {link}")
        )


def test_what_is_filled_in_is_not_read_again(carry, letters):
    words = Composer(letters).compose(carry("{link} {author}", email="a@people.example"))[1]
    assert words.subject.startswith("For {link} {author}:")


@pytest.mark.parametrize("language", ["xx-nothing", "deutsch"])
def test_a_language_that_there_is_not_gets_no_template(author, letters, language):
    with pytest.raises(FieldError):
        covering.save_template(actor=author, appeal=letters, language=language, words=Words("a", "b"))


def test_without_a_template_in_the_language_nothing_is_composed(carry, letters, author):
    carrier = carry("Omar", "ar")
    with pytest.raises(NoTemplate):
        Composer(letters).compose(carrier)
    with pytest.raises(NotPossible, match="ar"):
        dispatch.start(actor=author, appeal=letters)


def test_a_letter_edited_by_hand_waits_for_its_approval(carry, author, letters):
    carrier, other = carry("Ana"), carry("Bea")
    covering.edit(actor=author, carrier=carrier, words=Words("For you", "My own words. {link}"))
    run = dispatch.start(actor=author, appeal=letters)
    assert run.total == 1
    dispatch.step(run.pk)
    assert Message.objects.filter(key=f"cover:{other.pk}").exists()
    assert not Message.objects.filter(key=f"cover:{carrier.pk}").exists()
    covering.approve(actor=author, carrier=carrier)
    run = dispatch.start(actor=author, appeal=letters)
    dispatch.step(run.pk)
    assert Message.objects.filter(key=f"cover:{carrier.pk}").exists()
    carrier.refresh_from_db()
    assert people.words_of(carrier.letter).body == "My own words. {link}"
    with pytest.raises(NotPossible):
        covering.edit(actor=author, carrier=carrier, words=Words("Too", "late {link}"))


def test_an_edited_letter_keeps_its_link(carry, author):
    with pytest.raises(FieldError, match="link"):
        covering.edit(actor=author, carrier=carry(), words=Words("For you", "Nothing here"))


@pytest.mark.parametrize("language", ["en", "es", "fr", "ar", "pt-BR"])
def test_there_is_a_letter_to_begin_with_in_every_language(language):
    words = covering.starting_words(language)
    assert covering.check(words) == words
