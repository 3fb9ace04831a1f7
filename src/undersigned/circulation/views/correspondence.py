"""The page behind a letter's private link: the letter as it would be printed, and whether it may be."""

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from undersigned.appeals import answers, languages, written_dates
from undersigned.circulation.correspondence import answer as act
from undersigned.circulation.correspondence import consent, letters
from undersigned.circulation.views.carry import dead


@csrf_exempt
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The letter and the question; POST keeps the answer, which can be changed at any time."""
    if request.method not in ("GET", "HEAD", "POST"):
        return answers.guarded(HttpResponseNotAllowed(["GET", "HEAD", "POST"]))
    letter = act.find(token)
    if letter is None:
        return dead(request)
    with answers.speaking(letter.carrier.language if letter.carrier else letter.language):
        if request.method == "POST" and answers.is_cross_site(request):
            return answers.page(request, "circulation/cross_site.html", {}, status=403)
        said = request.POST.get("may", "")
        if request.method == "POST" and said in ("yes", "no"):
            act.answer(letter=letter, yes=said == "yes")
            return answers.see(f"{reverse('correspondence', args=[token])}?said=1")
        addressee = act.is_addressee(letter)
        context = {
            "letter": letter,
            "content": letters.printed(letter),
            "direction": languages.direction(letter.language),
            "date": written_dates.written_out(letter.date, letter.language),
            "is_addressee": addressee,
            "asked": consent.NAME if addressee else consent.PRINT,
            "agreed": letter.names_addressee if addressee else letter.consent == "yes",
            "answered_at": letter.addressee_at if addressee else letter.consent_at,
            "handed_out": act.handed_out_with(letter),
            "said": request.GET.get("said") == "1",
            "unsure": request.method == "POST",
        }
        status = 422 if request.method == "POST" else 200
        return answers.page(request, "circulation/letter_consent.html", context, status=status)
