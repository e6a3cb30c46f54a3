"""Sets the partner, the language and the caching of every request."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from partners import clock
from partners.access import memberships_of
from partners.models import User

SESSION_KEY = "partner"
Respond = Callable[[HttpRequest], HttpResponse]


class PreferredLanguageMiddleware:
    """People read in their profile's language; visitors in their cookie's or browser's."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = _language(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.respond(request)
        response.headers.setdefault("Content-Language", language)
        return response


def _language(request: HttpRequest) -> str:
    user: User | AnonymousUser = request.user
    if user.is_authenticated:
        return str(user.language)
    return translation.get_language_from_request(request)


class CurrentPartnerMiddleware:
    """`request.partner` is the partner chosen in the switcher, or the person's first, or None."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        memberships = memberships_of(request.user)
        chosen = request.session.get(SESSION_KEY)
        partners = [membership.partner for membership in memberships]
        request.partner = next(  # type: ignore[attr-defined]  # declared on PortalRequest
            (partner for partner in partners if partner.pk == chosen),
            partners[0] if partners else None,
        )
        return self.respond(request)


class BusinessClockMiddleware:
    """A demo's clock is looked at once per request, not by each part of a page."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with clock.read_once():
            return self.respond(request)


class OwnPagesOnlyMiddleware:
    """Other sites may not load anything of ours; Django sets the other cross-origin headers."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.respond(request)
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return response


class NoStoreMiddleware:
    """No cache keeps a signed-in person's pages."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.respond(request)
        if request.user.is_authenticated and not request.path.startswith(f"/{settings.STATIC_URL}"):
            response.headers["Cache-Control"] = "no-store"
        return response
