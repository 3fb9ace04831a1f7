from django.urls import path

from undersigned.lib import later

carry = later.Views("undersigned.circulation.views.carry")
letters = later.Views("undersigned.circulation.views.correspondence")
sheets = later.Views("undersigned.circulation.views.sheets")
work = later.Views("undersigned.circulation.views.work")

# The carrier's own pages, behind the private link; and the code on a sheet of paper.
urlpatterns = [
    path("carry/<str:token>/", carry.carry, name="carry"),
    path("carry/<str:token>/write/", carry.write, name="carry-write"),
    path("carry/<str:token>/pass-on/", carry.hand_on, name="carry-pass-on"),
    path("carry/<str:token>/code.png", carry.code, name="carry-code"),
    path("carry/<str:token>/text/", work.bench, name="carry-work"),
    path("carry/<str:token>/text/ready/", work.ready, name="carry-work-ready"),
    path("carry/<str:token>/text.txt", carry.text, name="carry-text"),
    path("carry/<str:token>/sheets/", sheets.own, name="carry-sheets"),
    path("carry/<str:token>/sheets/<int:first>-<int:last>/", sheets.own_page, name="carry-sheets-page"),
    path("carry/<str:token>/sheets/<int:first>-<int:last>.pdf", sheets.own_pdf, name="carry-sheets-pdf"),
    path("carry/<str:token>/stop/", carry.stop, name="carry-stop"),
    path("correspondence/<str:token>/", letters.answer, name="correspondence"),
    path("sheet/<str:public_id>/", sheets.code, name="sheet"),
]
