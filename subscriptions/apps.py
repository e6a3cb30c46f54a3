"""Subscriptions: registration with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubscriptionsConfig(AppConfig):
    """Subscriptions."""

    name = "subscriptions"
    verbose_name = _("Subscriptions")
