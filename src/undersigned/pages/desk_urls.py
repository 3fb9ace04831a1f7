from django.urls import path

from undersigned.lib import later

desk = later.Views("undersigned.pages.desk")

# All below /desk/.
urlpatterns = [
    path("", desk.home, name="desk-home"),
    path("mail/", desk.mail, name="desk-mail"),
    path("appeals/<slug:slug>/", desk.overview, name="desk-appeal"),
]
