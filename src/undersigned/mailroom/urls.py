from django.urls import URLPattern, path

from undersigned.lib import later

views = later.Views("undersigned.mailroom.views")

urlpatterns: list[URLPattern] = [
    path("outbox/", views.outbox_list, name="outbox"),
    path("outbox/<str:name>", views.outbox_message, name="outbox-message"),
]
