from django.urls import URLPattern, path

from undersigned.lib import later

me_views = later.Views("undersigned.accounts.me_views")
record_views = later.Views("undersigned.accounts.record_views")
team_views = later.Views("undersigned.accounts.team_views")
views = later.Views("undersigned.accounts.views")
age_views = later.Views("undersigned.accounts.age_views")

urlpatterns: list[URLPattern] = [
    path("setup/<str:token>/", views.setup_page, name="setup"),
    path("invitation/<str:token>/", views.invitation_page, name="invitation"),
    path("me/", views.me, name="desk-me"),
    path("me/sessions/", me_views.sessions_page, name="desk-sessions"),
    path("me/address/", me_views.address_page, name="desk-address"),
    path("me/close/", me_views.close_page, name="desk-close-account"),
    path("audit/", record_views.audit_page, name="desk-audit"),
    path("audit/export.csv", record_views.audit_export, name="desk-audit-export"),
    path("team/", team_views.mine, name="desk-team"),
    path("team/new/", team_views.new, name="desk-team-new"),
    path("team/<int:pk>/", team_views.one, name="desk-team-one"),
    path("team/<int:pk>/keys/", age_views.keys, name="desk-team-keys"),
    path("team/<int:pk>/keys/<int:number>/retire/", age_views.retire, name="desk-team-key-retire"),
    path("team/<int:pk>/name/", team_views.rename, name="desk-team-name"),
    path("team/<int:pk>/invite/", team_views.invite, name="desk-team-invite"),
    path(
        "team/<int:pk>/invitations/<int:number>/revoke/",
        team_views.revoke,
        name="desk-team-revoke",
    ),
    path("team/<int:pk>/members/<int:number>/role/", team_views.role, name="desk-team-role"),
    path("team/<int:pk>/members/<int:number>/remove/", team_views.remove, name="desk-team-remove"),
]
