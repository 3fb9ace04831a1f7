from django.urls import URLPattern, URLResolver, path

from undersigned.lib import later

cases = later.Views("undersigned.pages.cases")
correspondence = later.Views("undersigned.pages.correspondence")
delivery = later.Views("undersigned.pages.delivery")
edition = later.Views("undersigned.pages.edition")
feeds = later.Views("undersigned.pages.feeds")
letters = later.Views("undersigned.pages.letters")
names = later.Views("undersigned.pages.names")
persons = later.Views("undersigned.pages.persons")
notice = later.Views("undersigned.pages.notice")
operating = later.Views("undersigned.pages.operating")
site = later.Views("undersigned.pages.site")
kept_copies = later.Views("undersigned.pages.kept_copies")
sources = later.Views("undersigned.pages.sources")
staticfiles = later.Views("undersigned.pages.staticfiles")
updates = later.Views("undersigned.pages.updates")
variants = later.Views("undersigned.pages.variants")
verifying = later.Views("undersigned.pages.verifying")

# The family's own names stand before the texts': no text may take them.
urlpatterns: list[URLPattern | URLResolver] = [
    path("", site.home, name="home"),
    path("how/", site.how, name="how"),
    path("feed.atom", feeds.appeals, name="feed"),
    path("robots.txt", site.robots, name="robots"),
    path("healthz", site.healthz, name="healthz"),
    path("readyz", operating.readyz, name="readyz"),
    path("metrics", operating.metrics, name="metrics"),
    path("static/<path:name>", staticfiles.serve, name="static"),
    path("api/v1/", site.api_begins, name="api-begins"),
    later.Urls("api/v1/", "undersigned.pages.api_urls", "ninja", "api"),
    path("appeals/<slug:slug>/", letters.appeal, name="appeal"),
    path("appeals/<slug:slug>/names/", names.names, name="names"),
    path("appeals/<slug:slug>/names/organisations/", names.organisation_names, name="names-organisations"),
    path("appeals/<slug:slug>/variants/", variants.variants, name="variants"),
    path("appeals/<slug:slug>/sources/", sources.sources, name="sources"),
    path("appeals/<slug:slug>/sources/<str:key>/kept/<slug:sha256>", kept_copies.kept_copy, name="kept"),
    path(
        "appeals/<slug:slug>/sources/<str:key>/kept/<slug:sha256>/changes/",
        kept_copies.kept_changes,
        name="kept-changes",
    ),
    path(
        "appeals/<slug:slug>/sources/<str:key>/state/<slug:digest>.json",
        kept_copies.source_state,
        name="source-state",
    ),
    path("appeals/<slug:slug>/cases/", cases.cases, name="cases"),
    path("appeals/<slug:slug>/cases/all.<slug:format>", cases.files, name="cases-file"),
    path("appeals/<slug:slug>/cases/<str:ident>/", cases.case, name="case"),
    path("appeals/<slug:slug>/persons/", persons.persons, name="persons"),
    path("appeals/<slug:slug>/persons/<slug:ident>/", persons.person, name="person"),
    path("appeals/<slug:slug>/verify/", verifying.verify, name="verify"),
    path("appeals/<slug:slug>/delivery/", delivery.delivery, name="delivery"),
    path("appeals/<slug:slug>/delivery/<str:public_id>.tlog-proof", delivery.proof, name="delivery-proof"),
    path("appeals/<slug:slug>/edition/", edition.edition, name="edition"),
    path("appeals/<slug:slug>/edition/<str:name>", edition.file, name="edition-file"),
    path("appeals/<slug:slug>/updates/", updates.updates, name="updates"),
    path("appeals/<slug:slug>/updates/<int:number>/", updates.update, name="update"),
    path("appeals/<slug:slug>/privacy/", notice.privacy, name="privacy"),
    path("appeals/<slug:slug>/correspondence.xml", correspondence.cmif, name="cmif"),
    path("embargo/<str:token>/privacy", notice.unseen, name="embargo-privacy"),
    path("appeals/<slug:slug>/feed.atom", feeds.appeal, name="appeal-feed"),
    path("appeals/<slug:slug>/<slug:text>/", letters.letter, name="letter"),
    path("appeals/<slug:slug>/<slug:text>/versions/<int:number>/", letters.version, name="version"),
    path(
        "appeals/<slug:slug>/<slug:text>/versions/<int:number>/text.txt", letters.canonical, name="canonical"
    ),
    path("appeals/<slug:slug>/<slug:text>/versions/<int:number>/changes/", letters.changes, name="changes"),
]
