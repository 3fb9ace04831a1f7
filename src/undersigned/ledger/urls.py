from django.urls import URLPattern, path

from undersigned.lib import later

views = later.Views("undersigned.ledger.views")

urlpatterns: list[URLPattern] = [
    path("ledger/<str:log>/checkpoint", views.checkpoint, name="ledger-checkpoint"),
    path("ledger/<str:log>/tile/<path:path>", views.tile, name="ledger-tile"),
    path(".well-known/undersigned.json", views.well_known, name="ledger-well-known"),
]
