from django.urls import path

from undersigned.lib import later

desk = later.Views("undersigned.circulation.views.desk")
correspondence = later.Views("undersigned.circulation.views.desk_correspondence")
letters = later.Views("undersigned.circulation.views.letters")
lists = later.Views("undersigned.circulation.views.lists")
review = later.Views("undersigned.circulation.views.review")
runs = later.Views("undersigned.circulation.views.runs")
sheets = later.Views("undersigned.circulation.views.desk_sheets")

# All below /desk/: the circulation desk.
urlpatterns = [
    path("appeals/<slug:slug>/carriers/", desk.listing, name="desk-carriers"),
    path("appeals/<slug:slug>/carriers/tree/", desk.tree_page, name="desk-carriers-tree"),
    path("appeals/<slug:slug>/carriers/add/", lists.add, name="desk-carriers-add"),
    path("appeals/<slug:slug>/carriers/list/", lists.read_list, name="desk-carriers-list"),
    path("appeals/<slug:slug>/carriers/letters/", letters.templates, name="desk-letters"),
    path("appeals/<slug:slug>/carriers/letters/<str:language>/", letters.template, name="desk-letter"),
    path("appeals/<slug:slug>/carriers/runs/", runs.start, name="desk-runs"),
    path("appeals/<slug:slug>/carriers/runs/<int:pk>/", runs.run, name="desk-run"),
    path("appeals/<slug:slug>/carriers/sheets/", sheets.listing, name="desk-sheets"),
    path("appeals/<slug:slug>/carriers/sheets/<int:first>-<int:last>/", sheets.page, name="desk-sheets-page"),
    path(
        "appeals/<slug:slug>/carriers/sheets/<int:first>-<int:last>.pdf", sheets.pdf, name="desk-sheets-pdf"
    ),
    path("appeals/<slug:slug>/carriers/texts/", review.listing, name="desk-carriers-texts"),
    path("appeals/<slug:slug>/carriers/texts/<slug:text>/", review.one, name="desk-carriers-text"),
    path("appeals/<slug:slug>/carriers/correspondence/", correspondence.listing, name="desk-correspondence"),
    path(
        "appeals/<slug:slug>/carriers/correspondence/new/", correspondence.new, name="desk-correspondence-new"
    ),
    path(
        "appeals/<slug:slug>/carriers/correspondence/<int:pk>/",
        correspondence.one,
        name="desk-correspondence-one",
    ),
    path("appeals/<slug:slug>/carriers/<int:pk>/", desk.one, name="desk-carrier"),
    path("appeals/<slug:slug>/carriers/<int:pk>/letter/", letters.one, name="desk-carrier-letter"),
]
