"""The team hears that a carrier wrote, once an hour at most, and never what."""

from datetime import timedelta

import pytest
from django.urls import reverse

from tests.circulation.conftest import signed_in
from tests.circulation.test_dispatch import sent_mail
from undersigned.circulation import answer, links
from undersigned.lib import clock
from undersigned.mailroom import send
from undersigned.mailroom.models import Message

pytestmark = pytest.mark.django_db


def notices():
    return Message.objects.filter(kind="carrier-wrote").order_by("pk")


def test_who_writes_the_letters_is_told_and_nobody_else(cast, carry):
    answer.write(token=links.token(carry("Ines")), words="I know the harbour master.")
    told = {ref.rpartition(":")[2] for ref in notices().values_list("subject_ref", flat=True)}
    assert told == {str(cast.owner.pk), str(cast.editor.pk)}


def test_the_mail_says_neither_what_nor_who(cast, carry, letters):
    answer.answer(token=links.token(carry("Ines")), choice="carry", words="I know the harbour master.")
    send.send_due()
    mail = sent_mail()
    for part in ("plain", "html"):
        body = mail.get_body((part,)).get_content()
        assert "For the night ferry" in body
        assert "/desk/appeals/night-ferry/carriers/?state=wrote" in body
        assert "harbour master" not in body and "Ines" not in body


def test_an_answer_without_words_is_no_letter_to_the_author(carry):
    answer.answer(token=links.token(carry("Ines")), choice="carry")
    assert not notices().exists()


def test_replies_are_gathered_into_one_mail_an_hour(cast, carry, time_machine):
    begin = clock.now()
    time_machine.move_to(begin, tick=False)
    ines, bruno = carry("Ines"), carry("Bruno")
    for who in (ines, bruno, ines):
        answer.write(token=links.token(who), words="A word.")
    assert notices().count() == 2
    send.send_due()
    time_machine.move_to(begin + timedelta(minutes=10), tick=False)
    for who in (ines, bruno):
        answer.write(token=links.token(who), words="Another.")
    later = notices()[2:]
    assert [round((row.due_at - begin).total_seconds()) for row in later] == [3600, 3600]
    assert send.send_due().sent == 0
    time_machine.move_to(begin + timedelta(minutes=61), tick=False)
    assert send.send_due().sent == 2
    time_machine.move_to(begin + timedelta(hours=5), tick=False)
    answer.write(token=links.token(ines), words="Much later.")
    assert notices().last().due_at == begin + timedelta(hours=5)


def test_the_desk_lists_who_wrote(cast, carry):
    ines, _bruno = carry("Ines"), carry("Bruno")
    answer.write(token=links.token(ines), words="A word.")
    shown = signed_in(cast.editor).get(reverse("desk-carriers", args=["night-ferry"]) + "?state=wrote")
    assert "Ines" in shown.content.decode() and "Bruno" not in shown.content.decode()
