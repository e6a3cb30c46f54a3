"""*Our collections policy*: the page a customer may be handed, in three languages."""

from datetime import date, datetime

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from collections_policy import services
from collections_policy.models import Action, PolicyStep, PolicyVersion
from partners.access import can
from partners.http import PortalRequest, ensure, list_view
from partners.models import Partner
from partners.permissions import Permission


@require_http_methods(["GET", "POST"])
@list_view(Permission.SEE_CUSTOMERS)
def policy(request: PortalRequest) -> HttpResponse:
    """Show the version in force; a global admin may publish the recommended one."""
    if request.method == "POST":
        return _publish(request)
    language = request.GET.get("language", "")
    if language not in dict(settings.LANGUAGES):
        language = request.user.language
    version = PolicyVersion.objects.in_force(request.partner)
    with translation.override(language):
        context = {
            "version": version,
            "steps": [_sentence(step) for step in version.steps.all()] if version else [],
            "published_on": _local_date(version.published_at, request.partner) if version else None,
            "language": language,
            "languages": settings.LANGUAGES,
            "days_kept": request.partner.settings.data_deletion_days,
            "may_publish": can(request.user, Permission.MANAGE_POLICY, request.partner),
        }
        return render(request, "collections_policy/policy.html", context)


def _publish(request: PortalRequest) -> HttpResponse:
    ensure(request.user, Permission.MANAGE_POLICY, request.partner)
    if request.POST.get("partner") != str(request.partner.pk):
        message = _("You have switched to another partner since.")
        return render(request, "409.html", {"message": message}, status=409)
    services.ensure_default_policy(request.partner, request.user)
    return redirect("collections_policy:policy")


def _local_date(moment: datetime | None, partner: Partner) -> date | None:
    """The date it was at the partner's."""
    return moment.astimezone(partner.zone).date() if moment else None


def _sentence(step: PolicyStep) -> dict[str, object]:
    """What happens at this step, told to the customer."""
    texts = {
        Action.REMIND: _("We remind you in writing of what is overdue."),
        Action.WARN: _(
            "We warn you in writing that your subscriptions may be suspended, and name the date."
        ),
        Action.PROPOSE_SUSPENSION: _(
            "A person of ours decides whether your subscriptions are suspended. No machine does."
        ),
    }
    return {
        "days": step.days_after_due,
        "title": step.get_action_display(),
        "text": texts[Action(step.action)],
    }
