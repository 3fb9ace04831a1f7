from django.urls import path

from undersigned.lib import later

desk = later.Views("undersigned.signing.desk")
desk_ask = later.Views("undersigned.signing.desk_ask")
desk_delivery = later.Views("undersigned.signing.desk_delivery")
desk_editions = later.Views("undersigned.signing.desk_editions")
desk_retention = later.Views("undersigned.signing.desk_retention")
desk_updates = later.Views("undersigned.signing.desk_updates")
desk_organisations = later.Views("undersigned.signing.desk_organisations")
desk_embargo = later.Views("undersigned.signing.desk_embargo")
desk_disputes = later.Views("undersigned.signing.desk_disputes")
desk_moderation = later.Views("undersigned.signing.desk_moderation")
desk_patterns = later.Views("undersigned.signing.desk_patterns")
desk_safety = later.Views("undersigned.signing.desk_safety")
desk_first = later.Views("undersigned.signing.desk_first")
paper = later.Views("undersigned.signing.paper.desk")
paper_list = later.Views("undersigned.signing.paper.desk_list")
paper_read = later.Views("undersigned.signing.paper.desk_read")
vouched = later.Views("undersigned.signing.vouch.desk")

# All below /desk/: what a team does with signatures.
urlpatterns = [
    path("appeals/<slug:slug>/open/", desk.open_page, name="desk-open"),
    path("appeals/<slug:slug>/embargo/", desk_embargo.page, name="desk-embargo"),
    path("appeals/<slug:slug>/safety/", desk_safety.page, name="desk-safety"),
    path("appeals/<slug:slug>/safety/seal/", desk_safety.seal, name="desk-seal"),
    path("appeals/<slug:slug>/close/", desk.close_page, name="desk-close"),
    path("appeals/<slug:slug>/texts/<slug:text>/ask/", desk_ask.ask, name="desk-ask"),
    path("appeals/<slug:slug>/moderation/", desk_moderation.page, name="desk-moderation"),
    path("appeals/<slug:slug>/moderation/patterns/", desk_patterns.page, name="desk-patterns"),
    path("appeals/<slug:slug>/moderation/review/", desk_moderation.set_review, name="desk-review"),
    path(
        "appeals/<slug:slug>/moderation/words/", desk_moderation.refusal_words, name="desk-moderation-words"
    ),
    path("appeals/<slug:slug>/moderation/names/", desk_moderation.names, name="desk-names"),
    path("appeals/<slug:slug>/moderation/decisions/<int:pk>/undo/", desk_moderation.undo, name="desk-undo"),
    path("appeals/<slug:slug>/disputes/", desk_disputes.listing, name="desk-disputes"),
    path("appeals/<slug:slug>/disputes/<int:pk>/", desk_disputes.one, name="desk-dispute"),
    path("appeals/<slug:slug>/delivery/", desk_delivery.deliveries, name="desk-deliveries"),
    path("appeals/<slug:slug>/delivery/<int:pk>/", desk_delivery.one, name="desk-delivery"),
    path("appeals/<slug:slug>/delivery/<int:pk>/file", desk_delivery.fetch, name="desk-delivery-file"),
    path("appeals/<slug:slug>/edition/", desk_editions.editions, name="desk-edition"),
    path("appeals/<slug:slug>/edition/<int:pk>/<int:number>", desk_editions.fetch, name="desk-edition-file"),
    path("appeals/<slug:slug>/retention/", desk_retention.page, name="desk-retention"),
    path("appeals/<slug:slug>/updates/", desk_updates.updates, name="desk-updates"),
    path("appeals/<slug:slug>/updates/new/", desk_updates.new, name="desk-update-new"),
    path("appeals/<slug:slug>/updates/<int:pk>/", desk_updates.one, name="desk-update"),
    path("appeals/<slug:slug>/first/", desk_first.first_page, name="desk-first"),
    path("appeals/<slug:slug>/first/upload/", desk_first.upload, name="desk-first-upload"),
    path("appeals/<slug:slug>/first/<int:pk>/", desk_first.change, name="desk-first-change"),
    path("appeals/<slug:slug>/paper/", paper.listing, name="desk-paper"),
    path("appeals/<slug:slug>/paper/list/", paper_list.upload, name="desk-paper-list"),
    path("appeals/<slug:slug>/paper/find/", paper.find, name="desk-paper-find"),
    path("appeals/<slug:slug>/paper/<int:pk>/", paper.one, name="desk-paper-one"),
    path("appeals/<slug:slug>/paper/<int:pk>/scan", paper.scan, name="desk-paper-scan"),
    path("appeals/<slug:slug>/paper/<int:pk>/read/", paper_read.read, name="desk-paper-read"),
    path("appeals/<slug:slug>/paper/<int:pk>/settle/", paper_read.settle_page, name="desk-paper-settle"),
    path("appeals/<slug:slug>/paper/<int:pk>/duplicates/", paper.duplicates, name="desk-paper-matches"),
    path(
        "appeals/<slug:slug>/paper/<int:pk>/lines/<int:number>/erase/", paper.erase, name="desk-paper-erase"
    ),
    path("appeals/<slug:slug>/roll/", desk.roll_page, name="desk-roll"),
    path("appeals/<slug:slug>/roll/<int:pk>/strike/", desk.strike, name="desk-strike"),
    path("appeals/<slug:slug>/organisations/", desk_organisations.organisations, name="desk-organisations"),
    path("appeals/<slug:slug>/organisations/rule/", desk_organisations.rule, name="desk-organisations-rule"),
    path(
        "appeals/<slug:slug>/organisations/<int:pk>/",
        desk_organisations.organisation,
        name="desk-organisation",
    ),
    path("appeals/<slug:slug>/vouched/", vouched.overview, name="desk-vouched"),
    path("appeals/<slug:slug>/vouched/<int:pk>/", vouched.one, name="desk-vouched-carrier"),
    path("appeals/<slug:slug>/export.<str:format>", desk.export_file, name="desk-export"),
]
