from django.urls import URLPattern, path

from undersigned.signing import api
from undersigned.signing.views import again, confirm, mine, sign

urlpatterns: list[URLPattern] = [
    path("appeals/<slug:slug>/<slug:text>/sign", sign.sign, name="sign"),
    path("appeals/<slug:slug>/<slug:text>/signed/", sign.signed, name="signed"),
    path("api/v1/appeals/<slug:slug>/texts/<slug:text>/signatures", api.sign, name="api-sign"),
    path("confirm/", confirm.code, name="confirm-code"),
    path("confirm/<str:token>/", confirm.confirm, name="confirm"),
    path("again/<str:token>/", again.again, name="again"),
    path("mine/<str:token>/", mine.mine, name="mine"),
    path("mine/<str:token>/receipt", mine.receipt, name="mine-receipt"),
    path("mine/<str:token>/display", mine.display, name="mine-display"),
    path("mine/<str:token>/withdraw", mine.withdraw, name="mine-withdraw"),
    path("mine/<str:token>/erase", mine.erase, name="mine-erase"),
    path("unsubscribe/<str:token>/", mine.unsubscribe, name="unsubscribe"),
]
