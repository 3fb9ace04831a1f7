from django.urls import path

from undersigned.lib import later

case_views = later.Views("undersigned.appeals.case_views")
cases_views = later.Views("undersigned.appeals.cases_views")
citations_views = later.Views("undersigned.appeals.citations_views")
copies_views = later.Views("undersigned.appeals.copies_views")
derive_views = later.Views("undersigned.appeals.derive_views")
persons_file_views = later.Views("undersigned.appeals.persons_file_views")
persons_views = later.Views("undersigned.appeals.persons_views")
sources_views = later.Views("undersigned.appeals.sources_views")
views = later.Views("undersigned.appeals.views")

# All below /desk/.
urlpatterns = [
    path("appeals/new/", views.new_appeal, name="desk-appeal-new"),
    path("import/", views.import_file, name="desk-import"),
    path("appeals/<slug:slug>/settings/", views.settings, name="desk-appeal-settings"),
    path("appeals/<slug:slug>/texts/new/", derive_views.new_text, name="desk-derive"),
    path("appeals/<slug:slug>/texts/<slug:text>/", derive_views.describe_text, name="desk-describe"),
    path("appeals/<slug:slug>/texts/<slug:text>/catch-up/", derive_views.catch_up, name="desk-catch-up"),
    path("appeals/<slug:slug>/draft/<slug:text>/", views.edit_draft, name="desk-draft"),
    path("appeals/<slug:slug>/draft/<slug:text>/preview/", views.preview, name="desk-preview"),
    path("appeals/<slug:slug>/draft/<slug:text>/publish/", views.publish_text, name="desk-publish"),
    path("appeals/<slug:slug>/sources/", sources_views.list_sources, name="desk-sources"),
    path("appeals/<slug:slug>/sources/style/", sources_views.style, name="desk-sources-style"),
    path("appeals/<slug:slug>/sources/new/", sources_views.new_source, name="desk-source-new"),
    path("appeals/<slug:slug>/sources/import/", sources_views.import_file, name="desk-sources-import"),
    path("appeals/<slug:slug>/sources/citations/", citations_views.citations, name="desk-citations"),
    path(
        "appeals/<slug:slug>/sources/citations/<int:pk>/",
        citations_views.change_citation,
        name="desk-citation",
    ),
    path("appeals/<slug:slug>/sources/<str:key>/", sources_views.edit_source, name="desk-source"),
    path(
        "appeals/<slug:slug>/sources/<str:key>/remove/",
        sources_views.remove_source,
        name="desk-source-remove",
    ),
    path("appeals/<slug:slug>/sources/<str:key>/keep/", sources_views.keep_copy, name="desk-keep"),
    path(
        "appeals/<slug:slug>/sources/<str:key>/kept/<slug:sha256>", copies_views.kept_copy, name="desk-kept"
    ),
    path(
        "appeals/<slug:slug>/sources/<str:key>/kept/<slug:sha256>/changes/",
        copies_views.compare_copies,
        name="desk-kept-changes",
    ),
    path(
        "appeals/<slug:slug>/sources/<str:key>/kept/<slug:sha256>/change/",
        copies_views.change_copy,
        name="desk-kept-change",
    ),
    path("appeals/<slug:slug>/cases/", cases_views.list_cases, name="desk-cases"),
    path("appeals/<slug:slug>/cases/new/", cases_views.new_case, name="desk-case-new"),
    path("appeals/<slug:slug>/cases/import/", cases_views.import_file, name="desk-cases-import"),
    path("appeals/<slug:slug>/cases/export.<slug:format>", cases_views.export, name="desk-cases-export"),
    path("appeals/<slug:slug>/cases/<str:ref>/", case_views.case, name="desk-case"),
    path("appeals/<slug:slug>/persons/", persons_views.list_persons, name="desk-persons"),
    path("appeals/<slug:slug>/persons/new/", persons_views.new_person, name="desk-person-new"),
    path("appeals/<slug:slug>/persons/import/", persons_file_views.import_file, name="desk-persons-import"),
    path(
        "appeals/<slug:slug>/persons/export.<slug:format>",
        persons_file_views.export,
        name="desk-persons-export",
    ),
    path("appeals/<slug:slug>/persons/<str:ref>/", persons_views.person, name="desk-person"),
]
