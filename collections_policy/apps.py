"""Collections: registration with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CollectionsPolicyConfig(AppConfig):
    """Collections."""

    name = "collections_policy"
    verbose_name = _("Collections")
