"""The portal's shell: settings, navigation, and every page that shows several rooms."""

from partnercenter.celery import app as celery_app

__all__ = ["celery_app"]
