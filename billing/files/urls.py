"""Addresses of reconciliation files and price rules; `billing.urls` puts them below /billing/."""

from django.urls import path

from billing.files.views import corrections, file_actions, files, price_rules

urlpatterns = [
    path("reconciliation/", files.index, name="reconciliation"),
    path("reconciliation/<int:pk>/", files.file, name="reconciliation_file"),
    path("reconciliation/<int:pk>/progress/", files.progress, name="reconciliation_progress"),
    path("reconciliation/<int:pk>/check/", file_actions.check_again, name="reconciliation_check"),
    path("reconciliation/<int:pk>/import/", file_actions.confirm, name="reconciliation_import"),
    path("reconciliation/<int:pk>/discard/", file_actions.discard, name="reconciliation_discard"),
    path("reconciliation/<int:pk>/choose/", corrections.choose, name="reconciliation_choose"),
    path(
        "reconciliation/<int:pk>/differences/",
        corrections.differences,
        name="reconciliation_differences",
    ),
    path(
        "reconciliation/<int:pk>/problems.csv",
        file_actions.problems,
        name="reconciliation_problems",
    ),
    path(
        "reconciliation/<int:pk>/original/", file_actions.original, name="reconciliation_original"
    ),
    path("price-rules/", price_rules.index, name="price_rules"),
    path("price-rules/<int:pk>/", price_rules.edit, name="price_rule"),
    path("price-rules/<int:pk>/remove/", price_rules.remove, name="price_rule_remove"),
]
