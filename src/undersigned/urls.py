from django.urls import URLPattern, URLResolver, include, path

handler400 = "undersigned.pages.errors.bad_request"
handler403 = "undersigned.pages.errors.forbidden"
handler404 = "undersigned.pages.errors.not_found"
handler500 = "undersigned.pages.errors.server_error"

# Order matters once: /desk/ and the fixed names come before an appeal's own addresses.
urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/account/", include("undersigned.accounts.allauth_urls")),
    path("desk/", include("undersigned.accounts.urls")),
    path("desk/", include("undersigned.appeals.urls")),
    path("desk/", include("undersigned.circulation.desk_urls")),
    path("desk/", include("undersigned.signing.desk_urls")),
    path("desk/", include("undersigned.pages.desk_urls")),
    path("", include("undersigned.mailroom.urls")),
    path("", include("undersigned.ledger.urls")),
    path("", include("undersigned.circulation.urls")),
    path("", include("undersigned.signing.urls")),
    path("", include("undersigned.pages.urls")),
]
