"""Error pages: what happened, and the way out."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from partners.http import MissingPermission


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form from a session that has ended, or from somewhere else: nothing was changed."""
    return render(
        request, "403.html", {"reason": _("This form is too old. Nothing was changed.")}, status=403
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A page the person has no right to: names the right and whom to ask."""
    missing = exception.permission.label if isinstance(exception, MissingPermission) else ""
    return render(request, "403.html", {"permission": missing}, status=403)


def conflict(request: HttpRequest, message: str) -> HttpResponse:
    """The page was out of date or the record has moved on: nothing was changed."""
    return render(request, "409.html", {"message": message}, status=409)
