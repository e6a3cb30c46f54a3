"""The request as the portal's views receive it, and the decorators that open a view."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, QueryDict
from django_htmx.middleware import HtmxDetails

from partners.access import can, partner_ids_where
from partners.models import Partner, User
from partners.permissions import Permission


class PortalRequest(HttpRequest):
    """A signed-in person's request. `partner` is the one chosen in the switcher."""

    user: User
    htmx: HtmxDetails
    partner: Partner


type View[**P] = Callable[Concatenate[PortalRequest, P], HttpResponseBase]
type OpenedView[**P] = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


class MissingPermission(PermissionDenied):
    """The person lacks the right this page needs."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission
        super().__init__(permission.label)


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: the answers of a POST, even empty ones; None for a first look."""
    return request.POST if request.method == "POST" else None


def ensure(user: User, permission: Permission, partner: Partner) -> None:
    """Raise MissingPermission (403) unless the person may do this at this partner."""
    if not can(user, permission, partner):
        raise MissingPermission(permission)


def list_view[**P](permission: Permission) -> Callable[[View[P]], OpenedView[P]]:
    """Open a page about the chosen partner to people with this permission there."""

    def is_open(request: PortalRequest) -> bool:
        return request.partner is not None and can(request.user, permission, request.partner)

    return _opened_if(is_open, permission)


def record_view[**P](permission: Permission) -> Callable[[View[P]], OpenedView[P]]:
    """Open a page about one record to people with this permission at any of their partners.

    The view looks the record up with `.for_user(user, permission)`: somebody else's is 404.
    """

    def is_open(request: PortalRequest) -> bool:
        return bool(partner_ids_where(request.user, permission))

    return _opened_if(is_open, permission)


def _opened_if[**P](
    is_open: Callable[[PortalRequest], bool], permission: Permission
) -> Callable[[View[P]], OpenedView[P]]:
    def decorate(view: View[P]) -> OpenedView[P]:
        @wraps(view)
        def opened(request: PortalRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not is_open(request):
                raise MissingPermission(permission)
            return view(request, *args, **kwargs)

        signed_in: OpenedView[P] = login_required(opened)  # type: ignore[assignment]  # the middleware makes PortalRequests
        signed_in.permission = permission  # type: ignore[attr-defined]  # read by the URL × role test
        return signed_in

    return decorate
