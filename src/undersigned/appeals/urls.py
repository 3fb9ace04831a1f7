from django.urls import path

from undersigned.appeals import views

# All below /desk/.
urlpatterns = [
    path("appeals/new/", views.new_appeal, name="desk-appeal-new"),
    path("import/", views.import_file, name="desk-import"),
    path("appeals/<slug:slug>/settings/", views.settings, name="desk-appeal-settings"),
    path("appeals/<slug:slug>/draft/<slug:text>/", views.edit_draft, name="desk-draft"),
    path("appeals/<slug:slug>/draft/<slug:text>/preview/", views.preview, name="desk-preview"),
    path("appeals/<slug:slug>/draft/<slug:text>/publish/", views.publish_text, name="desk-publish"),
]
