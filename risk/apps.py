"""Fraud and misuse: registration with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RiskConfig(AppConfig):
    """Fraud and misuse."""

    name = "risk"
    verbose_name = _("Fraud and misuse")
