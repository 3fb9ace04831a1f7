from django.urls import URLPattern, path

from undersigned.lib import later

api = later.Views("undersigned.signing.api")
again = later.Views("undersigned.signing.views.again")
disputes = later.Views("undersigned.signing.disputes.views")
embargoed = later.Views("undersigned.signing.views.embargoed")
confirm = later.Views("undersigned.signing.views.confirm")
mine = later.Views("undersigned.signing.views.mine")
own_data = later.Views("undersigned.signing.views.own_data")
organisations = later.Views("undersigned.signing.views.organisations")
vouch = later.Views("undersigned.signing.vouch.views")
sign = later.Views("undersigned.signing.views.sign")

urlpatterns: list[URLPattern] = [
    path("appeals/<slug:slug>/<slug:text>/sign", sign.sign, name="sign"),
    path("appeals/<slug:slug>/<slug:text>/signed/", sign.signed, name="signed"),
    path("appeals/<slug:slug>/<slug:text>/challenge", sign.challenge, name="challenge"),
    path("api/v1/appeals/<slug:slug>/texts/<slug:text>/signatures", api.sign, name="api-sign"),
    path(
        "appeals/<slug:slug>/<slug:text>/organisation/", organisations.organisation, name="organisation-ask"
    ),
    path(
        "appeals/<slug:slug>/<slug:text>/organisation/asked/", organisations.asked, name="organisation-asked"
    ),
    path("appeals/<slug:slug>/names/not-me/", disputes.not_me, name="not-me"),
    path("appeals/<slug:slug>/names/not-me/asked/", disputes.asked, name="not-me-asked"),
    path("disputes/<str:token>/", disputes.confirm, name="dispute-confirm"),
    path("disputes/<str:token>/answer/", disputes.answer, name="dispute-answer"),
    path("organisation/confirm/<str:token>/", organisations.confirm_page, name="organisation-confirm"),
    path("organisation/cosign/<str:token>/", organisations.cosign_page, name="organisation-cosign"),
    path("organisation/<str:token>/", organisations.page, name="organisation"),
    path("organisation/<str:token>/withdraw", organisations.withdraw_page, name="organisation-withdraw"),
    path("organisation/<str:token>/erase", organisations.erase_page, name="organisation-erase"),
    path("organisation/<str:token>/receipt", organisations.receipt, name="organisation-receipt"),
    # Under embargo: the token stands for the carrier's link, and nothing else answers.
    path("embargo/<str:token>/", embargoed.entry, name="embargo"),
    path("embargo/<str:token>/<slug:text>/", embargoed.letter, name="embargo-letter"),
    path("embargo/<str:token>/<slug:text>/sign", embargoed.sign, name="embargo-sign"),
    path("embargo/<str:token>/<slug:text>/signed/", embargoed.signed, name="embargo-signed"),
    path("embargo/<str:token>/<slug:text>/challenge", embargoed.challenge, name="embargo-challenge"),
    path("confirm/", confirm.code, name="confirm-code"),
    path("confirm/<str:token>/", confirm.confirm, name="confirm"),
    path("again/<str:token>/", again.again, name="again"),
    path("mine/<str:token>/", mine.mine, name="mine"),
    path("mine/<str:token>/promise", mine.promise, name="mine-promise"),
    path("mine/<str:token>/receipt", mine.receipt, name="mine-receipt"),
    path("mine/<str:token>/display", mine.display, name="mine-display"),
    path("mine/<str:token>/withdraw", mine.withdraw, name="mine-withdraw"),
    path("mine/<str:token>/erase", mine.erase, name="mine-erase"),
    path("mine/<str:token>/data", own_data.ask, name="mine-data"),
    path("own-data/<str:token>/", own_data.show, name="own-data"),
    path("carry/<str:token>/vouch/", vouch.vouch, name="carry-vouch"),
    path("unsubscribe/<str:token>/", mine.unsubscribe, name="unsubscribe"),
]
