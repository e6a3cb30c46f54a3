"""Addresses of collections: the worklist, cases, sweeps and the policy."""

from django.urls import path

from collections_policy.views import cases, policy, sweeps

app_name = "collections_policy"
urlpatterns = [
    path("collections/", cases.index, name="index"),
    path("collections/cases/<int:pk>/", cases.case, name="case"),
    path("collections/cases/<int:pk>/suspend/", cases.suspend, name="suspend_case"),
    path("collections/cases/<int:pk>/not-until/", cases.not_until, name="not_until"),
    path("collections/sweeps/", sweeps.index, name="sweeps"),
    path("collections/sweeps/run/", sweeps.run_now, name="run_sweep"),
    path("collections/sweeps/<int:pk>/", sweeps.sweep, name="sweep"),
    path("policies/", policy.policy, name="policy"),
]
