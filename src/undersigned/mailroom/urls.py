from django.urls import URLPattern, path

from undersigned.mailroom import views

urlpatterns: list[URLPattern] = [
    path("outbox/", views.outbox_list, name="outbox"),
    path("outbox/<str:name>", views.outbox_message, name="outbox-message"),
]
