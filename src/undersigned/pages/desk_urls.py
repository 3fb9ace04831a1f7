from django.urls import path

from undersigned.pages import desk

# All below /desk/.
urlpatterns = [
    path("", desk.home, name="desk-home"),
    path("mail/", desk.mail, name="desk-mail"),
    path("appeals/<slug:slug>/", desk.overview, name="desk-appeal"),
]
