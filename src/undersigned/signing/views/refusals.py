"""What a signer's page refuses whatever it was asked."""

from django.http import HttpRequest, HttpResponse

from undersigned.appeals import answers

RETRY_SECONDS = 30


def cross_site(request: HttpRequest) -> HttpResponse:
    """Refuses a POST that another site's page sent."""
    return answers.page(request, "signing/cross_site.html", {}, status=403)
